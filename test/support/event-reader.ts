/** A client of the live events: rebuilds the state from what it is sent (HTML Standard §9.2). */
import * as assert from 'uvu/assert';

export class EventReader {
  readonly state = new Map<string, unknown>();
  levels: Record<string, number> = {};
  lastId: string | undefined;
  snapshots = 0;
  changes = 0;
  levelEvents = 0;
  #rest = '';

  /** Takes a piece of the stream, cut anywhere. */
  take(piece: string): void {
    const events = (this.#rest + piece).split('\n\n');
    this.#rest = events.pop()!;
    for (const event of events) this.#take(event);
  }

  /** The connection broke: what was not whole is lost. */
  broken(): void {
    this.#rest = '';
  }

  #take(event: string): void {
    const fields: Record<string, string | undefined> = Object.fromEntries(
      event.split('\n').map((line) => line.split(/: ?(.*)/s, 2) as [string, string]),
    );
    if (fields.data === undefined) return;
    const data = JSON.parse(fields.data) as {
      state: Record<string, unknown>;
      set: Record<string, unknown>;
      gone: string[];
    };
    if (fields.event === 'levels') {
      this.levelEvents += 1;
      this.levels = data as unknown as Record<string, number>;
      return;
    }
    if (fields.event === 'snapshot') {
      this.snapshots += 1;
      this.state.clear();
      for (const [key, value] of Object.entries(data.state)) this.state.set(key, value);
    } else {
      this.changes += 1;
      this.#isNext(fields.id!);
      for (const [key, value] of Object.entries(data.set)) this.state.set(key, value);
      for (const key of data.gone) assert.ok(this.state.delete(key), `${key} was not there`);
    }
    this.lastId = fields.id;
  }

  #isNext(id: string): void {
    const number = (text: string) => Number(text.split('-')[1]);
    assert.is(number(id), number(this.lastId!) + 1, 'ids increase by one');
  }
}

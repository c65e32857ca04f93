/** Whether what must never stand still still moves: the media tick, and the thread of every line card. */

export type Beats = {
  /** Ticks of the media plane so far. */
  ticks: number;
  /** Of each line: frames so far that its card owed the tick. */
  owed: readonly number[];
};

export class Pulse {
  #before: Beats;

  constructor(private readonly read: () => Beats) {
    this.#before = read();
  }

  /** What has stood still since the last look, in words; undefined if nothing has. */
  look(): string | undefined {
    const [before, now] = [this.#before, this.read()];
    this.#before = now;
    const ticks = (now.ticks - before.ticks) >>> 0;
    if (ticks === 0) return 'the media tick';
    // A line that was given up or found meanwhile begins anew.
    if (now.owed.length !== before.owed.length) return undefined;
    const still = now.owed.some((owed, line) => owed - before.owed[line] >= ticks);
    return still ? 'a line card' : undefined;
  }
}

/**
 * What is going on, told as it changes: server-sent events (HTML Standard §9.2). A `snapshot` has the whole state, key by
 * key; each `change` after it the keys that are `set` anew and those that are `gone`. Whoever applies them in order has
 * the state exactly. `levels` say who speaks how loudly, in dBm0; they are no part of the state and have no id.
 */
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Clock, Timer } from '../../firmware/clock.js';
import { ownText } from '../../firmware/own-text.js';
import { ApiError } from './route.js';

export type Watched = {
  /** The state now, by keys such as `calls/17`. */
  state(): Map<string, object>;
  /** Level of each participant that speaks, dBm0. */
  levels(): Record<string, number>;
};

/** How often we look while somebody watches, and every how many looks levels are told. */
const LOOK_MS = 125;
const LEVELS_LOOKS = 2;
const HEARTBEAT_LOOKS = 120;
/** Those who watch at once; each may lag behind by so much before it is dropped. */
const MAX_WATCHERS = 20;
const MAX_WAITING_BYTES = 2 << 20;
/** Changes kept for those who come back, in all. */
const MAX_PAST_CHARACTERS = 256 << 10;
/** After so long a watcher whose connection broke comes back, ms. */
const RETRY_MS = 2000;

type Opening = { lastEventId?: string; levels: boolean; stays?: () => boolean };
type Watcher = { stream: Readable; levels: boolean; stays: () => boolean };

export class LiveEvents {
  /** Ids of an earlier start are not ours. */
  readonly #start = randomBytes(6).toString('hex');
  #lastId = 0;
  /** The state as it was told last: JSON by key. */
  #told = new Map<string, string>();
  #past: { id: number; text: string }[] = [];
  #pastLength = 0;
  #watchers = new Set<Watcher>();
  #timer?: Timer;
  #looks = 0;
  #anyLevels = false;

  constructor(
    private readonly watched: Watched,
    private readonly clock: Clock,
  ) {}

  /** Those who watch now. */
  get watchers(): number {
    return this.#watchers.size;
  }

  /**
   * A stream of events: from where one with `lastEventId` ended, or from a snapshot. Throws ApiError 503 when too many
   * watch. `stays` is asked now and then whether they go on.
   */
  open({ lastEventId, levels, stays = () => true }: Opening): Readable {
    if (this.#watchers.size >= MAX_WATCHERS) throw new ApiError(503, `${MAX_WATCHERS} watch already`);
    this.#look();
    const stream = new Readable({ read: () => {} });
    const watcher = { stream, levels, stays };
    stream.push(`retry: ${RETRY_MS}\n\n${this.#since(lastEventId) ?? this.#snapshot()}`);
    stream.on('close', () => this.#watchers.delete(watcher));
    this.#watchers.add(watcher);
    this.#timer ??= this.clock.after(LOOK_MS, () => this.#tick());
    return stream;
  }

  /** Ends every stream: who may still watch comes back. */
  close(): void {
    for (const { stream } of this.#watchers) stream.destroy();
    this.#watchers.clear();
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #tick(): void {
    this.#timer = undefined;
    if (this.#watchers.size === 0) return;
    this.#timer = this.clock.after(LOOK_MS, () => this.#tick());
    this.#looks += 1;
    this.#look();
    if (this.#looks % LEVELS_LOOKS === 0) this.#tellLevels();
    if (this.#looks % HEARTBEAT_LOOKS > 0) return;
    for (const { stream, stays } of this.#watchers) if (!stays()) stream.destroy();
    this.#send(this.#watchers, ':\n\n');
  }

  /** Tells what has changed since we looked last. */
  #look(): void {
    const set: Record<string, object> = {};
    const now = new Map<string, string>();
    for (const [key, value] of this.watched.state()) {
      const text = JSON.stringify(value);
      now.set(key, text);
      if (this.#told.get(key) !== text) set[key] = value;
    }
    const gone = [...this.#told.keys()].filter((key) => !now.has(key));
    if (gone.length === 0 && Object.keys(set).length === 0) return;
    this.#told = now;
    this.#lastId += 1;
    const text = ownText(this.#event('change', JSON.stringify({ set, gone })));
    this.#past.push({ id: this.#lastId, text });
    this.#pastLength += text.length;
    while (this.#pastLength > MAX_PAST_CHARACTERS) this.#pastLength -= this.#past.shift()!.text.length;
    this.#send(this.#watchers, text);
  }

  #tellLevels(): void {
    const listeners = [...this.#watchers].filter(({ levels }) => levels);
    if (listeners.length === 0) return;
    const levels = this.watched.levels();
    const any = Object.keys(levels).length > 0;
    if (any || this.#anyLevels) this.#send(listeners, `event: levels\ndata: ${JSON.stringify(levels)}\n\n`);
    this.#anyLevels = any;
  }

  #snapshot(): string {
    const entries = [...this.#told].map(([key, text]) => `${JSON.stringify(key)}:${text}`);
    return this.#event('snapshot', `{"state":{${entries.join()}}}`);
  }

  /** What happened after an event; undefined if that is not ours, or too long ago. */
  #since(lastEventId: string | undefined): string | undefined {
    const [, start, id] = /^([0-9a-f]{12})-([0-9]{1,15})$/.exec(lastEventId ?? '') ?? [];
    const first = this.#past.length > 0 ? this.#past[0].id : this.#lastId + 1;
    if (start !== this.#start || Number(id) + 1 < first || Number(id) > this.#lastId) return undefined;
    return this.#past
      .filter((event) => event.id > Number(id))
      .map(({ text }) => text)
      .join('');
  }

  #event(type: string, data: string): string {
    return `id: ${this.#start}-${this.#lastId}\nevent: ${type}\ndata: ${data}\n\n`;
  }

  /** Who does not take what it is sent is dropped. */
  #send(to: Iterable<Watcher>, text: string): void {
    for (const watcher of to) {
      watcher.stream.push(text);
      if (watcher.stream.readableLength <= MAX_WAITING_BYTES) continue;
      this.#watchers.delete(watcher);
      watcher.stream.destroy();
    }
  }
}

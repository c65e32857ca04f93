/** The live parts of pages as server-sent events: rendered once for all who watch, only while somebody does. */
import { PassThrough, type Readable } from 'node:stream';
import type { Clock, Timer } from '../firmware/clock.js';

/** Between two looks at the state; a change is shown no later. */
const EVERY_MS = 150;
/** Looks without a change after which a sign of life is sent, so that nobody on the way forgets the connection. */
const SILENT_LOOKS = 100;
const MAX_WATCHERS = 50;
/** A browser that has not taken so much yet is left out until it has: it misses states, not the last one. */
const MAX_WAITING_BYTES = 512 << 10;

type Watcher = { stream: PassThrough; part: string; stays(): boolean; shown: string; silent: number };

export class LiveParts {
  readonly #watchers = new Set<Watcher>();
  #timer?: Timer;

  constructor(
    private readonly clock: Clock,
    /** The HTML of a part as it is now; `part` is as it was asked for. */
    private readonly render: (part: string) => string,
  ) {}

  /**
   * The events of a part, one for each change of it: its HTML as JSON. `stays` is asked now and then whether they go
   * on. Undefined if too many are watching.
   */
  watch(part: string, stays: () => boolean): Readable | undefined {
    if (this.#watchers.size >= MAX_WATCHERS) return undefined;
    const stream = new PassThrough({ highWaterMark: MAX_WAITING_BYTES });
    const watcher: Watcher = { stream, part, stays, shown: '', silent: 0 };
    this.#watchers.add(watcher);
    stream.once('close', () => {
      this.#watchers.delete(watcher);
      if (this.#watchers.size > 0) return;
      this.#timer?.cancel();
      this.#timer = undefined;
    });
    this.#timer ??= this.clock.after(0, () => this.#look());
    return stream;
  }

  #look(): void {
    this.#timer = this.clock.after(EVERY_MS, () => this.#look());
    const rendered = new Map<string, string>();
    for (const watcher of this.#watchers) {
      if (!watcher.stays()) watcher.stream.end().destroy();
      else if (!watcher.stream.writableNeedDrain) this.#show(watcher, rendered);
    }
  }

  #show(watcher: Watcher, rendered: Map<string, string>): void {
    const { part, stream } = watcher;
    const html = rendered.get(part) ?? this.render(part);
    rendered.set(part, html);
    if (html !== watcher.shown) stream.write(`data: ${JSON.stringify(html)}\n\n`);
    else if (watcher.silent >= SILENT_LOOKS) stream.write(':\n\n');
    watcher.silent = html === watcher.shown && watcher.silent < SILENT_LOOKS ? watcher.silent + 1 : 0;
    watcher.shown = html;
  }
}

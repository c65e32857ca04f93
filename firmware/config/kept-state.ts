/** What a part of the box has learnt, kept over restarts in a small JSON document beside the configuration, seldom written. */
import * as fs from 'node:fs';
import path from 'node:path';
import type { Clock } from '../clock.js';
import { createLog } from '../log.js';
import { flashSafeWrite, removeLeftovers } from './flash-safe-write.js';

const log = createLog('config');

/** From the first change to its write, and from one write to the next: flash wears. A power cut costs what waited. */
export type Pace = { soonMs: number; betweenMs: number };
const SELDOM: Pace = { soonMs: 10_000, betweenMs: 600_000 };
/** A file of more bytes is none of ours. */
const MAX_BYTES = 1 << 20;

export type Learner = {
  /** Says that something is to be remembered, at once if it is urgent; set by its keeper. */
  onChanged: (urgent?: boolean) => void;
  snapshot(): object;
  /** Takes up what a snapshot says; throws whatever it likes if it is none. */
  restore(document: unknown): void;
  clear(): void;
};

export class KeptState {
  #waiting = false;
  #closed = false;
  #writtenMs = -Infinity;
  /** What could not be read, and what could not be written last. */
  #lost: string | undefined;
  #failure: string | undefined;

  private constructor(
    private readonly file: string,
    private readonly clock: Clock,
    private readonly learner: Learner,
    private readonly pace: Pace,
  ) {}

  /** Lets a learner remember what a file says, and keeps it there from now on. Never throws: a bad file is as none. */
  static open(file: string, clock: Clock, learner: Learner, pace = SELDOM): KeptState {
    const kept = new KeptState(file, clock, learner, pace);
    removeLeftovers(file);
    if (!kept.#restore(file)) kept.#restore(`${file}.previous`);
    learner.onChanged = (urgent) => kept.#changed(urgent);
    return kept;
  }

  /** What is wrong with it, for the administrator. */
  get alarms(): { code: string; text: string }[] {
    return [this.#lost, this.#failure].flatMap((text) =>
      text === undefined ? [] : { code: 'kept-state', text },
    );
  }

  /** Writes at once what waits. */
  flush(): void {
    if (!this.#waiting) return;
    this.#waiting = false;
    this.#writtenMs = this.clock.nowMs();
    try {
      flashSafeWrite(this.file, Buffer.from(`${JSON.stringify(this.learner.snapshot())}\n`));
      this.#failure = undefined;
    } catch (error) {
      this.#failure = `${path.basename(this.file)} could not be written: ${(error as Error).message}`;
      log.warn({ err: error, file: path.basename(this.file) }, 'what was learnt is not kept');
      this.#writeIn(SELDOM.betweenMs);
    }
  }

  /** Writes what waits, and nothing that is learnt later. */
  close(): void {
    this.flush();
    this.#closed = true;
  }

  /** Forgets everything. Throws the system's error. */
  clear(): void {
    this.#waiting = false;
    this.learner.clear();
    for (const suffix of ['', '.previous']) fs.rmSync(this.file + suffix, { force: true });
  }

  #changed(urgent = false): void {
    if (this.#closed) return;
    const waited = this.#waiting;
    this.#waiting = true;
    if (urgent) return this.flush();
    const { soonMs, betweenMs } = this.pace;
    if (!waited) this.#writeIn(Math.max(soonMs, this.#writtenMs + betweenMs - this.clock.nowMs()));
  }

  #writeIn(ms: number): void {
    this.#waiting = true;
    this.clock.after(ms, () => this.flush());
  }

  #restore(file: string): boolean {
    try {
      if (fs.statSync(file).size > MAX_BYTES) throw new Error('it is too large');
      this.learner.restore(JSON.parse(fs.readFileSync(file, 'utf8')));
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        const name = path.basename(file);
        this.#lost = `${name} could not be read: ${(error as Error).message}`;
        log.warn({ file: name, why: (error as Error).message }, 'what was learnt cannot be read');
      }
      return false;
    }
  }
}

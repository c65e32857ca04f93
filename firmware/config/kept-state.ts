/** What a part of the box has learnt, kept over restarts in a small JSON document beside the configuration, seldom written. */
import * as fs from 'node:fs';
import path from 'node:path';
import type { Clock } from '../clock.js';
import { createLog } from '../log.js';
import { flashSafeWrite, removeLeftovers } from './flash-safe-write.js';

const log = createLog('config');

/** From the first change to its write, and from one write to the next: flash wears. A power cut costs what waited. */
const SOON_MS = 10_000;
const BETWEEN_MS = 600_000;
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
  #writtenMs = -Infinity;

  private constructor(
    private readonly file: string,
    private readonly clock: Clock,
    private readonly learner: Learner,
  ) {}

  /** Lets a learner remember what a file says, and keeps it there from now on. Never throws: a bad file is as none. */
  static open(file: string, clock: Clock, learner: Learner): KeptState {
    const kept = new KeptState(file, clock, learner);
    removeLeftovers(file);
    if (!kept.#restore(file)) kept.#restore(`${file}.previous`);
    learner.onChanged = (urgent) => kept.#changed(urgent);
    return kept;
  }

  /** Writes at once what waits. */
  flush(): void {
    if (!this.#waiting) return;
    this.#waiting = false;
    this.#writtenMs = this.clock.nowMs();
    try {
      flashSafeWrite(this.file, Buffer.from(`${JSON.stringify(this.learner.snapshot())}\n`));
    } catch (error) {
      log.warn({ err: error, file: path.basename(this.file) }, 'what was learnt is not kept');
    }
  }

  /** Forgets everything. Throws the system's error. */
  clear(): void {
    this.#waiting = false;
    this.learner.clear();
    for (const suffix of ['', '.previous']) fs.rmSync(this.file + suffix, { force: true });
  }

  #changed(urgent = false): void {
    const waited = this.#waiting;
    this.#waiting = true;
    if (urgent) return this.flush();
    if (waited) return;
    const waitMs = Math.max(SOON_MS, this.#writtenMs + BETWEEN_MS - this.clock.nowMs());
    this.clock.after(waitMs, () => this.flush());
  }

  #restore(file: string): boolean {
    try {
      if (fs.statSync(file).size > MAX_BYTES) throw new Error('it is too large');
      this.learner.restore(JSON.parse(fs.readFileSync(file, 'utf8')));
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        log.warn(
          { file: path.basename(file), why: (error as Error).message },
          'what was learnt cannot be read',
        );
      return false;
    }
  }
}

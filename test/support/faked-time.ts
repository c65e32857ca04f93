/** A time of day for a box that can be set while it runs, or be let go faster or slower. */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export class FakedTime {
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'parley-time-'));
  readonly #file = path.join(this.#folder, 'time');

  constructor() {
    this.set(0);
  }

  /** What Node and the program are started with. */
  get options(): string[] {
    return ['--import', new URL('set-date.js', import.meta.url).href];
  }

  get environment(): NodeJS.ProcessEnv {
    return { PARLEY_TEST_TIME: this.#file };
  }

  /** Seconds from the truth, and how fast it goes; the program sees it at once. */
  set(aheadSeconds: number, rate = 1): void {
    writeFileSync(`${this.#file}.new`, `${1000 * aheadSeconds} ${rate}`);
    renameSync(`${this.#file}.new`, this.#file);
  }

  discard(): void {
    rmSync(this.#folder, { recursive: true });
  }
}

/** A restart of the machine that waits until nobody is in a call, but not for ever. */
import { writeFileSync } from 'node:fs';
import type { Clock, Timer } from '../clock.js';
import { createLog } from '../log.js';

const log = createLog('system');

const LOOK_MS = 1000;
/** Nobody plans further ahead than a week. */
export const MAX_WAIT_MINUTES = 7 * 24 * 60;

/** `atLatest`: ISO 8601; then it is done even with calls. */
export type PlannedRestart = { why: string; atLatest: string };

export class Restart {
  #planned?: PlannedRestart & { atLatestMs: number };
  #timer?: Timer;

  constructor(
    private readonly options: {
      clock: Clock;
      /** The time of day, ms since 1970. */
      timeMs: () => number;
      /** How many are in a call. */
      callers: () => number;
      /** The machine is restarted once this file is there, by whoever may do that; undefined: nobody does. */
      file: string | undefined;
    },
  ) {}

  /** Whether this machine can be restarted from here. */
  get isPossible(): boolean {
    return this.options.file !== undefined;
  }

  get planned(): PlannedRestart | undefined {
    return this.#planned && { why: this.#planned.why, atLatest: this.#planned.atLatest };
  }

  /** Restarts as soon as nobody is in a call, at the latest after so long; 0: at once. Replaces what was planned. */
  plan(why: string, waitMinutes: number): void {
    this.cancel();
    const { timeMs, clock } = this.options;
    const waitMs = 60_000 * waitMinutes;
    const atLatest = new Date(timeMs() + waitMs).toISOString();
    this.#planned = { why, atLatest, atLatestMs: clock.nowMs() + waitMs };
    log.info({ why, atLatest }, 'a restart is planned');
    this.#wait(0);
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#planned = undefined;
  }

  /** Whoever asked is answered before it is done: hence a timer even where there is nothing to wait for. */
  #wait(ms: number): void {
    this.#timer = this.options.clock.after(ms, () => {
      const { clock, callers } = this.options;
      if (callers() > 0 && clock.nowMs() < this.#planned!.atLatestMs) this.#wait(LOOK_MS);
      else this.#restart();
    });
  }

  #restart(): void {
    const { file } = this.options;
    log.info({ why: this.#planned!.why }, 'restarting');
    try {
      if (file !== undefined) writeFileSync(file, '');
    } catch (error) {
      log.error({ err: error }, 'the machine could not be restarted');
      this.cancel();
    }
  }
}

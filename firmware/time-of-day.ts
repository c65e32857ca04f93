/** The time of day, which somebody may set at any moment, and set wrong. Durations go by the clock (`clock.ts`), not by it. */
import type { Clock } from './clock.js';

/** This firmware was not there before: an earlier time is that of a clock that was not set. */
export const FIRMWARE_MS = Date.UTC(2026, 0, 1);

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * A time of day to delete by: where the clock is set more than an hour forward, it goes on as before for a day, within which
 * somebody may set it right. Back, and a little forward, it goes at once.
 */
export class CautiousTime {
  /** Between the clock's scale and what is believed. */
  #offsetMs: number;
  #aheadSinceMs: number | undefined;

  constructor(
    private readonly clock: Clock,
    /** The time of day as it is set, ms since 1970. */
    private readonly timeMs: () => number = () => Date.now(),
  ) {
    this.#offsetMs = timeMs() - clock.nowMs();
  }

  /** Ms since 1970; to be asked every few minutes. */
  nowMs(): number {
    const nowMs = this.clock.nowMs();
    const offsetMs = this.timeMs() - nowMs;
    const isAhead = offsetMs - this.#offsetMs > HOUR_MS;
    if (isAhead) this.#aheadSinceMs ??= nowMs;
    if (!isAhead || nowMs - this.#aheadSinceMs! >= DAY_MS) {
      this.#offsetMs = offsetMs;
      this.#aheadSinceMs = undefined;
    }
    return nowMs + this.#offsetMs;
  }
}

/** The time of day, which somebody may set at any moment, and set wrong. Durations go by the clock (`clock.ts`), not by it. */
import type { Clock } from './clock.js';

/** This firmware was not there before: an earlier time is that of a clock that was not set. */
export const FIRMWARE_MS = Date.UTC(2026, 0, 1);

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** How often what is believed is kept over restarts, and for how long a box may be off. */
const KEEP_MS = 7 * DAY_MS;
const OFF_MS = 31 * DAY_MS;

/** A time of day, and since when by the clock it is so. */
type Since = { timeMs: number; sinceMs: number };

/**
 * A time of day to delete by: where the clock is set more than an hour forward, it goes on as before for a day, within which
 * somebody may set it right; likewise where the box starts more than a month after what was kept. Back, and a little forward, it
 * goes at once. Kept over restarts as any `Learner`.
 */
export class CautiousTime {
  /** What is believed is to be remembered. */
  onChanged: () => void = () => {};
  /** Between the clock's scale and what is believed. */
  #offsetMs: number;
  /** The time of day that is not believed yet. */
  #ahead: Since | undefined;
  /** What was kept, if the box started before it: its clock has lost the time. */
  #lost: Since | undefined;
  #keptMs = -Infinity;

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
    const timeMs = this.timeMs();
    if (this.#lost && (timeMs >= this.#lost.timeMs || nowMs - this.#lost.sinceMs >= DAY_MS)) {
      if (timeMs - this.#lost.timeMs <= OFF_MS) this.#offsetMs = timeMs - nowMs;
      this.#lost = undefined;
    }
    const isAhead = timeMs - nowMs - this.#offsetMs > HOUR_MS;
    const doubted = this.#ahead;
    if (isAhead) this.#ahead ??= { timeMs, sinceMs: nowMs };
    if (!isAhead || nowMs - this.#ahead!.sinceMs >= DAY_MS) {
      this.#offsetMs = timeMs - nowMs;
      this.#ahead = undefined;
    }
    const believedMs = nowMs + this.#offsetMs;
    const isNews = Math.abs(believedMs - this.#keptMs) >= KEEP_MS || this.#ahead !== doubted;
    if (isNews && !this.#lost && believedMs >= FIRMWARE_MS) this.onChanged();
    return believedMs;
  }

  /** What is wrong with the clock, for the administrator. */
  get alarms(): { code: string; text: string }[] {
    const believedMs = this.nowMs();
    const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
    if (this.#lost)
      return [
        {
          code: 'clock-behind',
          text: `the clock is behind: the box had been running on ${day(this.#lost.timeMs)} already; set it`,
        },
      ];
    if (!this.#ahead || believedMs < FIRMWARE_MS || this.#ahead.timeMs - believedMs < OFF_MS) return [];
    return [
      {
        code: 'clock-ahead',
        text: `the clock went forward to ${day(this.#ahead.timeMs)}: set it right within a day, or recordings are deleted by it`,
      },
    ];
  }

  clear(): void {
    this.#ahead = this.#lost = undefined;
    this.#keptMs = -Infinity;
  }

  /** What is to be remembered over a restart. */
  snapshot(): object {
    this.#keptMs = this.clock.nowMs() + this.#offsetMs;
    return { version: 1, believedMs: this.#keptMs, aheadMs: this.#ahead?.timeMs };
  }

  /** Takes up what a snapshot says. Throws an Error if it is none. */
  restore(document: unknown): void {
    const { believedMs, aheadMs } = document as { believedMs: unknown; aheadMs: unknown };
    if (typeof believedMs !== 'number' || !['number', 'undefined'].includes(typeof aheadMs))
      throw new Error('this is no time of day');
    const [nowMs, timeMs] = [this.clock.nowMs(), this.timeMs()];
    this.#keptMs = believedMs;
    if (timeMs < believedMs) this.#lost = { timeMs: believedMs, sinceMs: nowMs };
    if (timeMs - believedMs <= OFF_MS) return;
    this.#offsetMs = believedMs - nowMs;
    // Doubted before: what has passed by it since then counts.
    const passedMs = timeMs - ((aheadMs as number | undefined) ?? Infinity);
    if (passedMs >= 0) this.#ahead = { timeMs: aheadMs as number, sinceMs: nowMs - passedMs };
  }
}

/** Sleeps from tick to tick of an absolute schedule, without an event loop. */
import { FRAME_MS } from './frame.js';

/** A tick that begins later than this is counted as late. */
const LATE_MS = 10;
/** After a longer stall the rest is given up: nobody wants to hear it in a burst. */
const MAX_CATCH_UP_TICKS = 5;

export type TickerCounters = { lateTicks: number; maxLatenessMs: number; skippedTicks: number };

export class Ticker {
  readonly counters: TickerCounters = { lateTicks: 0, maxLatenessMs: 0, skippedTicks: 0 };
  #dueMs: number;

  /** `sleep` returns after about that many milliseconds. */
  constructor(
    private readonly nowMs: () => number,
    private readonly sleep: (ms: number) => void,
  ) {
    this.#dueMs = nowMs() + FRAME_MS;
  }

  /** Returns when a tick is due, with the number of ticks that are: 1, or more after a stall. */
  wait(): number {
    let lateMs = this.nowMs() - this.#dueMs;
    while (lateMs < 0) {
      this.sleep(-lateMs);
      lateMs = this.nowMs() - this.#dueMs;
    }
    if (lateMs > LATE_MS) this.counters.lateTicks++;
    if (lateMs > this.counters.maxLatenessMs) this.counters.maxLatenessMs = lateMs;
    const due = 1 + Math.floor(lateMs / FRAME_MS);
    this.#dueMs += due * FRAME_MS;
    if (due <= MAX_CATCH_UP_TICKS) return due;
    this.counters.skippedTicks += due - MAX_CATCH_UP_TICKS;
    return MAX_CATCH_UP_TICKS;
  }
}

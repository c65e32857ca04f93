/** Time as the rest of the box sees it, so that a test can turn the hands itself. */

/** A running timer; `cancel` is idempotent. */
export type Timer = { cancel(): void };

export type Clock = {
  /** Milliseconds that only ever grow (not wall time). */
  nowMs(): number;
  /** Calls `ring` once, `ms` milliseconds from now. */
  after(ms: number, ring: () => void): Timer;
};

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  after(ms, ring) {
    const handle = setTimeout(ring, ms);
    return { cancel: () => clearTimeout(handle) };
  },
};

/** A clock for tests: time moves only by `advance`. */
export class ManualClock implements Clock {
  #nowMs = 0;
  #timers: { atMs: number; ring: () => void }[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  after(ms: number, ring: () => void): Timer {
    const timer = { atMs: this.#nowMs + ms, ring };
    this.#timers.push(timer);
    return { cancel: () => void (this.#timers = this.#timers.filter((other) => other !== timer)) };
  }

  /** Number of timers still running. */
  get pending(): number {
    return this.#timers.length;
  }

  /** Moves time on by `ms`, ringing each due timer at its own instant, in order. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (;;) {
      const due = this.#timers.filter((timer) => timer.atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (!due) break;
      this.#timers = this.#timers.filter((timer) => timer !== due);
      this.#nowMs = due.atMs;
      due.ring();
    }
    this.#nowMs = endMs;
  }
}

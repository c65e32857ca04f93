/** Whether the media worker still ticks, as the main thread sees it now and then. */

/** Between two looks. */
export const WATCH_MS = 250;
/** A worker that has not ticked for so long, while we were awake ourselves, hangs. */
const STALL_MS = 1000;

export class TickWatch {
  #ticks = 0;
  #tickedMs: number;
  #lookedMs: number;

  constructor(nowMs: number) {
    this.#tickedMs = this.#lookedMs = nowMs;
  }

  /**
   * A look at how often it has ticked so far; true if it hangs, once for each second of it. One that is `loading` cannot
   * tick yet, however long that takes on a slow machine.
   */
  hangs(nowMs: number, ticks: number, loading: boolean): boolean {
    // If we have been held up ourselves, so has perhaps the worker.
    const heldUp = nowMs - this.#lookedMs > 2 * WATCH_MS;
    if (ticks !== this.#ticks || heldUp || loading) this.#tickedMs = nowMs;
    this.#ticks = ticks;
    this.#lookedMs = nowMs;
    if (nowMs - this.#tickedMs < STALL_MS) return false;
    this.#tickedMs = nowMs;
    return true;
  }
}

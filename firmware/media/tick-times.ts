/** How long ticks work, window by window: the median and the longest. Allocates nothing once it is made. */

/** Ticks of a window: ten seconds. */
const TICKS = 500;
/** A count for each so many microseconds, up to the length of a tick and a bit. */
const STEP_US = 20;
const STEPS = 1250;

export class TickTimes {
  /** Of the last whole window, us; 0 before. The median is right to 20 us. */
  p50Us = 0;
  longestUs = 0;
  readonly #counts = new Uint16Array(STEPS);
  #ticks = 0;
  #longestUs = 0;

  /** Takes in how long one tick worked. */
  took(us: number): void {
    this.#counts[Math.min(STEPS - 1, Math.max(0, Math.floor(us / STEP_US)))] += 1;
    if (us > this.#longestUs) this.#longestUs = us;
    this.#ticks += 1;
    if (this.#ticks === TICKS) this.#close();
  }

  #close(): void {
    let step = 0;
    for (let below = this.#counts[0]; below < TICKS / 2; below += this.#counts[step]) step += 1;
    this.p50Us = step * STEP_US + STEP_US / 2;
    this.longestUs = this.#longestUs;
    this.#counts.fill(0);
    this.#ticks = 0;
    this.#longestUs = 0;
  }
}

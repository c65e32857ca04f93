/** How late the packets of the last while came, in order, so that a delay can be chosen that catches nearly all. */

/** 10 s at 20 ms a packet. */
const WINDOW = 500;

export class ArrivalDelays {
  #count = 0;
  #oldest = 0;
  #arrived = new Int32Array(WINDOW);
  #sorted = new Int32Array(WINDOW);

  /** Takes in one packet's delay, in samples from any fixed zero. */
  add(delay: number): void {
    let hole = this.#count;
    if (hole < WINDOW) this.#count++;
    else {
      const left = this.#arrived[this.#oldest];
      hole = left === delay ? -1 : this.#firstFrom(left);
    }
    this.#arrived[this.#oldest] = delay;
    if (++this.#oldest === WINDOW) this.#oldest = 0;
    if (hole >= 0) this.#insert(delay, hole);
  }

  /** The delay that no more than `share` of the packets exceeded; 0 without any. */
  exceededBy(share: number): number {
    return this.#sorted[Math.max(0, this.#count - 1 - Math.floor(share * this.#count))];
  }

  get least(): number {
    return this.#sorted[0];
  }

  clear(): void {
    this.#count = this.#oldest = this.#sorted[0] = 0;
  }

  /** Moves what lies between the free place `hole` and the place of `delay` by one. */
  #insert(delay: number, hole: number): void {
    const sorted = this.#sorted;
    while (hole > 0 && sorted[hole - 1] > delay) {
      sorted[hole] = sorted[hole - 1];
      hole--;
    }
    while (hole < this.#count - 1 && sorted[hole + 1] < delay) {
      sorted[hole] = sorted[hole + 1];
      hole++;
    }
    sorted[hole] = delay;
  }

  #firstFrom(delay: number): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#sorted[middle] < delay) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

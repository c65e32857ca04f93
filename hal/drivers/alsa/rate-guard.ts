/** Tells a device that floods: alsa-capture repeats what it has without a pause where the device is gone. */

/** Over this time it may bring so many times what real time is; a stall that is caught up with is no flood. */
const WATCHED_MS = 1000;
const MOST = 1.5;

export class RateGuard {
  #sinceMs = 0;
  #ms = 0;

  /** So much sound came at this time; true if more came than a clock can bring. */
  floods(soundMs: number, nowMs: number): boolean {
    if (nowMs - this.#sinceMs > WATCHED_MS) {
      this.#sinceMs = nowMs;
      this.#ms = 0;
    }
    this.#ms += soundMs;
    return this.#ms > WATCHED_MS * MOST;
  }
}

/** Phones may send one key press in two ways, as RFC 4733 events and as SIP INFO: one way counts at a time. */

export type KeySource = 'rtp' | 'info';

/** The way that counted last is dropped for the other one only after it was silent for this long. */
const SWITCH_MS = 2000;

export class KeySources {
  #source?: KeySource;
  #lastMs = -Infinity;

  /** Whether a key that came this way is a press of its own, and not another telling of one. */
  counts(source: KeySource, nowMs: number): boolean {
    if (source !== this.#source && nowMs - this.#lastMs < SWITCH_MS) return false;
    this.#source = source;
    this.#lastMs = nowMs;
    return true;
  }
}

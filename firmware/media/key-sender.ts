/** Keys sent to a peer as telephone events (RFC 4733 §2.5): one packet a tick in place of the audio. */
import { eventCodeOf } from './telephone-event.js';

/** A key sounds for 100 ms; its end is said three times (RFC 4733 §2.5.1.4); then comes a pause of 60 ms. */
const KEY_TICKS = 5;
const END_TICKS = 3;
const PAUSE_TICKS = 3;
/** -10 dBm0. */
const VOLUME = 10;
const MAX_WAITING = 32;

export class KeySender {
  /** Timestamp of the event: that of its beginning, in all its packets. */
  timestamp = 0;
  #codes = new Uint8Array(MAX_WAITING);
  #waiting = 0;
  #tick = 0;

  /** Appends a key, one of 0-9 * # A-D; false if it is none, or if too many wait. */
  add(key: string): boolean {
    const code = eventCodeOf(key);
    if (code < 0 || this.#waiting === MAX_WAITING) return false;
    this.#codes[this.#waiting++] = code;
    return true;
  }

  get isIdle(): boolean {
    return this.#waiting === 0;
  }

  /** Whether the packet just written is the first of its event: it bears the marker. */
  get begins(): boolean {
    return this.#tick === 1;
  }

  /**
   * Writes the payload of this tick, whose audio would have `timestamp`, and which is so many timestamp units long; 0 if
   * the tick is for audio.
   */
  write(bytes: Uint8Array, offset: number, timestamp: number, tickUnits: number): number {
    if (this.#waiting === 0) return 0;
    if (this.#tick === 0) this.timestamp = timestamp;
    const tick = this.#tick++;
    if (tick >= KEY_TICKS + END_TICKS) {
      if (this.#tick === KEY_TICKS + END_TICKS + PAUSE_TICKS) this.#drop();
      return 0;
    }
    const duration = Math.min(tick + 1, KEY_TICKS) * tickUnits;
    bytes[offset] = this.#codes[0];
    bytes[offset + 1] = (tick >= KEY_TICKS ? 0x80 : 0) | VOLUME;
    bytes[offset + 2] = duration >> 8;
    bytes[offset + 3] = duration;
    return 4;
  }

  #drop(): void {
    this.#codes.copyWithin(0, 1, this.#waiting--);
    this.#tick = 0;
  }
}

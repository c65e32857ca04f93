/**
 * Keys received as telephone events (RFC 4733 §2.3).
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |     event     |E|R| volume    |          duration             |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */

/** Event codes 0 to 15 (RFC 4733 §3.2). */
const KEYS = '0123456789*#ABCD';
/** Presses remembered, so that a packet that was overtaken by the next key does not press its own again. */
const MEMORY = 4;
const LONGEST_SEGMENT = 0xffff;

/** The event code of a key; -1 for what is no key. */
export function eventCodeOf(key: string): number {
  return key.length === 1 ? KEYS.indexOf(key) : -1;
}

/** One port's receiver. A press is counted at its first packet, so its end may be lost. */
export class TelephoneEventReceiver {
  /** True between the first packet of a press and its end. */
  pressing = false;
  #ssrc = new Float64Array(MEMORY).fill(-1);
  #timestamp = new Float64Array(MEMORY);
  #event = new Uint8Array(MEMORY);
  #latest = 0;

  /** Takes one payload; returns the key if it begins a new press, else ''. */
  receive(ssrc: number, timestamp: number, bytes: Uint8Array, offset: number, length: number): string {
    if (length < 4) return '';
    const event = bytes[offset];
    const end = (bytes[offset + 1] & 0x80) !== 0;
    const duration = (bytes[offset + 2] << 8) | bytes[offset + 3];
    // RFC 4733 §2.3.5: a duration of zero is for states; as a key it is to be ignored.
    if (event >= KEYS.length || duration === 0) return '';
    for (let i = 0; i < MEMORY; i++) {
      if (this.#ssrc[i] !== ssrc || this.#timestamp[i] !== timestamp || this.#event[i] !== event) continue;
      if (i === this.#latest && end) this.pressing = false;
      return '';
    }
    const continues = this.#continuesLatest(ssrc, timestamp, event);
    this.#latest = (this.#latest + 1) % MEMORY;
    this.#ssrc[this.#latest] = ssrc;
    this.#timestamp[this.#latest] = timestamp;
    this.#event[this.#latest] = event;
    this.pressing = !end;
    return continues ? '' : KEYS[event];
  }

  /** RFC 4733 §2.5.1.3: a key held longer than the duration field can say goes on in a new segment. */
  #continuesLatest(ssrc: number, timestamp: number, event: number): boolean {
    const i = this.#latest;
    return (
      this.pressing &&
      this.#ssrc[i] === ssrc &&
      this.#event[i] === event &&
      (this.#timestamp[i] + LONGEST_SEGMENT) % 2 ** 32 === timestamp
    );
  }
}

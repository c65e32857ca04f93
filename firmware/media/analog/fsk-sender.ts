/**
 * Sends a caller id message to a phone (Bellcore GR-30, ETSI EN 300 659-1 §6.2).
 *
 *     300 bits 0101...   180 bits 1   message, each octet as 0, eight bits lowest first, 1
 *     channel seizure      mark       type, length, parameters, checksum
 */
import { PEAK_OF_0_DBM0 } from '../tone-generator.js';
import { BITS_PER_SECOND, fskTones, LINE_RATE, type FskKind } from './fsk.js';

/** GR-30: -13.5 dBm at the exchange. */
export const FSK_DBM0 = -13.5;

const SEIZURE_BITS = 300;
const MARK_BITS = 180;
/** EN 300 659-1: a phone call that goes on needs no seizure, and 80 bits of mark. */
const MARK_BITS_OFF_HOOK = 80;
/** Behind the last octet, so that its stop bit is heard whole. */
const LAST_MARK_BITS = 4;
const BITS_PER_OCTET = 10;

export class FskSender {
  #message: Uint8Array;
  #steps: [space: number, mark: number];
  #peak: number;
  #seizureBits: number;
  #markBits: number;
  #bits: number;
  #bit = 0;
  /** Bits of the signal that are over, in parts of 1 / LINE_RATE of a bit: exact, whatever the length. */
  #inBit = 0;
  #phase = 0;

  /** `offHook`: the phone is in a call (call waiting), so that the message comes without channel seizure. */
  constructor(kind: FskKind, message: Uint8Array, offHook = false, levelDbm0 = FSK_DBM0) {
    const { markHz, spaceHz } = fskTones[kind];
    this.#message = message;
    this.#steps = [(2 * Math.PI * spaceHz) / LINE_RATE, (2 * Math.PI * markHz) / LINE_RATE];
    this.#peak = PEAK_OF_0_DBM0 * 10 ** (levelDbm0 / 20);
    this.#seizureBits = offHook ? 0 : SEIZURE_BITS;
    this.#markBits = offHook ? MARK_BITS_OFF_HOOK : MARK_BITS;
    this.#bits = this.#seizureBits + this.#markBits + message.length * BITS_PER_OCTET + LAST_MARK_BITS;
  }

  /** Samples from the first to the last, rounded up. */
  get samples(): number {
    return Math.ceil((this.#bits * LINE_RATE) / BITS_PER_SECOND);
  }

  get done(): boolean {
    return this.#bit >= this.#bits;
  }

  /** Writes the next samples, silence behind the last. Allocates nothing. */
  fill(out: Int16Array): void {
    for (let i = 0; i < out.length; i++) {
      if (this.done) {
        out[i] = 0;
        continue;
      }
      out[i] = Math.round(this.#peak * Math.sin(this.#phase));
      this.#phase += this.#steps[this.#level(this.#bit)];
      this.#inBit += BITS_PER_SECOND;
      if (this.#inBit < LINE_RATE) continue;
      this.#inBit -= LINE_RATE;
      this.#bit++;
    }
  }

  #level(bit: number): 0 | 1 {
    if (bit < this.#seizureBits) return (bit & 1) as 0 | 1;
    const at = bit - this.#seizureBits - this.#markBits;
    if (at < 0) return 1;
    const octet = Math.floor(at / BITS_PER_OCTET);
    const place = at % BITS_PER_OCTET;
    if (octet >= this.#message.length || place === BITS_PER_OCTET - 1) return 1;
    return place === 0 ? 0 : (((this.#message[octet] >> (place - 1)) & 1) as 0 | 1);
  }
}

/** Dials keys into a line, and tells phones of callers in keys (ITU-T Q.23). */
import { PEAK_OF_0_DBM0 } from '../tone-generator.js';
import { LINE_RATE } from './fsk.js';

const KEYPAD = '123A456B789C*0#D';
const ROWS_HZ = [697, 770, 852, 941];
const COLUMNS_HZ = [1209, 1336, 1477, 1633];

/** As phones send: the column is louder, as the line takes more of it. */
const ROW_DBM0 = -9;
const COLUMN_DBM0 = -7;

export class KeyTones {
  #keys: number[];
  #on: number;
  #off: number;
  #rowPeak: number;
  #columnPeak: number;
  #at = 0;

  /** `keys`: 0-9 * # A-D, and `,` for a pause of `on + off`; others are left out. `gainDb` is on top of -9 and -7 dBm0. */
  constructor(keys: string, onMs = 100, offMs = 100, gainDb = 0) {
    this.#keys = [...keys]
      .filter((key) => key === ',' || KEYPAD.includes(key))
      .map((key) => KEYPAD.indexOf(key));
    this.#on = (onMs * LINE_RATE) / 1000;
    this.#off = (offMs * LINE_RATE) / 1000;
    this.#rowPeak = PEAK_OF_0_DBM0 * 10 ** ((ROW_DBM0 + gainDb) / 20);
    this.#columnPeak = PEAK_OF_0_DBM0 * 10 ** ((COLUMN_DBM0 + gainDb) / 20);
  }

  /** Samples from the first to the last of the last pause. */
  get samples(): number {
    return this.#keys.length * (this.#on + this.#off);
  }

  get done(): boolean {
    return this.#at >= this.samples;
  }

  /** Writes the next samples, silence behind the last. Allocates nothing. */
  fill(out: Int16Array): void {
    const length = this.#on + this.#off;
    for (let i = 0; i < out.length; i++, this.#at++) {
      const at = this.#at % length;
      const key = this.done ? -1 : this.#keys[Math.floor(this.#at / length)];
      out[i] = key < 0 || at >= this.#on ? 0 : this.#sample(key, at);
    }
  }

  #sample(key: number, at: number): number {
    const turn = (2 * Math.PI * at) / LINE_RATE;
    return Math.round(
      this.#rowPeak * Math.sin(turn * ROWS_HZ[key >> 2]) +
        this.#columnPeak * Math.sin(turn * COLUMNS_HZ[key & 3]),
    );
  }
}

/**
 * Whether one tone of a network sounds right now: all its frequencies, and hardly anything else.
 *
 * Every 10 ms the last 20 ms are explained as well as they can be by sines of just these frequencies (least squares).
 * Their share of the power says how near they are: a sine beside one of them by 15 Hz still has 0.7 of it, one beside
 * by 25 Hz has 0.4 (E.180 lets exchanges be off by 15 Hz and more).
 */
import { PEAK_OF_0_DBM0 } from '../tone-generator.js';
import { LINE_RATE } from './fsk.js';

/** Samples from look to look; a look is twice as long. */
export const HOP = 80;

const MIN_SHARE = 0.68;
/** Of one frequency's power to the other's. */
const MAX_TWIST = 10 ** (10 / 10);
/** Frequencies nearer to each other cannot be told apart in 20 ms. */
const APART_HZ = 40;
/** Of a sine of 0 dBm0, a sample. */
const POWER_OF_0_DBM0 = PEAK_OF_0_DBM0 ** 2 / 2;
const SOFTEST = POWER_OF_0_DBM0 * 10 ** (-38 / 10);
/** An echo is at least so much softer than what is sent: a tone as loud as this beside it is the line's own. */
const ECHO = 10 ** (-6 / 10);

export class TonePresence {
  /** Mean power of what is heard. */
  power = 0;
  #frequencies: number;
  #apart: boolean;
  #cosines: Float64Array;
  #sines: Float64Array;
  /** What turns a sum of the second half to where the first left off. */
  #turns: Float64Array;
  #inverse: Float64Array;
  /** Sums over half a look, of the half before and of this one. */
  #before: Float64Array;
  #now: Float64Array;
  #energyBefore = 0;
  #sums: Float64Array;
  #amplitudes: Float64Array;

  constructor(readonly frequenciesHz: readonly number[]) {
    const count = frequenciesHz.length;
    const steps = frequenciesHz.map((hz) => (2 * Math.PI * hz) / LINE_RATE);
    this.#frequencies = count;
    this.#apart = count > 1 && Math.abs(frequenciesHz[0] - frequenciesHz[1]) >= APART_HZ;
    this.#cosines = Float64Array.from({ length: count * HOP }, (_, i) =>
      Math.cos(steps[Math.floor(i / HOP)] * (i % HOP)),
    );
    this.#sines = Float64Array.from({ length: count * HOP }, (_, i) =>
      Math.sin(steps[Math.floor(i / HOP)] * (i % HOP)),
    );
    this.#turns = Float64Array.from(steps.flatMap((step) => [Math.cos(step * HOP), Math.sin(step * HOP)]));
    this.#inverse = inverseOfGram(steps);
    this.#before = new Float64Array(2 * count);
    this.#now = new Float64Array(2 * count);
    this.#sums = new Float64Array(2 * count);
    this.#amplitudes = new Float64Array(2 * count);
  }

  /** Hears the next 10 ms at `from`; true if the tone sounded in the last 20 ms. `tx` is what was sent meanwhile. */
  hear(rx: Int16Array, from: number, tx?: TonePresence): boolean {
    const now = this.#before;
    this.#before = this.#now;
    this.#now = now;
    let energy = 0;
    for (let i = 0; i < HOP; i++) energy += rx[from + i] * rx[from + i];
    this.power = (energy + this.#energyBefore) / (2 * HOP);
    this.#energyBefore = energy;
    for (let f = 0; f < this.#frequencies; f++) {
      let re = 0;
      let im = 0;
      for (let i = 0, at = f * HOP; i < HOP; i++, at++) {
        re += rx[from + i] * this.#cosines[at];
        im += rx[from + i] * this.#sines[at];
      }
      now[2 * f] = re;
      now[2 * f + 1] = im;
    }
    if (this.power < SOFTEST) return false;
    const power = this.explained();
    return power >= MIN_SHARE * this.power && !this.#isTwisted() && (!tx || power >= ECHO * tx.explained());
  }

  /** Mean power that the frequencies explain of the last 20 ms. */
  explained(): number {
    const size = 2 * this.#frequencies;
    for (let f = 0; f < size; f += 2) {
      const [re, im] = [this.#now[f], this.#now[f + 1]];
      this.#sums[f] = this.#before[f] + re * this.#turns[f] - im * this.#turns[f + 1];
      this.#sums[f + 1] = this.#before[f + 1] + re * this.#turns[f + 1] + im * this.#turns[f];
    }
    let energy = 0;
    for (let row = 0; row < size; row++) {
      let amplitude = 0;
      for (let column = 0; column < size; column++)
        amplitude += this.#inverse[row * size + column] * this.#sums[column];
      this.#amplitudes[row] = amplitude;
      energy += amplitude * this.#sums[row];
    }
    return energy / (2 * HOP);
  }

  #isTwisted(): boolean {
    if (!this.#apart) return false;
    const a = this.#amplitudes;
    const first = a[0] * a[0] + a[1] * a[1];
    const second = a[2] * a[2] + a[3] * a[3];
    return first > MAX_TWIST * second || second > MAX_TWIST * first;
  }
}

/** Inverse of the matrix of products of all cosines and sines with each other, over a look (Gauss-Jordan). */
function inverseOfGram(steps: number[]): Float64Array {
  const waves = steps.flatMap((step) => [
    Array.from({ length: 2 * HOP }, (_, n) => Math.cos(step * n)),
    Array.from({ length: 2 * HOP }, (_, n) => Math.sin(step * n)),
  ]);
  const size = waves.length;
  const rows = waves.map((wave, row) => [
    ...waves.map((other) => wave.reduce((sum, value, n) => sum + value * other[n], 0)),
    ...waves.map((_, column) => (column === row ? 1 : 0)),
  ]);
  for (let at = 0; at < size; at++) {
    const pivot = rows[at][at];
    rows[at] = rows[at].map((value) => value / pivot);
    for (let row = 0; row < size; row++) {
      const factor = rows[row][at];
      if (row !== at) rows[row] = rows[row].map((value, column) => value - factor * rows[at][column]);
    }
  }
  return Float64Array.from(rows.flatMap((row) => row.slice(size)));
}

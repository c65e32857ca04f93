/**
 * One sub-band of G.722: an adaptive predictor and an adaptive step, which encoder and decoder derive alike from the
 * codes. The names of the steps are those of G.722 §6.2.1.
 *
 *     sample -(-)-> difference -> quantizer -> code -> inverse quantizer -> difference' --+--> predictor
 *             ^                                                                           |        |
 *             +---------------------------------- prediction <-----------------------------------+
 */

/** Predictor taps on the differences. */
const ZEROS = 6;

/** ILB: 2048 * 2^(i/32), the mantissa of the step. */
const mantissas = Int32Array.of(
  ...[2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834],
  ...[2896, 2960, 3025, 3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008],
);

export class Band {
  /** What the next sample is expected to be. */
  prediction = 0;
  /** The quantizer's step: what its levels are multiplied with, in units of 1/4096. */
  step: number;
  /** Logarithm of the step. */
  #log = 0;
  readonly #logLimit: number;
  readonly #logShift: number;
  /** Two poles on the reconstructed samples, and what they are steered by: the signs of the last two partial ones. */
  #pole1 = 0;
  #pole2 = 0;
  #reconstructed = 0;
  #partial1 = 0;
  #partial2 = 0;
  /** Prediction by the zeros alone. */
  #zeroPrediction = 0;
  readonly #zeros = new Int32Array(ZEROS);
  /** The last differences, newest first. */
  readonly #differences = new Int32Array(ZEROS);

  constructor(which: 'low' | 'high') {
    this.step = which === 'low' ? 32 : 8;
    this.#logLimit = which === 'low' ? 18432 : 22528;
    this.#logShift = which === 'low' ? 8 : 10;
  }

  /** Takes in a difference as the decoder knows it, and by how much its code widens or narrows the step. */
  adapt(difference: number, logChange: number): void {
    this.#scale(logChange);
    this.#predict(difference);
  }

  copy(other: Band): void {
    this.prediction = other.prediction;
    this.step = other.step;
    this.#log = other.#log;
    this.#pole1 = other.#pole1;
    this.#pole2 = other.#pole2;
    this.#reconstructed = other.#reconstructed;
    this.#partial1 = other.#partial1;
    this.#partial2 = other.#partial2;
    this.#zeroPrediction = other.#zeroPrediction;
    this.#zeros.set(other.#zeros);
    this.#differences.set(other.#differences);
  }

  /** LOGSCL, SCALEL; LOGSCH, SCALEH. */
  #scale(logChange: number): void {
    const log = ((this.#log * 127) >> 7) + logChange;
    this.#log = log < 0 ? 0 : log > this.#logLimit ? this.#logLimit : log;
    const mantissa = mantissas[(this.#log >> 6) & 31];
    const shift = this.#logShift - (this.#log >> 11);
    this.step = (shift < 0 ? mantissa << -shift : mantissa >> shift) << 2;
  }

  /** Block 4: RECONS, PARREC, UPPOL2, UPPOL1, UPZERO, DELAYA, FILTEP, FILTEZ, PREDIC. */
  #predict(difference: number): void {
    const reconstructed = saturate(this.prediction + difference);
    const partial = saturate(this.#zeroPrediction + difference);
    const like1 = (partial ^ this.#partial1) >= 0;
    const like2 = (partial ^ this.#partial2) >= 0;

    const steered = saturate(this.#pole1 << 2);
    const turned = like1 ? -steered : steered;
    let pole2 =
      ((turned > 32767 ? 32767 : turned) >> 7) + (like2 ? 128 : -128) + ((this.#pole2 * 32512) >> 15);
    pole2 = pole2 > 12288 ? 12288 : pole2 < -12288 ? -12288 : pole2;
    let pole1 = (like1 ? 192 : -192) + ((this.#pole1 * 32640) >> 15);
    const limit = 15360 - pole2;
    pole1 = pole1 > limit ? limit : pole1 < -limit ? -limit : pole1;

    const poles =
      ((pole1 * saturate(reconstructed * 2)) >> 15) + ((pole2 * saturate(this.#reconstructed * 2)) >> 15);
    this.#zeroPrediction = this.#moveZeros(difference);
    this.prediction = saturate(saturate(poles) + this.#zeroPrediction);
    this.#pole1 = pole1;
    this.#pole2 = pole2;
    this.#reconstructed = reconstructed;
    this.#partial2 = this.#partial1;
    this.#partial1 = partial;
  }

  /** Each zero leaks a little and moves by the sign of its difference; what they predict together. */
  #moveZeros(difference: number): number {
    const zeros = this.#zeros;
    const differences = this.#differences;
    const move = difference === 0 ? 0 : 128;
    let sum = 0;
    for (let i = ZEROS - 1; i >= 0; i--) {
      const like = (differences[i] ^ difference) >= 0;
      const zero = ((zeros[i] * 32640) >> 15) + (like ? move : -move);
      zeros[i] = zero;
      const newer = i > 0 ? differences[i - 1] : difference;
      differences[i] = newer;
      sum += (zero * saturate(newer * 2)) >> 15;
    }
    return saturate(sum);
  }
}

export function saturate(value: number): number {
  return value > 32767 ? 32767 : value < -32768 ? -32768 : value;
}

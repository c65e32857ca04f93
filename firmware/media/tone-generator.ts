/** Sums of sines with a level in dBm0. */
import type { Rate } from './frame.js';

/**
 * Peak of a 0 dBm0 sine. G.711 sets full scale at +3.14 dBm0 for A-law and +3.17 dBm0 for mu-law; the top of mu-law
 * is 8159/8192 of the linear range, which makes the two agree within 0.01 dB.
 */
export const PEAK_OF_0_DBM0 = 32768 / 10 ** (3.14 / 20);

/** Plays all frequencies at once, each with the level given, always beginning at phase 0. */
export class ToneGenerator {
  #steps: Float64Array;
  #peak: number;
  #at = 0;

  constructor(frequenciesHz: number[], levelDbm0: number, rate: Rate) {
    this.#steps = Float64Array.from(frequenciesHz, (hz) => (2 * Math.PI * hz) / rate);
    this.#peak = PEAK_OF_0_DBM0 * 10 ** (levelDbm0 / 20);
  }

  /** Writes `count` samples at `offset`, saturated. */
  fill(out: Int16Array, offset: number, count: number): void {
    for (let i = 0; i < count; i++) {
      let sample = 0;
      for (let f = 0; f < this.#steps.length; f++) sample += Math.sin(this.#steps[f] * this.#at);
      this.#at++;
      const scaled = Math.round(sample * this.#peak);
      out[offset + i] = scaled > 32767 ? 32767 : scaled < -32768 ? -32768 : scaled;
    }
  }

  /** The next sample is this one, counted from the beginning. */
  goTo(sample: number): void {
    this.#at = sample;
  }
}

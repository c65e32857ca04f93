/**
 * Sums turned into samples. What is too loud for 16 bits is turned down, at once and without a step, and comes back
 * slowly: nothing is cut off hard. As long as nothing is too loud, samples pass as they are.
 */

const LOUDEST = 32767;
/** Samples in which a gain comes down; what is too loud in them is cut. */
const ATTACK_SAMPLES = 32;
/** This part of what is missing comes back in a frame: 63 % in 160 ms. */
const RELEASE = 1 / 8;
/** And no less than this, so that it arrives. */
const LEAST_RELEASE = 1 / 512;

export class Limiter {
  #gain = 1;

  /** Writes a listener's samples: the sum without what is its own, which is exactly absent. */
  minus(out: Int16Array, sum: Int32Array, own: Int16Array, scratch: Int32Array): void {
    let over = 0;
    for (let i = 0; i < out.length; i++) {
      const sample = sum[i] - own[i];
      out[i] = scratch[i] = sample;
      over |= sample ^ (sample >> 31);
    }
    if (over > LOUDEST || this.#gain !== 1) this.#turnDown(out, scratch);
  }

  /** Writes the samples of a sum. */
  whole(out: Int16Array, sum: Int32Array): void {
    let over = 0;
    for (let i = 0; i < out.length; i++) {
      const sample = sum[i];
      out[i] = sample;
      over |= sample ^ (sample >> 31);
    }
    if (over > LOUDEST || this.#gain !== 1) this.#turnDown(out, sum);
  }

  #turnDown(out: Int16Array, sum: Int32Array): void {
    let peak = 0;
    for (let i = 0; i < out.length; i++) {
      const sample = sum[i] < 0 ? -sum[i] : sum[i];
      if (sample > peak) peak = sample;
    }
    const fits = peak <= LOUDEST ? 1 : LOUDEST / peak;
    const before = this.#gain;
    const back = Math.min(1, before + Math.max((1 - before) * RELEASE, LEAST_RELEASE));
    const after = Math.min(fits, back);
    const ramp = after < before ? ATTACK_SAMPLES : after > before ? out.length : 0;
    const step = (after - before) / ramp;
    for (let i = 0; i < ramp; i++) {
      const sample = sum[i] * (before + step * i);
      out[i] = sample > LOUDEST ? LOUDEST : sample < -LOUDEST ? -LOUDEST : sample;
    }
    for (let i = ramp; i < out.length; i++) out[i] = sum[i] * after;
    this.#gain = after;
  }
}

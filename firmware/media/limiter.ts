/**
 * Sums turned into samples. What is too loud for 16 bits is turned down, at once and without a step, and comes back
 * slowly: nothing is cut off hard. As long as nothing is too loud, samples pass as they are.
 */

/** A gain is a fixed-point number of 24 bits. */
const UNITY = 1 << 24;
const LOUDEST = 32767;
/** Samples in which a gain comes down; what is too loud in them is cut. */
const ATTACK_SAMPLES = 32;
/** A frame later this part of what is missing has come back: 63 % in 160 ms. */
const RELEASE_SHIFT = 3;
/** It comes back by no less than this in a frame, so that it arrives. */
const LEAST_RELEASE = UNITY >> 9;

export class Limiter {
  #gain = UNITY;

  /** Writes a listener's samples: the sum without what is its own, which is exactly absent. */
  minus(out: Int16Array, sum: Int32Array, own: Int16Array, scratch: Int32Array): void {
    let over = 0;
    for (let i = 0; i < out.length; i++) {
      const sample = sum[i] - own[i];
      out[i] = scratch[i] = sample;
      over |= sample ^ (sample >> 31);
    }
    if (over > LOUDEST || this.#gain !== UNITY) this.#turnDown(out, scratch);
  }

  /** Writes the samples of a sum. */
  whole(out: Int16Array, sum: Int32Array): void {
    let over = 0;
    for (let i = 0; i < out.length; i++) {
      const sample = sum[i];
      out[i] = sample;
      over |= sample ^ (sample >> 31);
    }
    if (over > LOUDEST || this.#gain !== UNITY) this.#turnDown(out, sum);
  }

  #turnDown(out: Int16Array, sum: Int32Array): void {
    let peak = 0;
    for (let i = 0; i < out.length; i++) peak = Math.max(peak, Math.abs(sum[i]));
    const fits = peak <= LOUDEST ? UNITY : Math.floor((LOUDEST * UNITY) / peak);
    const before = this.#gain;
    const back = Math.min(UNITY, before + Math.max((UNITY - before) >> RELEASE_SHIFT, LEAST_RELEASE));
    const after = Math.min(fits, back);
    const ramp = after < before ? Math.min(ATTACK_SAMPLES, out.length) : out.length;
    for (let i = 0; i < out.length; i++) {
      const gain = i < ramp ? before + ((after - before) * i) / ramp : after;
      const sample = Math.round((sum[i] * gain) / UNITY);
      out[i] = sample > LOUDEST ? LOUDEST : sample < -LOUDEST ? -LOUDEST : sample;
    }
    this.#gain = after;
  }
}

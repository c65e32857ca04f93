/** Sums turned into samples, and what is too loud turned down: by a kernel, see there. */
import { MAX_FRAME_SAMPLES } from './frame.js';
import { kernels, kernelSamples, kernelWords, reserve } from './kernel-memory.js';

const sums = reserve(4 * MAX_FRAME_SAMPLES);
const owns = reserve(2 * MAX_FRAME_SAMPLES);
const outs = reserve(2 * MAX_FRAME_SAMPLES);
const NOTHING = 0;

export class Limiter {
  /** 1 as long as nothing is too loud. */
  gain = 1;

  /** Writes a listener's samples: the sum without what is its own, which is exactly absent. */
  minus(out: Int16Array, sum: Int32Array, own: Int16Array): void {
    kernelSamples.set(own, owns >> 1);
    this.#run(out, sum, owns);
  }

  /** Writes the samples of a sum. */
  whole(out: Int16Array, sum: Int32Array): void {
    this.#run(out, sum, NOTHING);
  }

  #run(out: Int16Array, sum: Int32Array, own: number): void {
    kernelWords.set(sum, sums >> 2);
    this.gain = kernels.limit(outs, sums, own, out.length, this.gain);
    for (let i = 0, from = outs >> 1; i < out.length; i++) out[i] = kernelSamples[from + i];
  }
}

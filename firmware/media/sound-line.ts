/**
 * The decoded sound of one stream as one line: what was heard lately, then what is to be heard next.
 *
 *      [ heard: at least 60 ms ][ to be heard ][ room ]
 *                               ^ at           ^ end
 */
import type { Codec } from './codec.js';
import { kernelSamples, Places } from './kernel-memory.js';
import { MAX_PORTS } from './stats.js';

const HEARD_MS = 60;
const LENGTH_MS = 400;

/** The kernels write a little more than they are asked to. */
const SLACK = 8;
/** In the memory of the kernels are those lines that they know: see steady-streams.ts. */
const MAX_KERNEL_RATE = 16000;
const places = new Places('sound-lines', MAX_PORTS, 2 * ((LENGTH_MS * MAX_KERNEL_RATE) / 1000 + SLACK));

export class SoundLine {
  readonly pcm: Int16Array;
  /** In the memory of the kernels; 0 for one that is not there. */
  readonly place: number;
  at: number;
  end: number;
  #heard: number;

  constructor(sampleRate: Codec['sampleRate']) {
    this.#heard = (HEARD_MS * sampleRate) / 1000;
    const length = (LENGTH_MS * sampleRate) / 1000;
    this.place = sampleRate <= MAX_KERNEL_RATE ? places.take() : 0;
    const at = this.place >> 1;
    this.pcm = at > 0 ? kernelSamples.subarray(at, at + length) : new Int16Array(length);
    this.at = this.end = this.#heard;
  }

  /** Samples to be heard. */
  get waiting(): number {
    return this.end - this.at;
  }

  /** Sees that `count` samples can be written from `end` on, at most 200 ms. */
  makeRoom(count: number): void {
    if (this.end + count <= this.pcm.length) return;
    const from = this.at - this.#heard;
    this.pcm.copyWithin(0, from, this.end);
    this.at -= from;
    this.end -= from;
  }

  /** Forgets what is to be heard. */
  clear(): void {
    this.end = this.at;
  }

  close(): void {
    if (this.place > 0) places.give(this.place);
  }
}

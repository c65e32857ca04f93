/**
 * The decoded sound of one stream as one line: what was heard lately, then what is to be heard next.
 *
 *      [ heard: at least 60 ms ][ to be heard ][ room ]
 *                               ^ at           ^ end
 */
import type { Codec } from './codec.js';

const HEARD_MS = 60;
const LENGTH_MS = 400;

export class SoundLine {
  readonly pcm: Int16Array;
  at: number;
  end: number;
  #heard: number;

  constructor(sampleRate: Codec['sampleRate']) {
    this.#heard = (HEARD_MS * sampleRate) / 1000;
    this.pcm = new Int16Array((LENGTH_MS * sampleRate) / 1000);
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
}

/** One encoding of a tick for all listeners of a codec who hear the same. */
import type { Codec, Encoder } from './codec.js';
import { MAX_FRAME_BYTES } from './frame.js';
import { kernelBytes, kernelWords, Places } from './kernel-memory.js';
import { MAX_PORTS } from './stats.js';

/** A word, set in ticks in which steady streams want the payload, which follows from 16 bytes on. */
const places = new Places('shared encodings', MAX_PORTS, 16 + MAX_FRAME_BYTES);

export class SharedEncoding {
  readonly encoder: Encoder;
  /** In the memory of the kernels. */
  readonly place = places.take();
  #length = 0;

  constructor(readonly codec: Codec) {
    this.encoder = codec.createEncoder();
  }

  begin(): void {
    this.#length = 0;
    kernelWords[this.place >> 2] = 0;
  }

  get isWanted(): boolean {
    return kernelWords[this.place >> 2] !== 0;
  }

  /** Encodes what they hear, once in a tick. */
  encode(pcm: Int16Array): void {
    if (this.#length === 0) this.#length = this.encoder.encode(pcm, pcm.length, kernelBytes, this.place + 16);
  }

  /** Writes the payload of what they hear; returns its length. */
  write(pcm: Int16Array, packet: Uint8Array, offset: number): number {
    this.encode(pcm);
    for (let at = 0; at < this.#length; at++) packet[offset + at] = kernelBytes[this.place + 16 + at];
    return this.#length;
  }

  close(): void {
    this.encoder.close();
    places.give(this.place);
  }
}

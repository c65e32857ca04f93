/** One encoding of a tick for all listeners of a codec who hear the same. */
import type { Codec, Encoder } from './codec.js';
import { MAX_FRAME_BYTES } from './frame.js';

export class SharedEncoding {
  readonly encoder: Encoder;
  #bytes = new Uint8Array(MAX_FRAME_BYTES);
  #length = 0;

  constructor(readonly codec: Codec) {
    this.encoder = codec.createEncoder();
  }

  begin(): void {
    this.#length = 0;
  }

  /** Writes the payload of what they hear; returns its length. */
  write(pcm: Int16Array, packet: Uint8Array, offset: number): number {
    if (this.#length === 0) this.#length = this.encoder.encode(pcm, pcm.length, this.#bytes, 0);
    for (let at = 0; at < this.#length; at++) packet[offset + at] = this.#bytes[at];
    return this.#length;
  }

  close(): void {
    this.encoder.close();
  }
}

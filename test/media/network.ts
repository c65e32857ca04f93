/** A talker, a network that loses and delays, and the box's tick, in simulated time. */
import type { Codec, Encoder } from '../../firmware/media/codec.js';
import { JitterBuffer } from '../../firmware/media/jitter-buffer.js';

/** Numbers from 0 to 1, the same for the same seed (Park and Miller). */
export function seededRandom(seed: number): () => number {
  return () => (seed = (seed * 48271) % 2147483647) / 2147483647;
}

/** 16-bit samples as they are, at any rate: for what is heard to be told exactly. */
export function linear(sampleRate: Codec['sampleRate'], rtpClockRate: number = sampleRate): Codec {
  return {
    name: 'PCMU',
    sampleRate,
    rtpClockRate,
    bytesPer10Ms: 80,
    samplesIn: (_bytes, _offset, length) => length >> 1,
    createDecoder: () => ({
      decode(bytes, offset, length, out) {
        for (let i = 0; i < length >> 1; i++)
          out[i] = bytes[offset + 2 * i] | (bytes[offset + 2 * i + 1] << 8);
        return length >> 1;
      },
      close: () => {},
    }),
    createEncoder: () => ({
      encode(pcm, samples, bytes, offset) {
        for (let i = 0; i < samples; i++) {
          bytes[offset + 2 * i] = pcm[i] & 0xff;
          bytes[offset + 2 * i + 1] = (pcm[i] >> 8) & 0xff;
        }
        return 2 * samples;
      },
      follow: () => {},
      close: () => {},
    }),
  };
}

export type Network = {
  codec: Codec;
  ptimeMs: number;
  /** From the moment a packet is due until it is here, ms; undefined: never. */
  delayMs: (packet: number) => number | undefined;
  /** The talker's clock is slow by so many millionths. */
  skewPpm?: number;
};

export class Talk {
  readonly buffer: JitterBuffer;
  readonly #encoder: Encoder;
  /** Number of the next packet to be sent. */
  packet = 0;
  tick = 0;
  #bytes = new Uint8Array(2000);
  #pcm: Int16Array;
  #out: Int16Array;
  #under: { atMs: number; packet: number; bytes: Uint8Array }[] = [];

  /** `speak` writes the samples of the packet that begins at a sample. */
  constructor(
    readonly network: Network,
    readonly speak: (pcm: Int16Array, firstSample: number) => void,
  ) {
    const { codec, ptimeMs } = network;
    this.buffer = new JitterBuffer(codec);
    this.#encoder = codec.createEncoder();
    this.#pcm = new Int16Array((codec.sampleRate / 1000) * ptimeMs);
    this.#out = new Int16Array(codec.sampleRate / 50);
  }

  /** What is heard in the next tick; the array is used again. */
  hear(): Int16Array {
    const nowMs = this.tick++ * 20;
    const { ptimeMs, delayMs, skewPpm = 0 } = this.network;
    for (;;) {
      const dueMs = this.packet * ptimeMs * (1 + skewPpm / 1e6);
      if (dueMs > nowMs) break;
      const packet = this.packet++;
      this.speak(this.#pcm, packet * this.#pcm.length);
      const length = this.#encoder.encode(this.#pcm, this.#pcm.length, this.#bytes, 0);
      const delay = delayMs(packet);
      if (delay === undefined) continue;
      if (dueMs + delay <= nowMs && this.#under.length === 0) this.#arrive(packet, this.#bytes, length);
      else this.#under.push({ atMs: dueMs + delay, packet, bytes: this.#bytes.slice(0, length) });
    }
    this.#under.sort((a, b) => a.atMs - b.atMs);
    while (this.#under.length > 0 && this.#under[0].atMs <= nowMs) {
      const { packet, bytes } = this.#under.shift()!;
      this.#arrive(packet, bytes, bytes.length);
    }
    this.buffer.pull(this.#out);
    return this.#out;
  }

  #arrive(packet: number, bytes: Uint8Array, length: number): void {
    const { codec, ptimeMs } = this.network;
    const timestamp = (packet * ptimeMs * (codec.rtpClockRate / 1000) + 4_294_000_000) >>> 0;
    this.buffer.put(7, packet & 0xffff, timestamp, bytes, 0, length);
  }
}

/**
 * G.722 at 64 kbit/s: two sub-bands, 6 bits for the lower and 2 for the upper half of 50 to 7000 Hz. Two streams take the
 * kernel no longer than one, so that what is to be done `Soon` waits for the next stream in the same direction.
 */
import type { Codec, Decoder, Encoder } from '../codec.js';
import { kernelBytes, kernels, kernelSamples, Places, reserve } from '../kernel-memory.js';

/** 60 ms. */
const MAX_SAMPLES = 960;
const MAX_BYTES = MAX_SAMPLES / 2;
/** 10 ms: as long as the voice stays much the same. */
const RESUMED_BYTES = 80;
/** Four for each of the 1024 ports that a worker has at most: each speaks and hears, some are in a mix of their own. */
const MAX_STREAMS = 4096;

const NOBODY = 0;
const states = new Places('G.722 streams', MAX_STREAMS, kernels.g722StateBytes());
/** The stream that waits to be encoded, how much of it, and where to; and a frame of each of the two streams. */
const encoding = { state: NOBODY, samples: 0, bytes: new Uint8Array() as Uint8Array, offset: 0, ...frames() };
/** Likewise to be decoded. */
const decoding = { state: NOBODY, length: 0, out: new Int16Array() as Int16Array, at: 0, ...frames() };

class Stream {
  /** NOBODY once it is closed. */
  protected state = states.take();

  constructor() {
    kernels.g722Begin(this.state);
  }

  get place(): number {
    return this.state;
  }

  close(): void {
    settle();
    if (this.state !== NOBODY) states.give(this.state);
    this.state = NOBODY;
  }
}

class G722Encoder extends Stream implements Encoder {
  encode(pcm: Int16Array, samples: number, bytes: Uint8Array, offset: number): number {
    const length = this.encodeSoon(pcm, samples, bytes, offset);
    settle();
    return length;
  }

  encodeSoon(pcm: Int16Array, samples: number, bytes: Uint8Array, offset: number): number {
    if (this.state === NOBODY || samples > MAX_SAMPLES) return 0;
    if (encoding.samples !== samples || encoding.state === this.state) settle();
    if (encoding.state === NOBODY) {
      putSamples(pcm, samples, encoding.pcmA);
      encoding.state = this.state;
      encoding.samples = samples;
      encoding.bytes = bytes;
      encoding.offset = offset;
    } else {
      putSamples(pcm, samples, encoding.pcmB);
      kernels.g722Encode(
        encoding.state,
        encoding.pcmA,
        encoding.bytesA,
        this.state,
        encoding.pcmB,
        encoding.bytesB,
        samples,
      );
      takeBytes(encoding.bytesB, samples >> 1, bytes, offset);
      finishEncoding();
    }
    return samples >> 1;
  }

  follow(other: Encoder): void {
    if (!(other instanceof G722Encoder) || this.state === NOBODY || other.state === NOBODY) return;
    settle();
    kernelBytes.copyWithin(this.state, other.state, other.state + kernels.g722StateBytes());
  }
}

class G722Decoder extends Stream implements Decoder {
  decode(bytes: Uint8Array, offset: number, length: number, out: Int16Array): number {
    if (this.state === NOBODY || length > MAX_BYTES || 2 * length > out.length) return 0;
    this.decodeSoon(bytes, offset, length, out, 0);
    settle();
    return 2 * length;
  }

  decodeSoon(bytes: Uint8Array, offset: number, length: number, out: Int16Array, at: number): void {
    if (this.state === NOBODY || length > MAX_BYTES) return;
    if (decoding.length !== length || decoding.state === this.state) settle();
    if (decoding.state === NOBODY) {
      putBytes(bytes, offset, length, decoding.bytesA);
      decoding.state = this.state;
      decoding.length = length;
      decoding.out = out;
      decoding.at = at;
    } else {
      putBytes(bytes, offset, length, decoding.bytesB);
      kernels.g722Decode(
        decoding.state,
        decoding.bytesA,
        decoding.pcmA,
        this.state,
        decoding.bytesB,
        decoding.pcmB,
        length,
      );
      takeSamples(decoding.pcmB, 2 * length, out, at);
      finishDecoding();
    }
  }

  resume(bytes: Uint8Array, offset: number, length: number): void {
    if (this.state === NOBODY) return;
    settle();
    const resumed = Math.min(length, RESUMED_BYTES);
    putBytes(bytes, offset, resumed, decoding.bytesA);
    kernels.g722Resume(this.state, decoding.bytesA, resumed);
  }
}

export const g722: Codec = {
  name: 'G722',
  sampleRate: 16000,
  // RFC 3551 §4.5.2: 8000 by an old mistake that became the rule.
  rtpClockRate: 8000,
  bytesPer10Ms: 80,
  samplesIn: (_bytes, _offset, length) => 2 * length,
  settle,
  createDecoder: () => new G722Decoder(),
  createEncoder: () => new G722Encoder(),
};

/** Places for two frames; the kernel writes a little more samples than there are. */
function frames() {
  const [samples, bytes] = [2 * MAX_SAMPLES + 16, MAX_BYTES];
  return { pcmA: reserve(samples), pcmB: reserve(samples), bytesA: reserve(bytes), bytesB: reserve(bytes) };
}

function settle(): void {
  if (encoding.state !== NOBODY) {
    kernels.g722Encode(
      encoding.state,
      encoding.pcmA,
      encoding.bytesA,
      NOBODY,
      NOBODY,
      NOBODY,
      encoding.samples,
    );
    finishEncoding();
  }
  if (decoding.state !== NOBODY) {
    kernels.g722Decode(
      decoding.state,
      decoding.bytesA,
      decoding.pcmA,
      NOBODY,
      NOBODY,
      NOBODY,
      decoding.length,
    );
    finishDecoding();
  }
}

function finishEncoding(): void {
  takeBytes(encoding.bytesA, encoding.samples >> 1, encoding.bytes, encoding.offset);
  encoding.state = NOBODY;
}

function finishDecoding(): void {
  takeSamples(decoding.pcmA, 2 * decoding.length, decoding.out, decoding.at);
  decoding.state = NOBODY;
}

function putSamples(pcm: Int16Array, samples: number, place: number): void {
  for (let i = 0, to = place >> 1; i < samples; i++) kernelSamples[to + i] = pcm[i];
}

function takeSamples(place: number, samples: number, out: Int16Array, at: number): void {
  for (let i = 0, from = place >> 1; i < samples; i++) out[at + i] = kernelSamples[from + i];
}

function putBytes(bytes: Uint8Array, offset: number, length: number, place: number): void {
  for (let i = 0; i < length; i++) kernelBytes[place + i] = bytes[offset + i];
}

function takeBytes(place: number, length: number, bytes: Uint8Array, offset: number): void {
  for (let i = 0; i < length; i++) bytes[offset + i] = kernelBytes[place + i];
}

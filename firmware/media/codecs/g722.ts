/** G.722 at 64 kbit/s: two sub-bands, 6 bits for the lower and 2 for the upper half of 50 to 7000 Hz. See kernels/. */
import type { Codec, Decoder, Encoder } from '../codec.js';
import { kernelBytes, kernels, kernelSamples, Places, reserve } from '../kernel-memory.js';

/** 60 ms. */
const MAX_SAMPLES = 960;
const MAX_BYTES = MAX_SAMPLES / 2;
/** 10 ms: as long as the voice stays much the same. */
const RESUMED_BYTES = 80;
/** Four for each of the 1024 ports that a worker has at most: each speaks and hears, some are in a mix of their own. */
const MAX_STREAMS = 4096;

const states = new Places('G.722 streams', MAX_STREAMS, kernels.g722StateBytes());
/** One frame; shared, since one is worked on at a time. */
const SPARE_BYTES = 16;
const pcmPlace = reserve(2 * MAX_SAMPLES + SPARE_BYTES);
const bytesPlace = reserve(MAX_BYTES);
const NOBODY = 0;

class Stream {
  /** NOBODY once it is closed. */
  protected state = states.take();

  constructor() {
    kernels.g722Begin(this.state);
  }

  close(): void {
    if (this.state !== NOBODY) states.give(this.state);
    this.state = NOBODY;
  }
}

class G722Encoder extends Stream implements Encoder {
  encode(pcm: Int16Array, samples: number, bytes: Uint8Array, offset: number): number {
    if (this.state === NOBODY || samples > MAX_SAMPLES) return 0;
    const at = pcmPlace >> 1;
    for (let i = 0; i < samples; i++) kernelSamples[at + i] = pcm[i];
    kernels.g722Encode(this.state, pcmPlace, bytesPlace, NOBODY, NOBODY, NOBODY, samples);
    const length = samples >> 1;
    for (let i = 0; i < length; i++) bytes[offset + i] = kernelBytes[bytesPlace + i];
    return length;
  }

  follow(other: Encoder): void {
    if (other instanceof G722Encoder) copyState(this.state, other.state);
  }
}

class G722Decoder extends Stream implements Decoder {
  decode(bytes: Uint8Array, offset: number, length: number, out: Int16Array): number {
    const samples = 2 * length;
    if (this.state === NOBODY || samples > MAX_SAMPLES || samples > out.length) return 0;
    for (let i = 0; i < length; i++) kernelBytes[bytesPlace + i] = bytes[offset + i];
    kernels.g722Decode(this.state, bytesPlace, pcmPlace, NOBODY, NOBODY, NOBODY, length);
    const at = pcmPlace >> 1;
    for (let i = 0; i < samples; i++) out[i] = kernelSamples[at + i];
    return samples;
  }

  resume(bytes: Uint8Array, offset: number, length: number): void {
    if (this.state === NOBODY) return;
    const resumed = Math.min(length, RESUMED_BYTES);
    for (let i = 0; i < resumed; i++) kernelBytes[bytesPlace + i] = bytes[offset + i];
    kernels.g722Resume(this.state, bytesPlace, resumed);
  }
}

export const g722: Codec = {
  name: 'G722',
  sampleRate: 16000,
  // RFC 3551 §4.5.2: 8000 by an old mistake that became the rule.
  rtpClockRate: 8000,
  bytesPer10Ms: 80,
  samplesIn: (_bytes, _offset, length) => 2 * length,
  createDecoder: () => new G722Decoder(),
  createEncoder: () => new G722Encoder(),
};

function copyState(to: number, from: number): void {
  if (to !== NOBODY && from !== NOBODY) kernelBytes.copyWithin(to, from, from + kernels.g722StateBytes());
}

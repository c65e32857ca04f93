/** The codecs a port may speak. Adding one is adding a literal. */
import type { CodecName } from './contract.js';
import { alawToLinear, linearToAlaw, linearToUlaw, ulawToLinear } from './g711.js';

export type Codec = {
  name: CodecName;
  /** Samples per second of the PCM side. */
  sampleRate: number;
  /** RTP timestamp units per second (RFC 3551 §4.1: not always the sample rate). */
  rtpClockRate: number;
  /** Samples that `length` bytes of payload hold. */
  samplesIn(length: number): number;
  /** Decodes `length` bytes at `offset` to the beginning of `out`; returns the samples written. */
  decode(bytes: Uint8Array, offset: number, length: number, out: Int16Array): number;
  /** Encodes the first `samples` of `pcm` to `bytes` at `offset`; returns the bytes written. */
  encode(pcm: Int16Array, samples: number, bytes: Uint8Array, offset: number): number;
};

const pcmu: Codec = {
  name: 'PCMU',
  sampleRate: 8000,
  rtpClockRate: 8000,
  samplesIn: (length) => length,
  decode(bytes, offset, length, out) {
    for (let i = 0; i < length; i++) out[i] = ulawToLinear[bytes[offset + i]];
    return length;
  },
  encode(pcm, samples, bytes, offset) {
    for (let i = 0; i < samples; i++) bytes[offset + i] = linearToUlaw[pcm[i] & 0xffff];
    return samples;
  },
};

const pcma: Codec = {
  name: 'PCMA',
  sampleRate: 8000,
  rtpClockRate: 8000,
  samplesIn: (length) => length,
  decode(bytes, offset, length, out) {
    for (let i = 0; i < length; i++) out[i] = alawToLinear[bytes[offset + i]];
    return length;
  },
  encode(pcm, samples, bytes, offset) {
    for (let i = 0; i < samples; i++) bytes[offset + i] = linearToAlaw[pcm[i] & 0xffff];
    return samples;
  },
};

export const codecs: Readonly<Record<CodecName, Codec>> = { PCMU: pcmu, PCMA: pcma };

/** G.711: the two laws as tables, A-law and mu-law bytes against 16-bit linear samples (left justified). */
import type { Codec, Decoder, Encoder } from '../codec.js';
import { kernelBytes, kernelSamples, reserve } from '../kernel-memory.js';

/** Indexed by the byte. */
export const alawToLinear = samplesAt(reserve(2 * 256), 256);
export const ulawToLinear = samplesAt(reserve(2 * 256), 256);
/** A-law has 13 bits and mu-law 14: indexed by these, so that both tables stay in the fastest memory. */
const SHIFT = 2;
const alaws = bytesAt(reserve(65536 >> SHIFT), 65536 >> SHIFT);
const ulaws = bytesAt(reserve(65536 >> SHIFT), 65536 >> SHIFT);

for (let byte = 0; byte < 256; byte++) {
  alawToLinear[byte] = expandAlaw(byte);
  ulawToLinear[byte] = expandUlaw(byte);
}
for (let sample = -32768; sample < 32768; sample++) {
  alaws[(sample & 0xffff) >> SHIFT] = compressAlaw(sample);
  ulaws[(sample & 0xffff) >> SHIFT] = compressUlaw(sample);
}

/** The byte of a 16-bit sample. */
export function toAlaw(sample: number): number {
  return alaws[(sample & 0xffff) >> SHIFT];
}

export function toUlaw(sample: number): number {
  return ulaws[(sample & 0xffff) >> SHIFT];
}

/** G.711 table 1a/1b: sign, 3 bits segment, 4 bits place in it; even bits inverted. 13 bits linear. */
function expandAlaw(byte: number): number {
  const code = byte ^ 0x55;
  const segment = (code >> 4) & 7;
  const place = code & 15;
  const magnitude = segment === 0 ? (place << 4) + 8 : ((place << 4) + 0x108) << (segment - 1);
  return code & 0x80 ? magnitude : -magnitude;
}

function compressAlaw(sample: number): number {
  let code = (sample < 0 ? ~sample : sample) >> 4;
  if (code > 15) {
    let segment = 1;
    while (code > 31) {
      code >>= 1;
      segment++;
    }
    code += (segment << 4) - 16;
  }
  return (sample < 0 ? code : code | 0x80) ^ 0x55;
}

/** G.711 table 2a/2b: all bits inverted, the segments biased by 33. 14 bits linear. */
function expandUlaw(byte: number): number {
  const code = ~byte;
  const segment = (code >> 4) & 7;
  const magnitude = ((((code & 15) << 1) + 33) << segment) - 33;
  return 4 * (code & 0x80 ? -magnitude : magnitude);
}

function compressUlaw(sample: number): number {
  const biased = Math.min(((sample < 0 ? ~sample : sample) >> 2) + 33, 0x1fff);
  let segment = 0;
  while (biased >> (segment + 6)) segment++;
  const code = (segment << 4) | ((biased >> (segment + 1)) & 15);
  return ~(sample < 0 ? code | 0x80 : code) & 0xff;
}

export const pcmu = g711('PCMU', ulawToLinear, ulaws);
export const pcma = g711('PCMA', alawToLinear, alaws);

/** Both directions remember nothing, so that all streams share one decoder and one encoder. */
function g711(name: 'PCMU' | 'PCMA', toLinear: Int16Array, bytesOf: Uint8Array): Codec {
  const decoder: Decoder = {
    place: toLinear.byteOffset,
    decode(bytes, offset, length, out) {
      for (let i = 0; i < length; i++) out[i] = toLinear[bytes[offset + i]];
      return length;
    },
    close: () => {},
  };
  const encoder: Encoder = {
    place: bytesOf.byteOffset,
    encode(pcm, samples, bytes, offset) {
      for (let i = 0; i < samples; i++) bytes[offset + i] = bytesOf[(pcm[i] & 0xffff) >> SHIFT];
      return samples;
    },
    follow: () => {},
    close: () => {},
  };
  return {
    name,
    sampleRate: 8000,
    rtpClockRate: 8000,
    bytesPer10Ms: 80,
    samplesIn: (_bytes, _offset, length) => length,
    createDecoder: () => decoder,
    createEncoder: () => encoder,
  };
}

function samplesAt(place: number, count: number): Int16Array {
  return kernelSamples.subarray(place >> 1, (place >> 1) + count);
}

function bytesAt(place: number, count: number): Uint8Array {
  return kernelBytes.subarray(place, place + count);
}

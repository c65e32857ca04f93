/** L16: samples as they are, 16 bits in network byte order (RFC 3551 §4.5.11), one channel. */
import type { CodecName } from '../../codec-formats.js';
import type { Codec, Decoder, Encoder } from '../codec.js';

/** Both directions remember nothing, so that all streams share one decoder and one encoder. */
const decoder: Decoder = {
  decode(bytes, offset, length, out) {
    const samples = length >> 1;
    if (samples > out.length || length % 2 !== 0) return 0;
    for (let i = 0, at = offset; i < samples; i++, at += 2) out[i] = (bytes[at] << 8) | bytes[at + 1];
    return samples;
  },
  close: () => {},
};

const encoder: Encoder = {
  encode(pcm, samples, bytes, offset) {
    for (let i = 0, at = offset; i < samples; i++, at += 2) {
      bytes[at] = pcm[i] >> 8;
      bytes[at + 1] = pcm[i];
    }
    return 2 * samples;
  },
  follow: () => {},
  close: () => {},
};

export const l16Narrow = l16('L16/8000', 8000);
export const l16Wide = l16('L16/16000', 16000);

function l16(name: CodecName, sampleRate: 8000 | 16000): Codec {
  return {
    name,
    sampleRate,
    rtpClockRate: sampleRate,
    bytesPer10Ms: sampleRate / 50,
    samplesIn: (_bytes, _offset, length) => (length % 2 === 0 ? length >> 1 : 0),
    createDecoder: () => decoder,
    createEncoder: () => encoder,
  };
}

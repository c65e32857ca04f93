/** What a test phone speaks: G.711 by its definition, and G.722 by the box's own code, which is checked elsewhere. */
import { codecs } from '../../firmware/media/codec.js';
import { decodeG711, encodeG711, type Law } from './reference-g711.js';

export type VoiceName = Law | 'G722';

/** Both ways of one call. Frames are 20 ms at `rate`. */
export type Voice = {
  readonly payloadType: number;
  readonly rate: 8000 | 16000;
  encode(frame: Int16Array): Uint8Array;
  decode(payload: Uint8Array): Int16Array;
};

export function voiceOf(name: VoiceName): Voice {
  if (name === 'G722') return g722();
  return {
    payloadType: name === 'PCMU' ? 0 : 8,
    rate: 8000,
    encode: (frame) => Uint8Array.from(frame, (sample) => encodeG711(name, sample)),
    decode: (payload) => Int16Array.from(payload, (octet) => decodeG711(name, octet)),
  };
}

function g722(): Voice {
  const encoder = codecs.G722.createEncoder();
  const decoder = codecs.G722.createDecoder();
  return {
    payloadType: 9,
    rate: 16000,
    encode(frame) {
      const payload = new Uint8Array(frame.length / 2);
      encoder.encode(frame, frame.length, payload, 0);
      return payload;
    },
    decode(payload) {
      const frame = new Int16Array(2 * payload.length);
      decoder.decode(payload, 0, payload.length, frame);
      return frame;
    },
  };
}

/** Opus by libopus (RFC 6716) in RTP (RFC 7587), at 48 kHz and at 16 kHz: one channel, repeating what may be lost. */
import {
  createOpusDecoder,
  createOpusEncoder,
  opusAvailable,
  opusDecode,
  opusEncode,
  type OpusState,
} from '../../../hal/ffi/opus-library.js';
import type { CodecName } from '../../codec-formats.js';
import type { Codec, Decoder, Encoder } from '../codec.js';

/**
 * Complexity 0 encodes 20 ms in about 100 us (16 kHz) and 200 us (48 kHz), 2 in 250 and 400, 5 in 350 and 600, and
 * speech comes back as like as with 8 (correlation 0.933 against 0.939). It needs 28 and 40 kbit/s to keep the whole band and
 * to repeat 9 of 10 packets; with less it gives up one or the other.
 */
const COMPLEXITY = 0;
const bitsPerSecond = { 16000: 28_000, 48000: 40_000 };
/** Per cent. */
const EXPECTED_LOSS = 10;

const MAX_PACKET_BYTES = 400;
const MAX_MS = 60;
/** Longest packet that is looked at: it would be longer than the network carries in one piece. */
const MAX_READ_BYTES = 1500;

/** The library reads and writes from the beginning; shared, since one packet is worked on at a time. */
const packet = new Uint8Array(MAX_READ_BYTES);
const written = packet.subarray(0, MAX_PACKET_BYTES);

class OpusEncoder implements Encoder {
  readonly #state: OpusState;

  constructor(sampleRate: 16000 | 48000) {
    this.#state = createOpusEncoder({
      sampleRate,
      bitsPerSecond: bitsPerSecond[sampleRate],
      complexity: COMPLEXITY,
      expectedLoss: EXPECTED_LOSS,
    });
  }

  encode(pcm: Int16Array, samples: number, bytes: Uint8Array, offset: number): number {
    const length = opusEncode(this.#state, pcm, samples, written);
    for (let i = 0; i < length; i++) bytes[offset + i] = written[i];
    return length > 0 ? length : 0;
  }

  follow(other: Encoder): void {
    if (other instanceof OpusEncoder) this.#state.set(other.#state);
  }

  close(): void {}
}

class OpusDecoder implements Decoder {
  readonly #state: OpusState;

  constructor(private readonly sampleRate: 16000 | 48000) {
    this.#state = createOpusDecoder(sampleRate);
  }

  decode(bytes: Uint8Array, offset: number, length: number, out: Int16Array): number {
    return this.#decode(bytes, offset, length, out, false);
  }

  recover(bytes: Uint8Array, offset: number, length: number, out: Int16Array): number {
    if (!repeatsPrevious(bytes, offset, length)) return 0;
    return this.#decode(bytes, offset, length, out, true);
  }

  close(): void {}

  #decode(bytes: Uint8Array, offset: number, length: number, out: Int16Array, lost: boolean): number {
    const samples = samplesIn(this.sampleRate, bytes, offset, length);
    if (samples === 0 || samples > out.length) return 0;
    for (let i = 0; i < length; i++) packet[i] = bytes[offset + i];
    return Math.max(0, opusDecode(this.#state, packet, length, out, samples, lost));
  }
}

export const opus = codecAt('opus', 48000);
export const opus16k = codecAt('opus/16000', 16000);

function codecAt(name: CodecName, sampleRate: 16000 | 48000): Codec {
  return {
    name,
    available: opusAvailable,
    sampleRate,
    // RFC 7587 §4.1: 48000 at any sample rate.
    rtpClockRate: 48000,
    bytesPer10Ms: 0,
    samplesIn: (bytes, offset, length) => samplesIn(sampleRate, bytes, offset, length),
    createDecoder: () => new OpusDecoder(sampleRate),
    createEncoder: () => new OpusEncoder(sampleRate),
  };
}

/**
 * What the first byte says (RFC 6716 §3.1, §3.2); 0 for a packet that cannot be right, or of more than 60 ms.
 *
 *      0 1 2 3 4 5 6 7
 *     +-+-+-+-+-+-+-+-+
 *     | config  |s| c |   c: 0 one frame, 1 and 2 two, 3 as many as the next byte says
 *     +-+-+-+-+-+-+-+-+
 */
function samplesIn(sampleRate: number, bytes: Uint8Array, offset: number, length: number): number {
  if (length === 0 || length > MAX_READ_BYTES) return 0;
  const code = bytes[offset] & 3;
  if (code >= 2 && length < 2) return 0;
  const frames = code === 0 ? 1 : code < 3 ? 2 : bytes[offset + 1] & 63;
  const samples = frames * samplesPerFrame(sampleRate, bytes[offset] >> 3);
  return samples <= (sampleRate / 1000) * MAX_MS ? samples : 0;
}

/** RFC 6716 table 2: SILK frames of 10 to 60 ms, hybrid ones of 10 and 20, CELT ones of 2.5 to 20. */
function samplesPerFrame(sampleRate: number, config: number): number {
  if (config >= 16) return (sampleRate / 400) << (config & 3);
  if (config >= 12) return (sampleRate / 100) << (config & 1);
  return (config & 3) === 3 ? (sampleRate / 1000) * 60 : (sampleRate / 100) << (config & 3);
}

/**
 * Whether a packet holds a copy of the audio before it (RFC 6716 §4.2.4): a bit behind those that say, one for each 20 ms,
 * whether somebody speaks. CELT has none; packets of several frames are passed over.
 */
function repeatsPrevious(bytes: Uint8Array, offset: number, length: number): boolean {
  const config = bytes[offset] >> 3;
  if (length < 2 || config >= 16 || (bytes[offset] & 3) !== 0) return false;
  const speechBits = config < 12 && config & 2 ? config & 3 : 1;
  return ((bytes[offset + 1] >> (7 - speechBits)) & 1) === 1;
}

/** libopus, as far as we call it: one channel, spoken (RFC 6716). */
import { openLibrary } from './library.js';

/** State of a stream, in memory of ours and without pointers into itself: a copy of it is a copy of the stream. */
export type OpusState = Uint8Array;

export type OpusEncoderOptions = {
  sampleRate: 16000 | 48000;
  bitsPerSecond: number;
  /** 0 to 10: what is tried to make it sound better. */
  complexity: number;
  /** Per cent of packets that may be lost: how much each repeats of the one before it. */
  expectedLoss: number;
};

const APPLICATION_VOIP = 2048;
const SET_BITRATE = 4002;
const SET_COMPLEXITY = 4010;
const SET_INBAND_FEC = 4012;
const SET_PACKET_LOSS_PERC = 4014;

const library = load();

/** Whether the library is there; nothing else here may be called without it. */
export const opusAvailable = library !== null;

export function createOpusEncoder(options: OpusEncoderOptions): OpusState {
  const state = new Uint8Array(library!.encoderSize(1));
  check(library!.initEncoder(state, options.sampleRate, 1, APPLICATION_VOIP));
  const settings = [
    [SET_BITRATE, options.bitsPerSecond],
    [SET_COMPLEXITY, options.complexity],
    [SET_INBAND_FEC, 1],
    [SET_PACKET_LOSS_PERC, options.expectedLoss],
  ];
  for (const [what, value] of settings) check(library!.setEncoder(state, what, 'int', value));
  return state;
}

export function createOpusDecoder(sampleRate: 16000 | 48000): OpusState {
  const state = new Uint8Array(library!.decoderSize(1));
  check(library!.initDecoder(state, sampleRate, 1));
  return state;
}

/** Encodes a frame of 2.5, 5, 10, 20, 40 or 60 ms to the beginning of `into`; the length, or negative. */
export function opusEncode(state: OpusState, pcm: Int16Array, samples: number, into: Uint8Array): number {
  return library!.encode(state, pcm, samples, into, into.length);
}

/**
 * Decodes a packet, the first `length` of `bytes`, to at most `samples` of `out`; `lost`: what it repeats of the packet
 * before it, of which `samples` were lost. The samples written, or negative. Neither throws nor allocates.
 */
export function opusDecode(
  state: OpusState,
  bytes: Uint8Array,
  length: number,
  out: Int16Array,
  samples: number,
  lost: boolean,
): number {
  return library!.decode(state, bytes, length, out, samples, lost ? 1 : 0);
}

function check(status: number): void {
  if (status !== 0) throw new Error(`libopus: error ${status}`);
}

function load() {
  let call;
  try {
    call = openLibrary('libopus.so.0');
  } catch {
    return null;
  }
  return {
    encoderSize: call('int opus_encoder_get_size(int channels)'),
    initEncoder: call('int opus_encoder_init(void *state, int rate, int channels, int application)'),
    setEncoder: call('int opus_encoder_ctl(void *state, int request, ...)'),
    encode: call('int opus_encode(void *state, const void *pcm, int samples, void *into, int size)'),
    decoderSize: call('int opus_decoder_get_size(int channels)'),
    initDecoder: call('int opus_decoder_init(void *state, int rate, int channels)'),
    decode: call(
      'int opus_decode(void *state, const void *bytes, int length, void *out, int samples, int fec)',
    ),
  };
}

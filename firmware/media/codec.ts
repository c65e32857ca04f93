/** The codecs a port may speak: each a file in codecs/ and a line in codec-formats.ts. */
import type { CodecName } from '../codec-formats.js';
import { pcma, pcmu } from './codecs/g711.js';
import type { Rate } from './frame.js';
import { g722 } from './codecs/g722.js';
import { l16Narrow, l16Wide } from './codecs/l16.js';
import { opus, opus16k } from './codecs/opus.js';

export type Codec = {
  name: CodecName;
  /** False where a library that it needs is missing: then no port can speak it. */
  available?: boolean;
  /** Samples per second of the PCM side. */
  sampleRate: Rate;
  /** RTP timestamp units per second (RFC 3551 §4.1: not always the sample rate). */
  rtpClockRate: number;
  /** Samples that a payload holds, at `sampleRate`; 0 if it cannot be one of this codec. */
  samplesIn(bytes: Uint8Array, offset: number, length: number): number;
  /** Payload of 10 ms, if a packet may be cut after any of them; 0 if every frame is a packet of its own. */
  bytesPer10Ms: number;
  /** For one incoming stream; not in the tick. */
  createDecoder(): Decoder;
  /** Does what `encodeSoon` and `decodeSoon` have put off. */
  settle?: () => void;
  /** For one outgoing stream, or one and the same for all if it remembers nothing; not in the tick. */
  createEncoder(): Encoder;
};

/** Neither decoder nor encoder throws or allocates. */
export type Decoder = {
  /** In the memory of the kernels, for a codec that steady streams may have: the table it goes by, or its state. */
  readonly place?: number;
  /** Decodes a payload to the beginning of `out`, at most 60 ms; returns the samples written, 0 if it is broken. */
  decode(bytes: Uint8Array, offset: number, length: number, out: Int16Array): number;
  /** Decodes a good payload to `out` from `at` on, when `settle` of its codec is called or before. */
  decodeSoon?(bytes: Uint8Array, offset: number, length: number, out: Int16Array, at: number): void;
  /** The audio of the lost packet before this one, as far as this one tells it; returns the samples written, 0 if none. */
  recover?(bytes: Uint8Array, offset: number, length: number, out: Int16Array): number;
  /** Before the first packet after a gap is decoded: brings the state to where this packet fits. */
  resume?(bytes: Uint8Array, offset: number, length: number): void;
  close(): void;
};

export type Encoder = {
  /** As that of a decoder. */
  readonly place?: number;
  /** Encodes the first `samples` of `pcm` to `bytes` at `offset`; returns the bytes written. */
  encode(pcm: Int16Array, samples: number, bytes: Uint8Array, offset: number): number;
  /** Likewise, but what it says it writes is there only when `settle` of its codec has been called. */
  encodeSoon?(pcm: Int16Array, samples: number, bytes: Uint8Array, offset: number): number;
  /** Goes on where `other`, of the same codec, stands: its far end hears no seam. */
  follow(other: Encoder): void;
  close(): void;
};

export const codecs: Readonly<Record<CodecName, Codec>> = {
  PCMU: pcmu,
  PCMA: pcma,
  G722: g722,
  'L16/8000': l16Narrow,
  'L16/16000': l16Wide,
  opus,
  'opus/16000': opus16k,
};

const putOff = Object.values(codecs).flatMap(({ settle }) => settle ?? []);

/** Does what encoders and decoders of all codecs have put off. */
export function settle(): void {
  for (let i = 0; i < putOff.length; i++) putOff[i]();
}

/** Those that can be spoken here. */
export function availableCodecs(): CodecName[] {
  return Object.values(codecs)
    .filter(({ available }) => available !== false)
    .map(({ name }) => name);
}

/** G.722 at 64 kbit/s: two sub-bands, 6 bits for the lower and 2 for the upper half of 50 to 7000 Hz. */
import type { Codec, Decoder, Encoder } from '../codec.js';
import { Band, saturate, type BandTables } from './g722-band.js';

/** Coefficients of the filter that parts and joins the bands, each phase the other one's mirror image (G.722 table 11). */
const TAPS = 24;
const [C0, C1, C2, C3, C4, C5] = [3, -11, 12, 32, -210, 951];
const [C6, C7, C8, C9, C10, C11] = [3876, -805, 362, -156, 53, -11];

/** Codes that count downwards, by level. */
const down = (from: number, count: number) => Array.from({ length: count }, (_, i) => from - i);

/** Q6: from where on the next code holds, in units of 1/4096 of the step. */
const lowLevels = [
  ...[0, 35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714],
  ...[786, 858, 940, 1023, 1121, 1219, 1339, 1458, 1612, 1765, 1980, 2195, 2557, 2919],
];

/** The tables of G.722 §6.2 by their names there: Q6 with ILN and ILP, QM6, QM4, WL by RL42. */
const low: BandTables = {
  codeOf: quantizer(lowLevels, [63, 62, ...down(31, 28)], down(61, 30)),
  values: Int32Array.of(
    ...[-136, -136, -136, -136, -24808, -21904, -19008, -16704, -14984, -13512, -12280, -11192, -10232],
    ...[-9360, -8576, -7856, -7192, -6576, -6000, -5456, -4944, -4464, -4008, -3576, -3168, -2776, -2400],
    ...[-2032, -1688, -1360, -1040, -728, 24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192, 10232],
    ...[9360, 8576, 7856, 7192, 6576, 6000, 5456, 4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032, 1688],
    ...[1360, 1040, 728, 432, 136, -432, -136],
  ),
  coarseValues: Int32Array.of(
    ...[0, -20456, -12896, -8968, -6288, -4240, -2584, -1200, 20456, 12896, 8968, 6288, 4240, 2584, 1200, 0],
  ),
  droppedBits: 2,
  logChanges: Int32Array.of(
    ...[-60, 3042, 1198, 538, 334, 172, 58, -30, 3042, 1198, 538, 334, 172, 58, -30, -60],
  ),
  logLimit: 18432,
  logShift: 8,
  firstStep: 32,
};

/** Likewise for the upper band: IHN, IHP, QM2, WH by RH2. */
const high: BandTables = {
  codeOf: quantizer([0, 564], [1, 0], [3, 2]),
  values: Int32Array.of(-7408, -1616, 7408, 1616),
  coarseValues: Int32Array.of(-7408, -1616, 7408, 1616),
  droppedBits: 0,
  logChanges: Int32Array.of(798, -214, 798, -214),
  logLimit: 22528,
  logShift: 10,
  firstStep: 8,
};

/** 10 ms: as long as the voice stays much the same. */
const RESUMED_PAIRS = 80;

/** 60 ms of samples behind those that the filter still needs; shared, since one frame is worked on at a time. */
const MAX_SAMPLES = 960;
const HISTORY = TAPS - 2;
const line = new Int32Array(HISTORY + MAX_SAMPLES);
const lowSamples = new Int32Array(MAX_SAMPLES / 2);
const highSamples = new Int32Array(MAX_SAMPLES / 2);
const lowCodes = new Uint8Array(MAX_SAMPLES / 2);
const highCodes = new Uint8Array(MAX_SAMPLES / 2);

class G722Encoder implements Encoder {
  readonly #low = new Band(low);
  readonly #high = new Band(high);
  readonly #history = new Int32Array(HISTORY);

  encode(pcm: Int16Array, samples: number, bytes: Uint8Array, offset: number): number {
    line.set(this.#history);
    for (let i = 0; i < samples; i++) line[HISTORY + i] = pcm[i];
    for (let i = 0; i < HISTORY; i++) this.#history[i] = line[samples + i];
    const pairs = samples >> 1;
    for (let i = 0; i < pairs; i++) {
      const odd = oddPhase(line, 2 * i);
      const even = evenPhase(line, 2 * i);
      lowSamples[i] = (even + odd) >> 14;
      highSamples[i] = (even - odd) >> 14;
    }
    this.#low.encode(lowSamples, lowCodes, pairs);
    this.#high.encode(highSamples, highCodes, pairs);
    for (let i = 0; i < pairs; i++) bytes[offset + i] = lowCodes[i] | (highCodes[i] << 6);
    return pairs;
  }

  follow(other: Encoder): void {
    if (!(other instanceof G722Encoder)) return;
    this.#low.copy(other.#low);
    this.#high.copy(other.#high);
    this.#history.set(other.#history);
  }

  close(): void {}
}

class G722Decoder implements Decoder {
  readonly #low = new Band(low);
  readonly #high = new Band(high);
  readonly #history = new Int32Array(HISTORY);

  decode(bytes: Uint8Array, offset: number, length: number, out: Int16Array): number {
    const samples = 2 * length;
    if (samples > MAX_SAMPLES || samples > out.length) return 0;
    line.set(this.#history);
    readCodes(bytes, offset, length);
    this.#low.decode(lowCodes, lowSamples, length);
    this.#high.decode(highCodes, highSamples, length);
    for (let i = 0, at = 0; i < length; i++, at += 2) {
      line[HISTORY + at] = lowSamples[i] + highSamples[i];
      line[HISTORY + at + 1] = lowSamples[i] - highSamples[i];
      out[at] = saturate(evenPhase(line, at) >> 11);
      out[at + 1] = saturate(oddPhase(line, at) >> 11);
    }
    for (let i = 0; i < HISTORY; i++) this.#history[i] = line[samples + i];
    return samples;
  }

  resume(bytes: Uint8Array, offset: number, length: number): void {
    const pairs = Math.min(length, RESUMED_PAIRS);
    readCodes(bytes, offset, pairs);
    this.#low.resume(lowCodes, lowSamples, pairs);
    this.#high.resume(highCodes, highSamples, pairs);
  }

  close(): void {}
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

function readCodes(bytes: Uint8Array, offset: number, count: number): void {
  for (let i = 0; i < count; i++) {
    lowCodes[i] = bytes[offset + i] & 63;
    highCodes[i] = bytes[offset + i] >> 6;
  }
}

/** The filter over 24 samples, every other one. */
function oddPhase(x: Int32Array, at: number): number {
  const first =
    C0 * x[at] + C1 * x[at + 2] + C2 * x[at + 4] + C3 * x[at + 6] + C4 * x[at + 8] + C5 * x[at + 10];
  const second =
    C6 * x[at + 12] +
    C7 * x[at + 14] +
    C8 * x[at + 16] +
    C9 * x[at + 18] +
    C10 * x[at + 20] +
    C11 * x[at + 22];
  return first + second;
}

function evenPhase(x: Int32Array, at: number): number {
  const first =
    C11 * x[at + 1] + C10 * x[at + 3] + C9 * x[at + 5] + C8 * x[at + 7] + C7 * x[at + 9] + C6 * x[at + 11];
  const second =
    C5 * x[at + 13] + C4 * x[at + 15] + C3 * x[at + 17] + C2 * x[at + 19] + C1 * x[at + 21] + C0 * x[at + 23];
  return first + second;
}

/** A table by the ratio of a difference and the step, of codes by level. */
function quantizer(levels: number[], negative: number[], positive: number[]): Uint8Array {
  const top = levels[levels.length - 1];
  const byRatio = (codes: number[]) =>
    Array.from({ length: top + 1 }, (_, ratio) => codes[levels.findLastIndex((level) => level <= ratio)]);
  return Uint8Array.of(...byRatio(negative).reverse(), ...byRatio(positive));
}

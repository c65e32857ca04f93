/** G.722 at 64 kbit/s: two sub-bands, 6 bits for the lower and 2 for the upper half of 50 to 7000 Hz. */
import type { Codec, Decoder, Encoder } from '../codec.js';
import { Band, saturate } from './g722-band.js';

/** Coefficients of the filter that parts and joins the bands, each phase the other one's mirror image (table 11). */
const TAPS = 24;
const [C0, C1, C2, C3, C4, C5] = [3, -11, 12, 32, -210, 951];
const [C6, C7, C8, C9, C10, C11] = [3876, -805, 362, -156, 53, -11];

/** Table 14 (Q6): decision levels of the lower band. */
const levels = Int32Array.of(
  ...[0, 35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714],
  ...[786, 858, 940, 1023, 1121, 1219, 1339, 1458, 1612, 1765, 1980, 2195, 2557, 2919],
);
/** Decision level of the upper band. */
const HIGH_LEVEL = 564;

/** QM6, QM4, QM2: what a code stands for, with 6 and with 4 bits in the lower band, and in the upper one. */
const low6 = Int32Array.of(
  ...[-136, -136, -136, -136, -24808, -21904, -19008, -16704, -14984, -13512, -12280, -11192, -10232, -9360],
  ...[
    -8576, -7856, -7192, -6576, -6000, -5456, -4944, -4464, -4008, -3576, -3168, -2776, -2400, -2032, -1688,
  ],
  ...[-1360, -1040, -728, 24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192, 10232, 9360, 8576, 7856],
  ...[
    7192, 6576, 6000, 5456, 4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032, 1688, 1360, 1040, 728, 432, 136,
  ],
  ...[-432, -136],
);
const low4 = Int32Array.of(
  ...[0, -20456, -12896, -8968, -6288, -4240, -2584, -1200, 20456, 12896, 8968, 6288, 4240, 2584, 1200, 0],
);
const high2 = Int32Array.of(-7408, -1616, 7408, 1616);

/** WL by RL42, WH by RH2: how the step changes with a code. */
const low4LogChange = Int32Array.of(
  ...[-60, 3042, 1198, 538, 334, 172, 58, -30, 3042, 1198, 538, 334, 172, 58, -30, -60],
);
const high2LogChange = Int32Array.of(798, -214, 798, -214);

/** 60 ms of samples behind those that the filter still needs; shared, since one frame is worked on at a time. */
const MAX_SAMPLES = 960;
const HISTORY = TAPS - 2;
const line = new Int32Array(HISTORY + MAX_SAMPLES);

class G722Encoder implements Encoder {
  readonly #low = new Band('low');
  readonly #high = new Band('high');
  readonly #history = new Int32Array(HISTORY);

  encode(pcm: Int16Array, samples: number, bytes: Uint8Array, offset: number): number {
    line.set(this.#history);
    for (let i = 0; i < samples; i++) line[HISTORY + i] = pcm[i];
    for (let i = 0; i < HISTORY; i++) this.#history[i] = line[samples + i];
    const pairs = samples >> 1;
    for (let i = 0; i < pairs; i++) {
      const odd = oddPhase(line, 2 * i);
      const even = evenPhase(line, 2 * i);
      bytes[offset + i] = this.#encodeLow((even + odd) >> 14) | (this.#encodeHigh((even - odd) >> 14) << 6);
    }
    return pairs;
  }

  follow(other: Encoder): void {
    if (!(other instanceof G722Encoder)) return;
    this.#low.copy(other.#low);
    this.#high.copy(other.#high);
    this.#history.set(other.#history);
  }

  close(): void {}

  /** SUBTRA, QUANTL, INVQAL. */
  #encodeLow(sample: number): number {
    const band = this.#low;
    const difference = saturate(sample - band.prediction);
    const level = levelOf(difference < 0 ? ~difference : difference, band.step);
    let code = 61 - level;
    if (difference < 0) code = level < 2 ? 63 - level : 33 - level;
    const coarse = code >> 2;
    band.adapt((band.step * low4[coarse]) >> 15, low4LogChange[coarse]);
    return code;
  }

  /** SUBTRA, QUANTH, INVQAH. */
  #encodeHigh(sample: number): number {
    const band = this.#high;
    const difference = saturate(sample - band.prediction);
    const far = (difference < 0 ? ~difference : difference) >= (HIGH_LEVEL * band.step) >> 12;
    const code = (difference < 0 ? 0 : 2) + (far ? 0 : 1);
    band.adapt((band.step * high2[code]) >> 15, high2LogChange[code]);
    return code;
  }
}

class G722Decoder implements Decoder {
  readonly #low = new Band('low');
  readonly #high = new Band('high');
  readonly #history = new Int32Array(HISTORY);

  decode(bytes: Uint8Array, offset: number, length: number, out: Int16Array): number {
    const samples = 2 * length;
    if (samples > MAX_SAMPLES || samples > out.length) return 0;
    line.set(this.#history);
    for (let i = 0; i < samples; i += 2) {
      const code = bytes[offset + (i >> 1)];
      const low = this.#decodeLow(code & 63);
      const high = this.#decodeHigh(code >> 6);
      line[HISTORY + i] = low + high;
      line[HISTORY + i + 1] = low - high;
      out[i] = saturate(evenPhase(line, i) >> 11);
      out[i + 1] = saturate(oddPhase(line, i) >> 11);
    }
    for (let i = 0; i < HISTORY; i++) this.#history[i] = line[samples + i];
    return samples;
  }

  close(): void {}

  /** INVQBL, LIMIT, INVQAL: only the upper 4 bits steer the step, so that the lower ones may be missing. */
  #decodeLow(code: number): number {
    const band = this.#low;
    const sample = limit(band.prediction + ((band.step * low6[code]) >> 15));
    const coarse = code >> 2;
    band.adapt((band.step * low4[coarse]) >> 15, low4LogChange[coarse]);
    return sample;
  }

  /** INVQAH, LIMIT. */
  #decodeHigh(code: number): number {
    const band = this.#high;
    const difference = (band.step * high2[code]) >> 15;
    const sample = limit(band.prediction + difference);
    band.adapt(difference, high2LogChange[code]);
    return sample;
  }
}

export const g722: Codec = {
  name: 'G722',
  sampleRate: 16000,
  // RFC 3551 §4.5.2: 8000 by an old mistake that became the rule.
  rtpClockRate: 8000,
  samplesIn: (_bytes, _offset, length) => 2 * length,
  createDecoder: () => new G722Decoder(),
  createEncoder: () => new G722Encoder(),
};

/** How many of the decision levels 1 to 29, times the step, are not above a magnitude. */
function levelOf(magnitude: number, step: number): number {
  let low = 0;
  let high = levels.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (magnitude < (levels[middle] * step) >> 12) high = middle - 1;
    else low = middle;
  }
  return low;
}

function limit(sample: number): number {
  return sample > 16383 ? 16383 : sample < -16384 ? -16384 : sample;
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

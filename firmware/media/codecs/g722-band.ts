/**
 * One sub-band of G.722: an adaptive predictor and an adaptive step, which encoder and decoder derive alike from the
 * codes. The names of the steps are those of G.722 §6.2.1.
 *
 *     sample -(-)-> difference -> quantizer -> code -> inverse quantizer -> difference' --+--> predictor
 *             ^                                                                           |        |
 *             +---------------------------------- prediction <-----------------------------------+
 */

/** What makes a band the lower or the upper one. */
export type BandTables = {
  /**
   * Codes by the ratio of a difference and the step, in units of 1/4096: from the middle on those of 0, 1, 2, ..., and before
   * it those of differences below zero.
   */
  codeOf: Uint8Array;
  /** What a code stands for, in units of 1/32768 of the step. */
  values: Int32Array;
  /** What the predictor learns: the value without the `droppedBits` last bits of the code, that they may be missing. */
  coarseValues: Int32Array;
  droppedBits: number;
  /** How the step's logarithm changes with such a code, how far it goes, and what it is relative to. */
  logChanges: Int32Array;
  logLimit: number;
  logShift: number;
  firstStep: number;
};

/** ILB: 2048 * 2^(i/32), the mantissa of the step. */
const mantissas = Int32Array.of(
  ...[2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834],
  ...[2896, 2960, 3025, 3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008],
);

/** The state is kept in an array between frames, and in variables within one: see `#run`. */
const STATE_WORDS = 21;
const STEP_AT = 2;
const LOG_AT = 3;
/** What is learned slowly: the logarithm of the step, the poles, the zeros. */
const LEARNED_AT = Uint8Array.of(LOG_AT, 4, 5, 9, 10, 11, 12, 13, 14);
const before = new Int32Array(STATE_WORDS);

export class Band {
  readonly #tables: BandTables;
  readonly #state = new Int32Array(STATE_WORDS);

  constructor(tables: BandTables) {
    this.#tables = tables;
    this.#state[STEP_AT] = tables.firstStep;
  }

  /** Goes on where another band stands. */
  copy(other: Band): void {
    this.#state.set(other.#state);
  }

  /** Codes from samples of 15 bits. */
  encode(samples: Int32Array, codes: Uint8Array, count: number): void {
    this.#run(samples, codes, count, false);
  }

  /** Samples of 15 bits from codes. */
  decode(codes: Uint8Array, samples: Int32Array, count: number): void {
    this.#run(samples, codes, count, true);
  }

  /**
   * After a gap, of which `codes` are the first: a step and a predictor halfway between those before the gap and those to
   * which the codes lead. Where the encoder stood is in no packet, but it forgets within 30 ms, and the voice changes slowly:
   * either guess alone is wrong by a half more. What was heard in the gap, encoded as in G.722 Appendix III, tells less.
   */
  resume(codes: Uint8Array, samples: Int32Array, count: number): void {
    const state = this.#state;
    before.set(state);
    this.decode(codes, samples, count);
    for (let i = 0; i < LEARNED_AT.length; i++) {
      const at = LEARNED_AT[i];
      before[at] = (before[at] + state[at]) >> 1;
    }
    state.set(before);
    state[STEP_AT] = stepOf(state[LOG_AT], this.#tables.logShift);
  }

  /**
   * Both directions, since all but the quantizer is the same: one loop whose state stays in registers takes half the
   * time of fields. Nothing in it branches by what the signal is like where it can be helped: `sign` and `unlike` are all
   * ones or zero, and `(x ^ sign) - sign` is x or -x.
   */
  #run(samples: Int32Array, codes: Uint8Array, count: number, decoding: boolean): void {
    const { codeOf, values, coarseValues, droppedBits, logChanges, logLimit, logShift } = this.#tables;
    const middle = codeOf.length >> 1;
    const topRatio = middle - 1;
    const state = this.#state;
    let prediction = state[0];
    let zeroPrediction = state[1];
    let step = state[STEP_AT];
    let log = state[LOG_AT];
    let pole1 = state[4];
    let pole2 = state[5];
    let doubled1 = state[6];
    let partial1 = state[7];
    let partial2 = state[8];
    let zero1 = state[9];
    let zero2 = state[10];
    let zero3 = state[11];
    let zero4 = state[12];
    let zero5 = state[13];
    let zero6 = state[14];
    let difference1 = state[15];
    let difference2 = state[16];
    let difference3 = state[17];
    let difference4 = state[18];
    let difference5 = state[19];
    let difference6 = state[20];
    for (let i = 0; i < count; i++) {
      let code: number;
      if (decoding) {
        // INVQBL, LIMIT; INVQAH, LIMIT.
        code = codes[i];
        const sample = (prediction + (Math.imul(step, values[code]) >> 15)) | 0;
        samples[i] = Math.max(-16384, Math.min(sample, 16383));
      } else {
        // SUBTRA, QUANTL, QUANTH.
        const apart = saturate((samples[i] - prediction) | 0);
        const sign = apart >> 31;
        const magnitude = apart ^ sign;
        // QUANTL tells magnitude < (level * step) >> 12 for one level after the other; the ratio tells it for all.
        const ratio = Math.min(((((magnitude + 1) << 12) - 1) / step) | 0, topRatio);
        code = codeOf[middle + (ratio ^ sign)];
        codes[i] = code;
      }
      // INVQAL, INVQAH.
      const coarse = code >> droppedBits;
      const difference = Math.imul(step, coarseValues[coarse]) >> 15;

      // LOGSCL, SCALEL; LOGSCH, SCALEH.
      log = Math.max(0, Math.min((Math.imul(log, 127) >> 7) + logChanges[coarse], logLimit));
      step = stepOf(log, logShift);

      // RECONS, PARREC, UPPOL2, UPPOL1, FILTEP; of what was reconstructed, only twice its value is used.
      const doubled = saturate((prediction + difference) << 1);
      const partial = saturate((zeroPrediction + difference) | 0);
      const unlike1 = (partial ^ partial1) >> 31;
      const unlike2 = (partial ^ partial2) >> 31;
      const turned = (saturate(pole1 << 2) ^ ~unlike1) - ~unlike1;
      pole2 = clamp(
        (Math.min(turned, 32767) >> 7) + ((128 ^ unlike2) - unlike2) + (Math.imul(pole2, 32512) >> 15),
        12288,
      );
      pole1 = clamp((192 ^ unlike1) - unlike1 + (Math.imul(pole1, 32640) >> 15), 15360 - pole2);
      const poles = (Math.imul(pole1, doubled) >> 15) + (Math.imul(pole2, doubled1) >> 15);
      doubled1 = doubled;
      partial2 = partial1;
      partial1 = partial;

      // UPZERO, DELAYA, FILTEZ, PREDIC; likewise the differences are kept doubled.
      const move = difference === 0 ? 0 : 128;
      zero1 = moved(zero1, move, difference1 ^ difference);
      zero2 = moved(zero2, move, difference2 ^ difference);
      zero3 = moved(zero3, move, difference3 ^ difference);
      zero4 = moved(zero4, move, difference4 ^ difference);
      zero5 = moved(zero5, move, difference5 ^ difference);
      zero6 = moved(zero6, move, difference6 ^ difference);
      difference6 = difference5;
      difference5 = difference4;
      difference4 = difference3;
      difference3 = difference2;
      difference2 = difference1;
      difference1 = saturate(difference << 1);
      const near = (Math.imul(zero1, difference1) >> 15) + (Math.imul(zero2, difference2) >> 15);
      const between = (Math.imul(zero3, difference3) >> 15) + (Math.imul(zero4, difference4) >> 15);
      const far = (Math.imul(zero5, difference5) >> 15) + (Math.imul(zero6, difference6) >> 15);
      zeroPrediction = saturate((near + between + far) | 0);
      prediction = saturate((saturate(poles | 0) + zeroPrediction) | 0);
    }
    state[0] = prediction;
    state[1] = zeroPrediction;
    state[STEP_AT] = step;
    state[LOG_AT] = log;
    state[4] = pole1;
    state[5] = pole2;
    state[6] = doubled1;
    state[7] = partial1;
    state[8] = partial2;
    state[9] = zero1;
    state[10] = zero2;
    state[11] = zero3;
    state[12] = zero4;
    state[13] = zero5;
    state[14] = zero6;
    state[15] = difference1;
    state[16] = difference2;
    state[17] = difference3;
    state[18] = difference4;
    state[19] = difference5;
    state[20] = difference6;
  }
}

function stepOf(log: number, logShift: number): number {
  const shift = logShift - (log >> 11);
  const mantissa = mantissas[(log >> 6) & 31];
  return (shift < 0 ? mantissa << -shift : mantissa >> shift) << 2;
}

/** A zero nearer to 0 by 1/256, then up where the signs of two differences are alike, down where not. */
function moved(zero: number, move: number, signs: number): number {
  const unlike = signs >> 31;
  return ((Math.imul(zero, 32640) >> 15) + ((move ^ unlike) - unlike)) | 0;
}

function clamp(value: number, limit: number): number {
  return Math.max(-limit, Math.min(value, limit)) | 0;
}

export function saturate(value: number): number {
  return value > 32767 ? 32767 : value < -32768 ? -32768 : value;
}

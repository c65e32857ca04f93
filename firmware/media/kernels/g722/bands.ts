/**
 * The sub-bands of G.722: an adaptive predictor and an adaptive step each, which encoder and decoder derive alike from the
 * codes. The names of the steps are those of G.722 §6.2.1.
 *
 *     sample -(-)-> difference -> quantizer -> code -> inverse quantizer -> difference' --+--> predictor
 *             ^                                                                           |        |
 *             +---------------------------------- prediction <-----------------------------------+
 *
 * One step waits for the one before, so that a processor has most of its time left: two streams, A and B, take no longer
 * than one. The lanes of every vector are the lower bands of A and B and their upper bands.
 */
import {
  ENTRY_SHIFT,
  HIGH_LEVEL,
  HIGH_LOG_LIMIT,
  highEntries,
  highSteps,
  LOW_LOG_LIMIT,
  lowCodes,
  lowEntries,
  lowSteps,
  STEP_SHIFT,
  TOP_RATIO,
} from './tables';

/** The words of a stream's state, each of the lower and of the upper band. */
const PREDICTION: usize = 0;
const ZERO_PREDICTION: usize = 8;
const STEP: usize = 16;
const LOG: usize = 24;
const POLE: usize = 32;
const DOUBLED: usize = 48;
const PARTIAL: usize = 56;
const ZERO: usize = 72;
const DIFFERENCE: usize = 120;
export const STATE_BYTES: usize = 168;

/** Sets out where a stream begins. */
export function begin(state: usize): void {
  memory.fill(state, 0, STATE_BYTES);
  setSteps(state);
}

/** Brings what a stream learns slowly, the logarithm of the step, poles and zeros, halfway to where another one is. */
export function meet(state: usize, other: usize): void {
  meetWords(state, other, LOG, 6);
  meetWords(state, other, ZERO, 12);
  setSteps(state);
}

function meetWords(state: usize, other: usize, first: usize, words: i32): void {
  for (let word = first; word < first + 4 * words; word += 4)
    store<i32>(state + word, (load<i32>(state + word) + load<i32>(other + word)) >> 1);
}

function setSteps(state: usize): void {
  store<i32>(state, load<i16>(lowSteps + 2 * (load<i32>(state, LOG) >> STEP_SHIFT)), STEP);
  store<i32>(state, load<i16>(highSteps + 2 * (load<i32>(state, LOG + 4) >> STEP_SHIFT)), STEP + 4);
}

/**
 * Codes to bytes from samples of 15 bits, or those samples from bytes; of either, `count` for each stream. `samples` are
 * those of the lower bands of A and of B, then of the upper ones, i32, `stride` bytes each.
 */
export function run(
  a: usize,
  b: usize,
  samples: usize,
  stride: usize,
  bytesA: usize,
  bytesB: usize,
  count: i32,
  decoding: bool,
): void {
  let prediction = lanes(a, b, PREDICTION);
  let zeroPrediction = lanes(a, b, ZERO_PREDICTION);
  let step = lanes(a, b, STEP);
  let log = lanes(a, b, LOG);
  let pole1 = lanes(a, b, POLE);
  let pole2 = lanes(a, b, POLE + 8);
  let doubled1 = lanes(a, b, DOUBLED);
  let partial1 = lanes(a, b, PARTIAL);
  let partial2 = lanes(a, b, PARTIAL + 8);
  let zero1 = lanes(a, b, ZERO);
  let zero2 = lanes(a, b, ZERO + 8);
  let zero3 = lanes(a, b, ZERO + 16);
  let zero4 = lanes(a, b, ZERO + 24);
  let zero5 = lanes(a, b, ZERO + 32);
  let zero6 = lanes(a, b, ZERO + 40);
  let difference1 = lanes(a, b, DIFFERENCE);
  let difference2 = lanes(a, b, DIFFERENCE + 8);
  let difference3 = lanes(a, b, DIFFERENCE + 16);
  let difference4 = lanes(a, b, DIFFERENCE + 24);
  let difference5 = lanes(a, b, DIFFERENCE + 32);
  let difference6 = lanes(a, b, DIFFERENCE + 40);
  const logLimit = i32x4(LOW_LOG_LIMIT, LOW_LOG_LIMIT, HIGH_LOG_LIMIT, HIGH_LOG_LIMIT);

  for (let i = 0; i < count; i++) {
    const at = samples + 4 * i;
    let lowA: v128, lowB: v128, highA: v128, highB: v128;
    if (decoding) {
      const byteA: i32 = load<u8>(bytesA + i);
      const byteB: i32 = load<u8>(bytesB + i);
      lowA = v128.load(lowEntries + ((byteA & 63) << ENTRY_SHIFT));
      lowB = v128.load(lowEntries + ((byteB & 63) << ENTRY_SHIFT));
      highA = v128.load(highEntries + ((byteA >> 6) << ENTRY_SHIFT));
      highB = v128.load(highEntries + ((byteB >> 6) << ENTRY_SHIFT));
      // INVQBL, LIMIT; INVQAH, LIMIT.
      const values = v128.shuffle<i64>(
        v128.shuffle<i32>(lowA, lowB, 0, 4, 1, 5),
        v128.shuffle<i32>(highA, highB, 0, 4, 1, 5),
        0,
        2,
      );
      const sample = clamp(i32x4.add(prediction, product(step, values)), i32x4.splat(16383));
      v128.store_lane<i32>(at, sample, 0);
      v128.store_lane<i32>(at + stride, sample, 1);
      v128.store_lane<i32>(at + 2 * stride, sample, 2);
      v128.store_lane<i32>(at + 3 * stride, sample, 3);
    } else {
      let sample = v128.load_zero<i32>(at);
      sample = v128.load_lane<i32>(at + stride, sample, 1);
      sample = v128.load_lane<i32>(at + 2 * stride, sample, 2);
      sample = v128.load_lane<i32>(at + 3 * stride, sample, 3);
      // SUBTRA, QUANTL, QUANTH.
      const apart = saturate(i32x4.sub(sample, prediction));
      const sign = i32x4.shr_s(apart, 31);
      const magnitude = v128.xor(apart, sign);
      const code = v128.xor(i32x4.min_s(ratio(magnitude, step), i32x4.splat(TOP_RATIO)), sign);
      const limit = i32x4.shr_s(i32x4.mul(step, i32x4.splat(HIGH_LEVEL)), 12);
      const highCode = i32x4.add(
        i32x4.add(i32x4.splat(3), i32x4.ge_s(magnitude, limit)),
        i32x4.add(sign, sign),
      );
      const lowCodeA: i32 = load<u8>(lowCodes + i32x4.extract_lane(code, 0));
      const lowCodeB: i32 = load<u8>(lowCodes + i32x4.extract_lane(code, 1));
      const highCodeA = i32x4.extract_lane(highCode, 2);
      const highCodeB = i32x4.extract_lane(highCode, 3);
      lowA = v128.load(lowEntries + (lowCodeA << ENTRY_SHIFT));
      lowB = v128.load(lowEntries + (lowCodeB << ENTRY_SHIFT));
      highA = v128.load(highEntries + (highCodeA << ENTRY_SHIFT));
      highB = v128.load(highEntries + (highCodeB << ENTRY_SHIFT));
      store<u8>(bytesA + i, lowCodeA | (highCodeA << 6));
      store<u8>(bytesB + i, lowCodeB | (highCodeB << 6));
    }
    // INVQAL, INVQAH.
    const low = v128.shuffle<i32>(lowA, lowB, 1, 5, 2, 6);
    const high = v128.shuffle<i32>(highA, highB, 1, 5, 2, 6);
    const difference = product(step, v128.shuffle<i64>(low, high, 0, 2));

    // LOGSCL, SCALEL; LOGSCH, SCALEH.
    const faded = i32x4.shr_s(i32x4.mul(log, i32x4.splat(127)), 7);
    log = i32x4.add(faded, v128.shuffle<i64>(low, high, 1, 3));
    log = i32x4.max_s(i32x4.min_s(log, logLimit), i32x4.splat(0));
    step = stepsOf(log);

    // RECONS, PARREC, UPPOL2, UPPOL1, FILTEP; only the sign of what is partly reconstructed is used.
    const doubled = saturate(i32x4.shl(i32x4.add(prediction, difference), 1));
    const partial = i32x4.add(zeroPrediction, difference);
    const unlike1 = i32x4.shr_s(v128.xor(partial, partial1), 31);
    const unlike2 = i32x4.shr_s(v128.xor(partial, partial2), 31);
    const turned = signed(saturate(i32x4.shl(pole1, 2)), v128.not(unlike1));
    pole2 = i32x4.add(product(pole2, i32x4.splat(32512)), signed(i32x4.splat(128), unlike2));
    pole2 = i32x4.add(pole2, i32x4.shr_s(i32x4.min_s(turned, i32x4.splat(32767)), 7));
    pole2 = clampEven(pole2, i32x4.splat(12288));
    pole1 = i32x4.add(product(pole1, i32x4.splat(32640)), signed(i32x4.splat(192), unlike1));
    pole1 = clampEven(pole1, i32x4.sub(i32x4.splat(15360), pole2));
    const poles = i32x4.add(product(pole1, doubled), product(pole2, doubled1));
    doubled1 = doubled;
    partial2 = partial1;
    partial1 = partial;

    // UPZERO, DELAYA, FILTEZ, PREDIC; the differences are kept doubled, as only that is used.
    const move = v128.andnot(i32x4.splat(128), i32x4.eq(difference, i32x4.splat(0)));
    zero1 = moved(zero1, move, v128.xor(difference1, difference));
    zero2 = moved(zero2, move, v128.xor(difference2, difference));
    zero3 = moved(zero3, move, v128.xor(difference3, difference));
    zero4 = moved(zero4, move, v128.xor(difference4, difference));
    zero5 = moved(zero5, move, v128.xor(difference5, difference));
    zero6 = moved(zero6, move, v128.xor(difference6, difference));
    difference6 = difference5;
    difference5 = difference4;
    difference4 = difference3;
    difference3 = difference2;
    difference2 = difference1;
    difference1 = saturate(i32x4.shl(difference, 1));
    const near = i32x4.add(product(zero1, difference1), product(zero2, difference2));
    const between = i32x4.add(product(zero3, difference3), product(zero4, difference4));
    const far = i32x4.add(product(zero5, difference5), product(zero6, difference6));
    zeroPrediction = saturate(i32x4.add(near, i32x4.add(between, far)));
    prediction = saturate(i32x4.add(saturate(poles), zeroPrediction));
  }

  keep(a, b, PREDICTION, prediction);
  keep(a, b, ZERO_PREDICTION, zeroPrediction);
  keep(a, b, STEP, step);
  keep(a, b, LOG, log);
  keep(a, b, POLE, pole1);
  keep(a, b, POLE + 8, pole2);
  keep(a, b, DOUBLED, doubled1);
  keep(a, b, PARTIAL, partial1);
  keep(a, b, PARTIAL + 8, partial2);
  keep(a, b, ZERO, zero1);
  keep(a, b, ZERO + 8, zero2);
  keep(a, b, ZERO + 16, zero3);
  keep(a, b, ZERO + 24, zero4);
  keep(a, b, ZERO + 32, zero5);
  keep(a, b, ZERO + 40, zero6);
  keep(a, b, DIFFERENCE, difference1);
  keep(a, b, DIFFERENCE + 8, difference2);
  keep(a, b, DIFFERENCE + 16, difference3);
  keep(a, b, DIFFERENCE + 24, difference4);
  keep(a, b, DIFFERENCE + 32, difference5);
  keep(a, b, DIFFERENCE + 40, difference6);
}

/** A word of both states. */
function lanes(a: usize, b: usize, word: usize): v128 {
  return v128.shuffle<i32>(v128.load_zero<i64>(a + word), v128.load_zero<i64>(b + word), 0, 4, 1, 5);
}

function keep(a: usize, b: usize, word: usize, lanes: v128): void {
  const states = v128.shuffle<i32>(lanes, lanes, 0, 2, 1, 3);
  v128.store_lane<i64>(a + word, states, 0);
  v128.store_lane<i64>(b + word, states, 1);
}

/**
 * QUANTL tells magnitude < (level * step) >> 12 for one level after the other; the integer part of
 * (4096 * (magnitude + 1) - 1) / step tells it for all. Made the nearest integer by taking half of one away, when nothing
 * lies in the middle between two, it is what is left of a double when 1.5 * 2^52 is added. Of the lower bands only.
 */
function ratio(magnitude: v128, step: v128): v128 {
  const numerator = i32x4.add(i32x4.shl(magnitude, 13), i32x4.sub(i32x4.splat(8191), step));
  const quotient = f64x2.div(
    f64x2.convert_low_i32x4_s(numerator),
    f64x2.convert_low_i32x4_s(i32x4.add(step, step)),
  );
  const rounded = f64x2.add(quotient, f64x2.splat(6755399441055744));
  return v128.shuffle<i32>(rounded, rounded, 0, 2, 1, 3);
}

function stepsOf(log: v128): v128 {
  const place = i32x4.shr_s(log, STEP_SHIFT);
  let step = i32x4.splat(0);
  step = v128.load_lane<i16>(lowSteps + 2 * i32x4.extract_lane(place, 0), step, 0);
  step = v128.load_lane<i16>(lowSteps + 2 * i32x4.extract_lane(place, 1), step, 2);
  step = v128.load_lane<i16>(highSteps + 2 * i32x4.extract_lane(place, 2), step, 4);
  return v128.load_lane<i16>(highSteps + 2 * i32x4.extract_lane(place, 3), step, 6);
}

/** In units of 1/32768 of each other. */
function product(x: v128, y: v128): v128 {
  return i32x4.shr_s(i32x4.mul(x, y), 15);
}

/** `value`, or its negative where `sign` is all ones. */
function signed(value: v128, sign: v128): v128 {
  return i32x4.sub(v128.xor(value, sign), sign);
}

/** A zero nearer to 0 by 1/256, then up where the signs of two differences are alike, down where not. */
function moved(zero: v128, move: v128, signs: v128): v128 {
  return i32x4.add(product(zero, i32x4.splat(32640)), signed(move, i32x4.shr_s(signs, 31)));
}

function saturate(value: v128): v128 {
  return i32x4.extend_low_i16x8_s(i16x8.narrow_i32x4_s(value, value));
}

/** Within `limit` and -`limit` - 1. */
function clamp(value: v128, limit: v128): v128 {
  return i32x4.max_s(i32x4.min_s(value, limit), v128.not(limit));
}

/** Within `limit` and -`limit`. */
function clampEven(value: v128, limit: v128): v128 {
  return i32x4.max_s(i32x4.min_s(value, limit), i32x4.neg(limit));
}

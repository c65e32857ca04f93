/** The filter that parts and joins the sub-bands (G.722 §4.4, table 11): 24 taps, two results for every two samples. */

/** Samples before the first that the filter needs. */
export const HISTORY = 22;
const TAP_PAIRS = 12;
/** The coefficients of one phase; the other's are the same in the other order. */
const coefficients = memory.data<i16>([3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11]);

/** Two coefficients, of an even and of an odd sample, four times over. */
const BYTES = 16 * TAP_PAIRS;
export const bothPhases = memory.data(BYTES, 16);
export const evenMinusOdd = memory.data(BYTES, 16);
export const evenPhase = memory.data(BYTES, 16);
export const oddPhase = memory.data(BYTES, 16);
for (let tap = 0; tap < TAP_PAIRS; tap++) {
  const odd: i32 = load<i16>(coefficients + 2 * tap);
  const even: i32 = load<i16>(coefficients + 2 * (TAP_PAIRS - 1 - tap));
  setPair(bothPhases, tap, odd, even);
  setPair(evenMinusOdd, tap, -odd, even);
  setPair(evenPhase, tap, 0, even);
  setPair(oddPhase, tap, odd, 0);
}

function setPair(pairs: usize, tap: i32, first: i32, second: i32): void {
  v128.store(pairs + 16 * tap, i32x4.splat((second << 16) | (first & 0xffff)));
}

/**
 * For each of `count` pairs of samples, i16, the sum over it and the eleven that follow, i32, without its last `shift` bits.
 * Reads and writes up to 15 pairs more.
 */
export function filter(line: usize, pairs: usize, sums: usize, count: i32, shift: i32): void {
  for (let at = 0; at < count; at += 16) {
    let sum0 = i32x4.splat(0);
    let sum1 = i32x4.splat(0);
    let sum2 = i32x4.splat(0);
    let sum3 = i32x4.splat(0);
    for (let tap = 0; tap < TAP_PAIRS; tap++) {
      const pair = v128.load(pairs + 16 * tap);
      const from = line + 4 * (at + tap);
      sum0 = i32x4.add(sum0, i32x4.dot_i16x8_s(v128.load(from, 0), pair));
      sum1 = i32x4.add(sum1, i32x4.dot_i16x8_s(v128.load(from, 16), pair));
      sum2 = i32x4.add(sum2, i32x4.dot_i16x8_s(v128.load(from, 32), pair));
      sum3 = i32x4.add(sum3, i32x4.dot_i16x8_s(v128.load(from, 48), pair));
    }
    const to = sums + 4 * at;
    v128.store(to, i32x4.shr_s(sum0, shift), 0);
    v128.store(to, i32x4.shr_s(sum1, shift), 16);
    v128.store(to, i32x4.shr_s(sum2, shift), 32);
    v128.store(to, i32x4.shr_s(sum3, shift), 48);
  }
}

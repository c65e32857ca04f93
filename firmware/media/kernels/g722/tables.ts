/** The tables of G.722 §6.2, for both sub-bands, in the form in which `bands.ts` looks them up. */

/** Q6: from where on the next code holds, in units of 1/4096 of the step. */
const LEVELS = 30;
const levels = memory.data<i16>([
  0, 35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714, 786, 858, 940, 1023, 1121, 1219,
  1339, 1458, 1612, 1765, 1980, 2195, 2557, 2919,
]);
/** From here on the last code holds. */
export const TOP_RATIO = 2919;
/** Likewise for the two codes of the upper band (table 12). */
export const HIGH_LEVEL = 564;

/** QM6, by code: what it stands for, in units of 1/32768 of the step. */
const fineValues = memory.data<i16>([
  -136, -136, -136, -136, -24808, -21904, -19008, -16704, -14984, -13512, -12280, -11192, -10232, -9360,
  -8576, -7856, -7192, -6576, -6000, -5456, -4944, -4464, -4008, -3576, -3168, -2776, -2400, -2032, -1688,
  -1360, -1040, -728, 24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192, 10232, 9360, 8576, 7856, 7192,
  6576, 6000, 5456, 4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032, 1688, 1360, 1040, 728, 432, 136, -432,
  -136,
]);
/** QM4, by the first four bits of a code: what the predictor learns, as the last two may be missing. */
const coarseValues = memory.data<i16>([
  0, -20456, -12896, -8968, -6288, -4240, -2584, -1200, 20456, 12896, 8968, 6288, 4240, 2584, 1200, 0,
]);
/** WL by RL42: how the logarithm of the step changes. */
const logChanges = memory.data<i16>([
  -60, 3042, 1198, 538, 334, 172, 58, -30, 3042, 1198, 538, 334, 172, 58, -30, -60,
]);
/** QM2, and WH by RH2. */
const highValues = memory.data<i16>([-7408, -1616, 7408, 1616]);
const highLogChanges = memory.data<i16>([798, -214, 798, -214]);

/** ILB: 2048 * 2^(i/32). */
const mantissas = memory.data<i16>([
  2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834, 2896, 2960,
  3025, 3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008,
]);

export const LOW_LOG_LIMIT = 18432;
export const HIGH_LOG_LIMIT = 22528;
/** The step's logarithm, in units of 1/2048, without the bits that do not matter, is the place in a table of steps. */
export const STEP_SHIFT = 6;

/** What a code stands for: its value, its coarse value, the change of the logarithm, all i32. */
export const ENTRY_SHIFT = 4;
export const lowEntries = memory.data(64 << ENTRY_SHIFT, 16);
export const highEntries = memory.data(4 << ENTRY_SHIFT, 16);
/** Steps, i16, by the logarithm without its last bits. */
export const lowSteps = memory.data(2 * ((LOW_LOG_LIMIT >> STEP_SHIFT) + 1), 2);
export const highSteps = memory.data(2 * ((HIGH_LOG_LIMIT >> STEP_SHIFT) + 1), 2);
/**
 * Codes of the lower band by the ratio of a difference and the step, in units of 1/4096: at `lowCodes` and behind it
 * those of 0, 1, 2, ..., before it those of differences below zero, -1, -2, ... standing for 0, 1, ....
 */
const codes = memory.data(2 * (TOP_RATIO + 1), 1);
export const lowCodes = codes + TOP_RATIO + 1;

for (let code = 0; code < 64; code++)
  setEntry(
    lowEntries,
    code,
    number(fineValues, code),
    number(coarseValues, code >> 2),
    number(logChanges, code >> 2),
  );
for (let code = 0; code < 4; code++)
  setEntry(
    highEntries,
    code,
    number(highValues, code),
    number(highValues, code),
    number(highLogChanges, code),
  );
fillSteps(lowSteps, LOW_LOG_LIMIT, 8);
fillSteps(highSteps, HIGH_LOG_LIMIT, 10);
for (let ratio = 0, level = 0; ratio <= TOP_RATIO; ratio++) {
  if (level + 1 < LEVELS && ratio >= number(levels, level + 1)) level++;
  // ILP and ILN.
  store<u8>(lowCodes + ratio, 61 - level);
  store<u8>(lowCodes - 1 - ratio, level < 2 ? 63 - level : 33 - level);
}

function number(table: usize, at: i32): i32 {
  return load<i16>(table + 2 * at);
}

function setEntry(entries: usize, code: i32, value: i32, coarseValue: i32, logChange: i32): void {
  const entry = entries + (code << ENTRY_SHIFT);
  store<i32>(entry, value, 0);
  store<i32>(entry, coarseValue, 4);
  store<i32>(entry, logChange, 8);
}

/** SCALEL, SCALEH. */
function fillSteps(steps: usize, logLimit: i32, shift: i32): void {
  for (let log = 0; log <= logLimit; log += 1 << STEP_SHIFT) {
    const step = ((number(mantissas, (log >> STEP_SHIFT) & 31) << (log >> 11)) >> shift) << 2;
    store<i16>(steps + 2 * (log >> STEP_SHIFT), step);
  }
}

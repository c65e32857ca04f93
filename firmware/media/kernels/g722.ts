/**
 * G.722 at 64 kbit/s, two streams at a time. A stream is known by the place of its state, which is aligned to 16 bytes; that
 * of the second one is 0 where there is none, and its other places then do not matter.
 */
import { begin, meet, run, STATE_BYTES } from './g722/bands';
import { bothPhases, evenMinusOdd, evenPhase, filter, HISTORY, oddPhase } from './g722/filter';

/** 60 ms, and what the filter works on at once. */
const MAX_PAIRS = 480;
const PAIRS: i32 = MAX_PAIRS + 16;
const HISTORY_BYTES: usize = 2 * HISTORY;

/** Of one frame: the line of a stream, i16, behind its history, and the lower and upper bands of both, i32. */
const line = memory.data(2 * HISTORY + 4 * PAIRS, 16);
const STRIDE: usize = 4 * PAIRS;
const bands = memory.data(4 * 4 * PAIRS, 16);
/** Stands in for the second stream. */
const nobody = memory.data(256, 16);
const nobodysBytes = memory.data(MAX_PAIRS, 16);
const before = memory.data(256, 16);
begin(nobody);

export function g722StateBytes(): usize {
  return (STATE_BYTES + HISTORY_BYTES + 15) & ~15;
}

/** Begins a stream, in either direction. */
export function g722Begin(state: usize): void {
  begin(state);
  memory.fill(state + STATE_BYTES, 0, HISTORY_BYTES);
}

/** Encodes `samples`, i16, at most 960, to half as many bytes. */
export function g722Encode(
  a: usize,
  pcmA: usize,
  bytesA: usize,
  b: usize,
  pcmB: usize,
  bytesB: usize,
  samples: i32,
): void {
  const pairs = samples >> 1;
  part(a, pcmA, bands, pairs);
  if (b !== 0) part(b, pcmB, bands + STRIDE, pairs);
  run(a, b !== 0 ? b : nobody, bands, STRIDE, bytesA, b !== 0 ? bytesB : nobodysBytes, pairs, false);
}

/** Decodes `length` bytes, at most 480, to twice as many samples, i16; writes up to 6 samples more. */
export function g722Decode(
  a: usize,
  bytesA: usize,
  pcmA: usize,
  b: usize,
  bytesB: usize,
  pcmB: usize,
  length: i32,
): void {
  run(a, b !== 0 ? b : nobody, bands, STRIDE, bytesA, b !== 0 ? bytesB : bytesA, length, true);
  join(a, bands, pcmA, length);
  if (b !== 0) join(b, bands + STRIDE, pcmB, length);
}

/**
 * After a gap, of which `bytes` are the first: a step and a predictor halfway between those before the gap and those to
 * which the bytes lead. Where the encoder stood is in no packet, but it forgets within 30 ms, and the voice changes slowly:
 * either guess alone is wrong by a half more. What was heard in the gap, encoded as in G.722 Appendix III, tells less.
 */
export function g722Resume(state: usize, bytes: usize, length: i32): void {
  memory.copy(before, state, STATE_BYTES);
  run(state, nobody, bands, STRIDE, bytes, bytes, length, true);
  meet(before, state);
  memory.copy(state, before, STATE_BYTES);
}

/** Puts the line behind its history; what follows the other. */
function part(state: usize, pcm: usize, lower: usize, pairs: i32): void {
  memory.copy(line, state + STATE_BYTES, HISTORY_BYTES);
  memory.copy(line + HISTORY_BYTES, pcm, 4 * pairs);
  filter(line, bothPhases, lower, pairs, 14);
  filter(line, evenMinusOdd, lower + 2 * STRIDE, pairs, 14);
  memory.copy(state + STATE_BYTES, line + 4 * pairs, HISTORY_BYTES);
}

function join(state: usize, lower: usize, pcm: usize, pairs: i32): void {
  const upper = lower + 2 * STRIDE;
  memory.copy(line, state + STATE_BYTES, HISTORY_BYTES);
  for (let at = 0; at < 4 * pairs; at += 16) {
    const low = v128.load(lower + at);
    const high = v128.load(upper + at);
    const first = v128.and(i32x4.add(low, high), i32x4.splat(0xffff));
    const second = i32x4.shl(i32x4.sub(low, high), 16);
    v128.store(line + HISTORY_BYTES + at, v128.or(first, second));
  }
  filter(line, evenPhase, lower, pairs, 11);
  filter(line, oddPhase, upper, pairs, 11);
  for (let at = 0; at < 4 * pairs; at += 16) {
    const both = i16x8.narrow_i32x4_s(v128.load(lower + at), v128.load(upper + at));
    v128.store(pcm + at, v128.shuffle<i16>(both, both, 0, 4, 1, 5, 2, 6, 3, 7));
  }
  memory.copy(state + STATE_BYTES, line + 4 * pairs, HISTORY_BYTES);
}

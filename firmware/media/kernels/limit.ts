/**
 * Sums turned into samples. What is too loud for 16 bits is turned down, at once and without a step, and comes back
 * slowly: nothing is cut off hard. As long as nothing is too loud, samples pass as they are.
 */

const LOUDEST: i32 = 32767;
/** Samples in which a gain comes down; what is too loud in them is cut. */
const ATTACK_SAMPLES: i32 = 32;
/** This part of what is missing comes back in a frame: 63 % in 160 ms. */
const RELEASE: f64 = 1.0 / 8;
/** And no less than this, so that it arrives. */
const LEAST_RELEASE: f64 = 1.0 / 512;
const MAX_SAMPLES: i32 = 960;

const silence = memory.data(2 * MAX_SAMPLES, 16);
const difference = memory.data(4 * MAX_SAMPLES, 16);

/**
 * Writes `samples`, a multiple of 8, of a sum, i32, without what is one's own, i16: that is exactly absent; 0 is nothing.
 * `gain` is what this function returned for the frame before, 1 at first.
 */
export function limit(out: usize, sum: usize, own: usize, samples: i32, gain: f64): f64 {
  if (own === 0) own = silence;
  let over = i32x4.splat(0);
  for (let at = 0; at < samples; at += 8) {
    const mine = v128.load(own + 2 * at);
    const low = i32x4.sub(v128.load(sum + 4 * at), i32x4.extend_low_i16x8_s(mine));
    const high = i32x4.sub(v128.load(sum + 4 * at, 16), i32x4.extend_high_i16x8_s(mine));
    v128.store(difference + 4 * at, low);
    v128.store(difference + 4 * at, high, 16);
    v128.store(out + 2 * at, i16x8.narrow_i32x4_s(low, high));
    over = v128.or(over, v128.or(magnitude(low), magnitude(high)));
  }
  const isOver = v128.any_true(i32x4.gt_s(over, i32x4.splat(LOUDEST)));
  return isOver || gain !== 1 ? turnDown(out, samples, gain) : gain;
}

function turnDown(out: usize, samples: i32, before: f64): f64 {
  let loudest = i32x4.splat(0);
  for (let at = 0; at < samples; at += 4)
    loudest = i32x4.max_s(loudest, i32x4.abs(v128.load(difference + 4 * at)));
  const peak = max(
    max(i32x4.extract_lane(loudest, 0), i32x4.extract_lane(loudest, 1)),
    max(i32x4.extract_lane(loudest, 2), i32x4.extract_lane(loudest, 3)),
  );
  const fits = peak <= LOUDEST ? 1 : f64(LOUDEST) / f64(peak);
  const back = min<f64>(1, before + max<f64>((1 - before) * RELEASE, LEAST_RELEASE));
  const after = min<f64>(fits, back);
  const ramp = after < before ? ATTACK_SAMPLES : after > before ? samples : 0;
  scale(out, 0, ramp, before, (after - before) / f64(ramp));
  scale(out, ramp, samples, after, 0);
  return after;
}

/** Makes the samples `from` to `to` of the difference: times a gain that grows by `step` with each. */
function scale(out: usize, from: i32, to: i32, gain: f64, step: f64): void {
  const loudest = f64x2.splat(LOUDEST);
  const quietest = f64x2.splat(-LOUDEST);
  for (let at = from; at < to; at += 4) {
    const place = f64x2(f64(at), f64(at + 1));
    const sums = v128.load(difference + 4 * at);
    const first = f64x2.mul(
      f64x2.convert_low_i32x4_s(sums),
      f64x2.add(f64x2.splat(gain), f64x2.mul(f64x2.splat(step), place)),
    );
    const second = f64x2.mul(
      f64x2.convert_low_i32x4_s(v128.shuffle<i64>(sums, sums, 1, 1)),
      f64x2.add(f64x2.splat(gain), f64x2.mul(f64x2.splat(step), f64x2.add(place, f64x2.splat(2)))),
    );
    const whole = v128.shuffle<i64>(
      i32x4.trunc_sat_f64x2_s_zero(f64x2.pmax(quietest, f64x2.pmin(loudest, first))),
      i32x4.trunc_sat_f64x2_s_zero(f64x2.pmax(quietest, f64x2.pmin(loudest, second))),
      0,
      2,
    );
    v128.store64_lane(out + 2 * at, i16x8.narrow_i32x4_s(whole, whole), 0);
  }
}

/** Of what is below 0 it is one less. */
function magnitude(value: v128): v128 {
  return v128.xor(value, i32x4.shr_s(value, 31));
}

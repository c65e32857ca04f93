/** Where two stretches of sound look alike: the pitch period, and the best place to join them. */

/** How alike `length` samples of `a` and `b` are, whatever their level: -1 to 1, 0 where one is silent. */
export function likeness(
  a: Int16Array,
  aFrom: number,
  b: Int16Array,
  bFrom: number,
  length: number,
  step: number,
): number {
  let both = 0;
  let energyA = 0;
  let energyB = 0;
  for (let i = 0; i < length; i += step) {
    const x = a[aFrom + i];
    const y = b[bFrom + i];
    both += x * y;
    energyA += x * x;
    energyB += y * y;
  }
  const energy = energyA * energyB;
  return energy > 0 ? both / Math.sqrt(energy) : 0;
}

/**
 * The place from `first` to `last` in `b` that looks most like the `length` samples of `a` at `aFrom`. Looks at every
 * `step`-th sample of every `step`-th place, then at all around the best of them.
 */
export function mostAlike(
  a: Int16Array,
  aFrom: number,
  b: Int16Array,
  first: number,
  last: number,
  length: number,
  step: number,
): number {
  let best = first;
  let most = -Infinity;
  for (let at = first; at <= last; at += step) {
    const found = likeness(a, aFrom, b, at, length, step);
    if (found > most) {
      best = at;
      most = found;
    }
  }
  const from = Math.max(first, best - step + 1);
  const to = Math.min(last, best + step - 1);
  const fine = Math.max(1, step >> 2);
  most = -Infinity;
  for (let at = from; at <= to; at++) {
    const found = likeness(a, aFrom, b, at, length, fine);
    if (found > most) {
      best = at;
      most = found;
    }
  }
  return best;
}

/** Where in a frame, from `from` on, two samples are nearest to each other; the first of these, at the second of them; -1 for none. */
export function leastHarm(frame: Int16Array, from: number): number {
  let least = Infinity;
  let place = -1;
  for (let at = from + 1; at < frame.length; at++) {
    const step = Math.abs(frame[at] - frame[at - 1]);
    if (step >= least) continue;
    least = step;
    place = at;
  }
  return place;
}

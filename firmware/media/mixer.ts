/** Mix-minus: sums of 32 bits, from which what is one's own is taken again. */

export function addTo(sum: Int32Array, frame: Int16Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] += frame[i];
}

export function takeFrom(sum: Int32Array, frame: Int16Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] -= frame[i];
}

/** Mix-minus: one 32-bit sum, from which each listener's own audio is taken before it is clamped, once and last. */

export function addTo(sum: Int32Array, frame: Int16Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] += frame[i];
}

export function takeFrom(sum: Int32Array, frame: Int16Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] -= frame[i];
}

export function clampTo(out: Int16Array, sum: Int32Array): void {
  for (let i = 0; i < out.length; i++) {
    const sample = sum[i];
    out[i] = sample > 32767 ? 32767 : sample < -32768 ? -32768 : sample;
  }
}

/** What a talker hears: everything but itself. */
export function clampMinusOwn(out: Int16Array, sum: Int32Array, own: Int16Array): void {
  for (let i = 0; i < out.length; i++) {
    const sample = sum[i] - own[i];
    out[i] = sample > 32767 ? 32767 : sample < -32768 ? -32768 : sample;
  }
}

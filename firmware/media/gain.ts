/** Gains as fixed-point numbers of 12 bits. */

const UNITY_BITS = 12;
export const UNITY = 1 << UNITY_BITS;

/** The gain of so many dB. */
export function gainOf(db: number): number {
  return Math.round(UNITY * 10 ** (db / 20));
}

/** Makes a frame louder or softer; the gain moves in it from `before` to `after`, so that nothing clicks. */
export function amplify(frame: Int16Array, before: number, after: number): void {
  if (before === UNITY && after === UNITY) return;
  for (let i = 0; i < frame.length; i++) {
    const gain = before + Math.trunc(((after - before) * i) / frame.length);
    const sample = (frame[i] * gain) >> UNITY_BITS;
    frame[i] = sample > 32767 ? 32767 : sample < -32768 ? -32768 : sample;
  }
}

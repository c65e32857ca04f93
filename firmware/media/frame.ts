/** The unit the media plane works in: 20 ms of mono, at the rate of each party's codec. */

export const FRAME_MS = 20;

/** Samples per second that the plane works at. */
export type Rate = 8000 | 16000 | 48000;
/** Of prompts and tones: ears of 48 kHz have them brought up. */
export type PlayRate = Exclude<Rate, 48000>;
export const RATES: readonly Rate[] = [8000, 16000, 48000];

/** Samples of a frame. */
export function frameSamples(rate: Rate): number {
  return (rate / 1000) * FRAME_MS;
}

/** Of the largest frame there is. */
export const MAX_FRAME_SAMPLES = frameSamples(48000);

/** Payload of a frame at most: that of L16 at 16 kHz. */
export const MAX_FRAME_BYTES = 640;

/** Peak of a line that is silent in A-law, which has no zero, or in G.722, which hums: such a frame is nobody talking. */
const IDLE_PEAK = 12;

export function isIdle(frame: Int16Array): boolean {
  for (let i = 0; i < frame.length; i++) if (frame[i] > IDLE_PEAK || frame[i] < -IDLE_PEAK) return false;
  return true;
}

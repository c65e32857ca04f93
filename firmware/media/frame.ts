/** The unit the media plane works in: 20 ms of mono at 8 kHz. */

export const FRAME_MS = 20;
export const SAMPLE_RATE = 8000;
export const FRAME_SAMPLES = (SAMPLE_RATE / 1000) * FRAME_MS;

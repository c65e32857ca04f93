/** What a simulated party says when a script wants a tone of it, and how loud a tone is in what it hears. */
import { FRAME_SAMPLES } from '../../frame-ring.js';

const RATE = 8000;
/** Peak of a sine of 0 dBm0 (G.711: full scale is +3.14 dBm0). */
const PEAK_OF_0_DBM0 = 22827;

/** Says a tone of this frequency, -16 dBm0. */
export function toneOf(hz: number): (frame: Int16Array) => void {
  let sample = 0;
  return (frame) => {
    for (let i = 0; i < frame.length; i++)
      frame[i] = 0.16 * PEAK_OF_0_DBM0 * Math.sin((2 * Math.PI * hz * sample++) / RATE);
  };
}

/** Remembers the last second. */
export class SoundMeter {
  #heard = new Int16Array(RATE);
  #at = 0;

  hear(frame: Int16Array): void {
    this.#heard.set(frame, this.#at);
    this.#at = (this.#at + FRAME_SAMPLES) % RATE;
  }

  /** How loud a tone was in the last second; dBm0, -99 at least. */
  dbm0(hz: number): number {
    let [re, im] = [0, 0];
    for (let i = 0; i < RATE; i++) {
      const turn = (2 * Math.PI * hz * i) / RATE;
      const sample = this.#heard[(this.#at + i) % RATE];
      re += sample * Math.cos(turn);
      im += sample * Math.sin(turn);
    }
    return Math.max(-99, 20 * Math.log10((2 * Math.hypot(re, im)) / RATE / PEAK_OF_0_DBM0));
  }
}

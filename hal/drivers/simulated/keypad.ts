/** The tones of a keypad (ITU-T Q.23), as a simulated phone presses them and a simulated exchange hears them. */
import { FRAME_SAMPLES } from '../../frame-ring.js';

export const KEYPAD = '123A456B789C*0#D';

const ROWS_HZ = [697, 770, 852, 941];
const COLUMNS_HZ = [1209, 1336, 1477, 1633];
const RATE = 8000;
/** Of the row's tone; the column's is 1.2 times as loud. */
const PEAK = 6400;
/** Mean square below which nothing is a key. */
const SOFTEST = 60 ** 2;
/** Of all power, in the two tones of a key. */
const MIN_SHARE = 0.7;

/** Fills a frame with the tones of a key (its place on the keypad); `sample` counts on from frame to frame. */
export function pressKey(key: number, sample: number, out: Int16Array): void {
  for (let i = 0; i < out.length; i++) {
    const turn = (2 * Math.PI * (sample + i)) / RATE;
    out[i] = PEAK * (Math.sin(turn * ROWS_HZ[key >> 2]) + 1.2 * Math.sin(turn * COLUMNS_HZ[key & 3]));
  }
}

/** Hears keys of 60 ms and more. */
export class KeyEar {
  /** The key of the last two frames. */
  #before = '';
  #held = '';

  /** The next frame; returns the key that was pressed in it, or ''. */
  hear(frame: Int16Array): string {
    const key = keyIn(frame);
    const steady = key === this.#before ? key : this.#held;
    this.#before = key;
    if (steady === this.#held) return '';
    this.#held = steady;
    return steady;
  }
}

function keyIn(frame: Int16Array): string {
  const energy = frame.reduce((sum, sample) => sum + sample * sample, 0);
  if (energy < SOFTEST * FRAME_SAMPLES) return '';
  const rows = ROWS_HZ.map((hz) => energyAt(hz, frame));
  const columns = COLUMNS_HZ.map((hz) => energyAt(hz, frame));
  const [row, column] = [Math.max(...rows), Math.max(...columns)];
  if (row + column < MIN_SHARE * energy || Math.min(row, column) < 0.1 * energy) return '';
  return KEYPAD[rows.indexOf(row) * 4 + columns.indexOf(column)];
}

/** What a sine of this frequency explains of a frame's energy. */
function energyAt(hz: number, frame: Int16Array): number {
  let [re, im] = [0, 0];
  for (const [i, sample] of frame.entries()) {
    const turn = (2 * Math.PI * hz * i) / RATE;
    re += sample * Math.cos(turn);
    im += sample * Math.sin(turn);
  }
  return (2 * (re * re + im * im)) / frame.length;
}

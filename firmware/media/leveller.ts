/** Brings one party slowly to the level of the others; leaves it alone while it does not speak. */
import { amplify, gainOf } from './gain.js';

/** Where speech is brought to, dBm0, and how far it is moved at most, dB. */
const TARGET_DBM0 = -20;
const MOST_DB = 12;
/** Decibels are counted in sixteenths: the gain moves by one of them in a frame of speech, 3 dB a second. */
const STEPS = 16;
/** Frames of speech before anything is moved. */
const FRAMES_TO_KNOW = 25;
/** Of a new frame's level a 32nd is believed: 0.64 s of speech. */
const BELIEF_SHIFT = 5;
const GAINS = Int32Array.from({ length: 2 * MOST_DB * STEPS + 1 }, (_, step) =>
  gainOf(step / STEPS - MOST_DB),
);

export class Leveller {
  /** What is added to its level now, in sixteenths of a dB. */
  #gain = 0;
  #speech = 0;
  #frames = 0;

  /** dB that are added now. */
  get gainDb(): number {
    return this.#gain / STEPS;
  }

  /** Changes a frame whose level was `levelDbm0`; `speech`: it is speech. */
  apply(frame: Int16Array, levelDbm0: number, speech: boolean): void {
    const before = GAINS[this.#gain + MOST_DB * STEPS];
    if (speech) this.#follow(levelDbm0);
    amplify(frame, before, GAINS[this.#gain + MOST_DB * STEPS]);
  }

  #follow(levelDbm0: number): void {
    const level = levelDbm0 * STEPS;
    this.#frames++;
    // A plain mean at first, then what was long ago is forgotten.
    if (this.#frames <= FRAMES_TO_KNOW) this.#speech += (level - this.#speech) / this.#frames;
    else this.#speech += (level - this.#speech) / (1 << BELIEF_SHIFT);
    if (this.#frames < FRAMES_TO_KNOW) return;
    const most = MOST_DB * STEPS;
    const wanted = Math.min(most, Math.max(-most, TARGET_DBM0 * STEPS - this.#speech));
    if (wanted >= this.#gain + 1) this.#gain++;
    else if (wanted <= this.#gain - 1) this.#gain--;
  }
}

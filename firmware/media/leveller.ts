/** Brings one party slowly to the level of the others; leaves it alone while it does not speak. */

/** Where speech is brought to, dBm0, and how far it is moved at most, dB. */
const TARGET_DBM0 = -20;
const MOST_DB = 12;
/** Decibels are counted in sixteenths: the gain moves by one of them in a frame of speech, 3 dB a second. */
const STEPS = 16;
/** Frames of speech before anything is moved. */
const FRAMES_TO_KNOW = 25;
/** Of a new frame's level a 32nd is believed: 0.64 s of speech. */
const BELIEF_SHIFT = 5;
/** A gain is a fixed-point number of 12 bits. */
const UNITY_BITS = 12;
const UNITY = 1 << UNITY_BITS;
const GAINS = Int32Array.from({ length: 2 * MOST_DB * STEPS + 1 }, (_, step) =>
  Math.round(UNITY * 10 ** ((step / STEPS - MOST_DB) / 20)),
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
    const after = GAINS[this.#gain + MOST_DB * STEPS];
    if (before === UNITY && after === UNITY) return;
    for (let i = 0; i < frame.length; i++) {
      const gain = before + Math.trunc(((after - before) * i) / frame.length);
      const sample = (frame[i] * gain) >> UNITY_BITS;
      frame[i] = sample > 32767 ? 32767 : sample < -32768 ? -32768 : sample;
    }
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

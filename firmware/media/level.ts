/** How loud a party is, and whether it speaks. */
import { PEAK_OF_0_DBM0 } from './tone-generator.js';

/** Shown for silence. */
export const SILENCE_DBM0 = -90;
/** Softer is never speech, louder by so much than the noise around it always is. */
const SOFTEST_SPEECH_DBM0 = -45;
const ABOVE_NOISE_DB = 8;
/** A pause between words is still speaking. */
const HANGOVER_FRAMES = 15;
const FRAMES_TO_SPEAK = 2;
/** The noise is what is heard between the words: what is softer counts at once, what is louder by a dB in 0.64 s. */
const NOISE_RISES_FRAMES = 32;
const SOFTEST_NOISE_DBM0 = -60;
/** Mean square of a 0 dBm0 sine. */
const POWER_OF_0_DBM0 = PEAK_OF_0_DBM0 ** 2 / 2;

export class LevelMeter {
  levelDbm0 = SILENCE_DBM0;
  /** Speech in this very frame, as far as its level tells. */
  loud = false;
  speaking = false;
  #noiseDbm0 = SOFTEST_NOISE_DBM0;
  #frames = 0;
  #loudFrames = 0;
  #quietFrames = 0;

  hear(frame: Int16Array): void {
    let energy = 0;
    for (let i = 0; i < frame.length; i++) energy += frame[i] * frame[i];
    this.hearEnergy(energy, frame.length);
  }

  /** The same of a frame of so many samples, by the sum of their squares. */
  hearEnergy(energy: number, samples: number): void {
    this.levelDbm0 =
      energy === 0 ? SILENCE_DBM0 : Math.round(10 * Math.log10(energy / samples / POWER_OF_0_DBM0));
    this.#watchNoise();
    this.loud = this.levelDbm0 >= SOFTEST_SPEECH_DBM0 && this.levelDbm0 >= this.#noiseDbm0 + ABOVE_NOISE_DB;
    if (this.loud) {
      this.#quietFrames = 0;
      if (++this.#loudFrames >= FRAMES_TO_SPEAK) this.speaking = true;
    } else this.#rest();
  }

  silence(): void {
    this.levelDbm0 = SILENCE_DBM0;
    this.loud = false;
    this.#rest();
  }

  #rest(): void {
    this.#loudFrames = 0;
    if (++this.#quietFrames >= HANGOVER_FRAMES) this.speaking = false;
  }

  #watchNoise(): void {
    if (this.levelDbm0 <= this.#noiseDbm0) {
      this.#noiseDbm0 = Math.max(this.levelDbm0, SOFTEST_NOISE_DBM0);
      this.#frames = 0;
    } else if (++this.#frames === NOISE_RISES_FRAMES) {
      this.#noiseDbm0++;
      this.#frames = 0;
    }
  }
}

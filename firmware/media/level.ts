/** How loud a party is, and whether it speaks: for pages and for the rooms, not for the mixing. */
import { FRAME_SAMPLES } from './frame.js';
import { PEAK_OF_0_DBM0 } from './tone-generator.js';

/** Shown for silence. */
export const SILENCE_DBM0 = -90;
const SPEAKING_DBM0 = -40;
/** A pause between words is still speaking. */
const HANGOVER_FRAMES = 15;
const FRAMES_TO_SPEAK = 2;
/** Mean square of a 0 dBm0 sine. */
const POWER_OF_0_DBM0 = PEAK_OF_0_DBM0 ** 2 / 2;

export class LevelMeter {
  levelDbm0 = SILENCE_DBM0;
  speaking = false;
  #loudFrames = 0;
  #quietFrames = 0;

  hear(frame: Int16Array): void {
    let energy = 0;
    for (let i = 0; i < frame.length; i++) energy += frame[i] * frame[i];
    this.levelDbm0 =
      energy === 0 ? SILENCE_DBM0 : Math.round(10 * Math.log10(energy / FRAME_SAMPLES / POWER_OF_0_DBM0));
    if (this.levelDbm0 >= SPEAKING_DBM0) {
      this.#quietFrames = 0;
      if (++this.#loudFrames >= FRAMES_TO_SPEAK) this.speaking = true;
    } else {
      this.#loudFrames = 0;
      if (++this.#quietFrames >= HANGOVER_FRAMES) this.speaking = false;
    }
  }

  silence(): void {
    this.levelDbm0 = SILENCE_DBM0;
    this.#loudFrames = 0;
    if (++this.#quietFrames >= HANGOVER_FRAMES) this.speaking = false;
  }
}

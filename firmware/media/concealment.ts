/** What is heard in place of audio that never came: the last frame again, faded to silence. */
import { FRAME_SAMPLES } from './frame.js';

const FADE_SAMPLES = 3 * FRAME_SAMPLES;

export class Concealment {
  #last = new Int16Array(FRAME_SAMPLES);
  #at = 0;
  #hidden = FADE_SAMPLES;

  /** Remembers the last samples before a gap; `pcm` holds `length` good ones. */
  heard(pcm: Int16Array, offset: number, length: number): void {
    for (let i = 0; i < length; i++) {
      this.#last[this.#at] = pcm[offset + i];
      this.#at = this.#at + 1 === FRAME_SAMPLES ? 0 : this.#at + 1;
    }
    this.#hidden = 0;
  }

  fill(out: Int16Array, offset: number, length: number): void {
    for (let i = 0; i < length; i++) {
      if (this.#hidden >= FADE_SAMPLES) {
        out[offset + i] = 0;
        continue;
      }
      const gain = (FADE_SAMPLES - this.#hidden) / FADE_SAMPLES;
      const at = (this.#at + this.#hidden) % FRAME_SAMPLES;
      out[offset + i] = this.#last[at] * gain;
      this.#hidden++;
    }
  }

  reset(): void {
    this.#hidden = FADE_SAMPLES;
  }
}

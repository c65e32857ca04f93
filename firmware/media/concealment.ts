/** What is heard in place of audio that never came: the last frame again, faded to silence. */

const FRAME_SAMPLES = 160;
const FADE_SAMPLES = 3 * FRAME_SAMPLES;

export class Concealment {
  #last = new Int16Array(FRAME_SAMPLES);
  #hidden = FADE_SAMPLES;

  /** Remembers a good frame. */
  heard(frame: Int16Array): void {
    this.#last.set(frame);
    this.#hidden = 0;
  }

  /** Writes `length` samples at `offset`, going on where the last call ended. */
  fill(out: Int16Array, offset: number, length: number): void {
    for (let i = 0; i < length; i++) {
      if (this.#hidden >= FADE_SAMPLES) {
        out[offset + i] = 0;
        continue;
      }
      const gain = (FADE_SAMPLES - this.#hidden) / FADE_SAMPLES;
      out[offset + i] = this.#last[this.#hidden % FRAME_SAMPLES] * gain;
      this.#hidden++;
    }
  }

  reset(): void {
    this.#hidden = FADE_SAMPLES;
  }
}

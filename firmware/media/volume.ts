/** Makes one party louder or softer for the others, as a moderator wants it. */
import { UNITY, amplify, gainOf } from './gain.js';

export class Volume {
  #gain = UNITY;
  #wanted = UNITY;

  set(gainDb: number): void {
    this.#wanted = gainOf(gainDb);
  }

  /** Whether it changes nothing. */
  get isUnity(): boolean {
    return this.#gain === UNITY && this.#wanted === UNITY;
  }

  /** Changes a frame in place. */
  apply(frame: Int16Array): void {
    amplify(frame, this.#gain, this.#wanted);
    this.#gain = this.#wanted;
  }
}

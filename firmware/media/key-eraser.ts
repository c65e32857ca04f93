/**
 * Takes tones of keys out of what a party says, from their first sample on.
 *
 * A tone is known as one 20 ms after it began. So every frame waits for the next one, and is silenced if a key is heard
 * in either: then it may hold the beginning of the tone. (Its end needs no such care: a key is believed pressed for
 * longer than it sounds.) That is the least delay that lets nothing of a key through. It is laid only on parties that
 * have no other way to send keys: who agreed to telephone events (RFC 4733) sends no tones, and neither waits here nor
 * pays for the listening.
 */
import { DtmfDetector } from './dtmf-detector.js';
import { FRAME_MS } from './frame.js';

export class KeyEraser {
  #detector: DtmfDetector;
  /** The frame that waits. */
  #held: Int16Array;
  #heldSounds = false;

  /** `sampleRate` is a multiple of 8000. */
  constructor(sampleRate: number) {
    this.#detector = new DtmfDetector(sampleRate);
    this.#held = new Int16Array((sampleRate / 1000) * FRAME_MS);
  }

  /** Exchanges the frame for the one before, without keys; returns the key that began to be pressed, or ''. */
  pass(frame: Int16Array): string {
    const key = this.#detector.hear(frame);
    const { sounds } = this.#detector;
    const erased = this.#heldSounds || sounds;
    for (let i = 0; i < frame.length; i++) {
      const next = frame[i];
      frame[i] = erased ? 0 : this.#held[i];
      this.#held[i] = next;
    }
    this.#heldSounds = sounds;
    return key;
  }
}

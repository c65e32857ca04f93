/**
 * Writes frames for a card at the pace of the tick. A card takes them by the same clock by which it brings its own: where
 * its reader leaves a sample out, one is said twice here, and the other way about. So what waits on both ways together,
 * which is how late an echo comes, stays the same.
 */
import type { FrameRing } from './frame-ring.js';
import { leastHarm } from './least-harm.js';

/** Frames that wait at the beginning: one is being taken, one is there if the tick is late. */
const FIRST_FRAMES = 2;
/** If never fewer waited for so many ticks, one is left out: threads that were held up leave such a rest. */
const MORE_THAN_NEEDED = 3;
const WATCHED_TICKS = 250;
/** Frames remembered for the echo canceller. */
const REMEMBERED = 32;

export class SlipWriter {
  #frame: Int16Array;
  #filled = 0;
  #primed = false;
  #remembered: Int16Array[];
  #silence: Int16Array;
  #ticks = 0;
  #least = Infinity;

  constructor(private readonly ring: FrameRing) {
    const { frameSamples } = ring;
    this.#frame = new Int16Array(frameSamples);
    this.#silence = new Int16Array(frameSamples);
    this.#remembered = Array.from({ length: REMEMBERED }, () => new Int16Array(frameSamples));
  }

  /** Writes 20 ms; `slip`: samples that the reader has left out meanwhile, -1 for one said twice. Allocates nothing. */
  write(frame: Int16Array, slip: number): void {
    if (!this.#primed) this.#prime();
    const slipAt = slip === 0 ? -1 : leastHarm(frame, 0);
    for (let i = 0; i < frame.length; i++) {
      if (i === slipAt && slip < 0) continue;
      if (i === slipAt) this.#add(frame[i]);
      this.#add(frame[i]);
    }
  }

  /** The frame that was the one of this number in the ring, modulo 2^32; silence if that is long ago. */
  frameOf(number: number): Int16Array {
    const ago = (this.ring.written - number) | 0;
    return ago < 1 || ago > REMEMBERED ? this.#silence : this.#remembered[(number >>> 0) % REMEMBERED];
  }

  #add(sample: number): void {
    this.#frame[this.#filled++] = sample;
    if (this.#filled < this.#frame.length) return;
    this.#filled = 0;
    if (!this.#isOneTooMany()) this.#publish();
  }

  #publish(): void {
    const number = this.ring.written;
    if (this.ring.write(this.#frame)) this.#remembered[(number >>> 0) % REMEMBERED].set(this.#frame);
  }

  #prime(): void {
    this.#primed = true;
    while (this.ring.waiting < FIRST_FRAMES) this.#publish();
  }

  #isOneTooMany(): boolean {
    this.#least = Math.min(this.#least, this.ring.waiting);
    if (++this.#ticks < WATCHED_TICKS) return false;
    const tooMany = this.#least >= MORE_THAN_NEEDED;
    this.#ticks = 0;
    this.#least = Infinity;
    return tooMany;
  }
}

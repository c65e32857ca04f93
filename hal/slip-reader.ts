/**
 * Reads a card's frames at the pace of the tick. The card has a clock of its own: where it is faster a sample is left out
 * now and then, where it is slower one is said twice, so that a few frames wait and never more or fewer.
 */
import { FRAME_SAMPLES, type FrameRing } from './frame-ring.js';

/** Ticks over which the waiting samples are averaged: frames come in jumps. */
const AVERAGED_TICKS = 25;
/** From what should wait. */
const SLIP_BEYOND_SAMPLES = FRAME_SAMPLES / 4;

export class SlipReader {
  /** Samples left out, and said twice. */
  left = 0;
  doubled = 0;
  #frame = new Int16Array(FRAME_SAMPLES);
  /** Samples of that frame that are over. */
  #at = FRAME_SAMPLES;
  #started = false;
  #sum = 0;
  #ticks = 0;

  /**
   * `waiting`: samples there are when a tick begins. It takes a frame of them, the clock of a card that is slower may once
   * be a frame behind, and half a frame is between one slip and the other.
   */
  constructor(
    private readonly ring: FrameRing,
    private readonly waiting = 2.5 * FRAME_SAMPLES,
  ) {}

  /**
   * Reads the next 160 samples, silence where there are none. Until enough frames wait for the first time there is
   * silence that counts for nothing. Allocates nothing.
   */
  read(out: Int16Array): void {
    if (!this.#started) {
      out.fill(0);
      const beyond = this.ring.waiting * FRAME_SAMPLES - this.waiting;
      if (beyond < 0) return;
      this.#started = true;
      this.#fetch();
      this.#at = Math.min(beyond, FRAME_SAMPLES - 1);
    }
    const slip = this.#watch();
    this.#fetch();
    // The last sample of a frame has no neighbour in hand: then it is in the next frame.
    let slipAt = slip === 0 ? -1 : this.#leastHarm();
    let last = 0;
    for (let i = 0; i < FRAME_SAMPLES; i++) {
      if (this.#fetch() && slip !== 0 && slipAt < 0) slipAt = this.#leastHarm();
      if (this.#at === slipAt) {
        slipAt = FRAME_SAMPLES;
        if (slip > 0) {
          this.left++;
          this.#at++;
          this.#fetch();
        } else {
          this.doubled++;
          out[i] = last;
          continue;
        }
      }
      last = out[i] = this.#frame[this.#at++];
    }
  }

  /** True if a new frame had to be taken. */
  #fetch(): boolean {
    if (this.#at < FRAME_SAMPLES) return false;
    this.ring.read(this.#frame);
    this.#at = 0;
    return true;
  }

  /** 1 where a sample must go, -1 where one is missing. */
  #watch(): -1 | 0 | 1 {
    this.#sum += this.ring.waiting * FRAME_SAMPLES + FRAME_SAMPLES - this.#at;
    if (++this.#ticks < AVERAGED_TICKS) return 0;
    const beyond = this.#sum / AVERAGED_TICKS - this.waiting;
    this.#sum = 0;
    this.#ticks = 0;
    return beyond > SLIP_BEYOND_SAMPLES ? 1 : beyond < -SLIP_BEYOND_SAMPLES ? -1 : 0;
  }

  /** Where in the frame in hand two samples are nearest to each other; the first of these, at the second of them. */
  #leastHarm(): number {
    let least = Infinity;
    let place = -1;
    for (let at = this.#at + 1; at < FRAME_SAMPLES; at++) {
      const step = Math.abs(this.#frame[at] - this.#frame[at - 1]);
      if (step >= least) continue;
      least = step;
      place = at;
    }
    return place;
  }
}

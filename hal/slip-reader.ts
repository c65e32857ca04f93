/**
 * Reads a card's frames at the pace of the tick. The card has a clock of its own: where it is faster a sample is left out
 * now and then, where it is slower one is said twice, so that a few frames wait and never more or fewer. Where a thread
 * was held up and far more or far fewer wait, a whole frame is left out, or waiting begins anew.
 */
import type { FrameRing } from './frame-ring.js';
import { leastHarm } from './least-harm.js';

/** Ticks over which the waiting samples are averaged: frames come in jumps. */
const AVERAGED_TICKS = 25;
/** Frames from what should wait. */
const SLIP_BEYOND = 0.5;
const JUMP_BEYOND = 1.5;

export class SlipReader {
  /** Samples left out, and said twice. */
  left = 0;
  doubled = 0;
  #frame: Int16Array;
  /** Samples of that frame that are over. */
  #at: number;
  #started = false;
  #sum = 0;
  #ticks = 0;
  #waiting: number;

  /**
   * `waiting`: frames there are when a tick begins. It takes one of them, the clock of a card that is slower may once
   * be a frame behind, and a frame is between one slip and the other. `hear` is given each frame as the card wrote
   * it, before anything is left out.
   */
  constructor(
    private readonly ring: FrameRing,
    waiting = 2.5,
    private readonly hear: (frame: Int16Array) => void = () => {},
  ) {
    this.#frame = new Int16Array(ring.frameSamples);
    this.#at = ring.frameSamples;
    this.#waiting = waiting * ring.frameSamples;
  }

  /**
   * Reads the samples of the next 20 ms, silence where there are none. Until enough frames wait for the first time there
   * is silence that counts for nothing. Allocates nothing.
   */
  read(out: Int16Array): void {
    if (!this.#started && !this.#start()) {
      out.fill(0);
      return;
    }
    const slip = this.#watch();
    this.#fetch();
    // The last sample of a frame has no neighbour in hand: then it is in the next frame.
    let slipAt = slip === 0 ? -1 : leastHarm(this.#frame, this.#at);
    let last = 0;
    for (let i = 0; i < out.length; i++) {
      if (this.#fetch() && slip !== 0 && slipAt < 0) slipAt = leastHarm(this.#frame, this.#at);
      if (this.#at === slipAt) {
        slipAt = out.length;
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

  /** False while too little waits; what has waited for too long is left out. */
  #start(): boolean {
    const { ring } = this;
    let beyond = ring.waiting * ring.frameSamples - this.#waiting;
    if (beyond < 0) return false;
    for (; beyond >= ring.frameSamples; beyond -= ring.frameSamples) ring.read(this.#frame);
    this.#started = true;
    this.#sum = this.#ticks = 0;
    this.#at = ring.frameSamples;
    this.#fetch();
    this.#at = beyond;
    return true;
  }

  /** True if a new frame had to be taken. */
  #fetch(): boolean {
    if (this.#at < this.#frame.length) return false;
    if (this.ring.read(this.#frame)) this.hear(this.#frame);
    this.#at = 0;
    return true;
  }

  /** 1 where a sample must go, -1 where one is missing. */
  #watch(): -1 | 0 | 1 {
    const { frameSamples, waiting } = this.ring;
    this.#sum += waiting * frameSamples + frameSamples - this.#at;
    if (++this.#ticks < AVERAGED_TICKS) return 0;
    const beyond = this.#sum / AVERAGED_TICKS - this.#waiting;
    this.#sum = 0;
    this.#ticks = 0;
    if (beyond > JUMP_BEYOND * frameSamples) this.#jump();
    else if (beyond < -JUMP_BEYOND * frameSamples) this.#started = false;
    else if (Math.abs(beyond) > SLIP_BEYOND * frameSamples) return beyond > 0 ? 1 : -1;
    return 0;
  }

  #jump(): void {
    const at = this.#at;
    this.#at = this.#frame.length;
    this.#fetch();
    this.#at = at;
  }
}

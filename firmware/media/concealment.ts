/**
 * What is heard in place of audio that never came (after G.711 Appendix I, for any sample rate): the last pitch period
 * again and again, at full level for 10 ms, then fading to silence by 60 ms. Unlike there, nothing that was heard
 * already is touched, so that it costs no delay: the step at the seam is spread over a quarter of a period.
 */
import type { Codec } from './codec.js';
import type { SoundLine } from './sound-line.js';
import { mostAlike } from './waveform.js';

const MIN_PERIOD_MS = 2.5;
const MAX_PERIOD_MS = 15;
const COMPARED_MS = 20;
const FULL_MS = 10;
const FADE_MS = 50;
/** How long a pause that the talker means takes to become silence. */
const PAUSE_FADE_MS = 5;
/** How long the return from it takes. */
export const JOIN_MS = 5;

export class Concealment {
  /** 0 after a real sample, then rises while something is to be heard in its place. */
  hidden = 0;
  #line: SoundLine;
  #perMs: number;
  #cycle: Int16Array;
  #period = 1;
  #phase = 0;
  /** Where the sound broke off, above where the cycle takes it up. */
  #step = 0;
  #gain = 0;
  #forgotten = false;
  /** Samples that stay at full level, then how much the gain falls with each. */
  #full = 0;
  #slope = 0;

  constructor(line: SoundLine, sampleRate: Codec['sampleRate']) {
    this.#line = line;
    this.#perMs = sampleRate / 1000;
    this.#cycle = new Int16Array(MAX_PERIOD_MS * this.#perMs);
  }

  /** Nothing more can be heard of it until a real packet. */
  get silent(): boolean {
    return this.hidden > 0 && this.#gain === 0;
  }

  /** The last sample of the line is a real one, with which the next gap may be filled. */
  get isOver(): boolean {
    return this.hidden === 0 && !this.#forgotten;
  }

  /** Adds `count` samples to the line, going on where it ends. */
  extend(count: number): void {
    if (this.hidden === 0) this.#begin();
    this.#line.makeRoom(count);
    const { pcm, end } = this.#line;
    for (let i = 0; i < count; i++) pcm[end + i] = this.#next();
    this.#line.end += count;
  }

  /** The talker pauses, or another begins: nothing is missing. */
  pause(): void {
    if (this.hidden === 0) this.#begin();
    this.#full = 0;
    this.#slope = 1 / (PAUSE_FADE_MS * this.#perMs);
  }

  /** What was heard last is not to be heard again. */
  forget(): void {
    this.#forgotten = true;
    this.#gain = 0;
  }

  /** Makes room for real samples that follow without a gap; returns where in the line they are to be written. */
  follow(count: number): number {
    this.#line.makeRoom(count);
    this.#line.end += count;
    this.#forgotten = false;
    return this.#line.end - count;
  }

  /**
   * Adds the real samples `from` to `to` of `sound`; after a gap, faded over from what filled it. Where `free` to come up
   * to a period later, they come where they go on from it as if nothing had been.
   */
  join(sound: Int16Array, from: number, to: number, free: boolean): void {
    const line = this.#line;
    const over = this.hidden > 0 ? Math.min(to - from, JOIN_MS * this.#perMs) : 0;
    const slack = free && over > 0 && !this.silent ? this.#period : 0;
    line.makeRoom(slack + to - from);
    const { pcm } = line;
    let at = line.end;
    if (over > 0) {
      this.extend(slack + over);
      if (slack > 0) at = mostAlike(sound, from, pcm, at, at + slack, over, this.#perMs >> 2);
      for (let i = 0; i < over; i++) {
        const share = (i + 1) / (over + 1);
        pcm[at + i] = share * sound[from + i] + (1 - share) * pcm[at + i];
      }
      this.hidden = 0;
    }
    for (let i = over, count = to - from; i < count; i++) pcm[at + i] = sound[from + i];
    line.end = at + to - from;
    this.#forgotten = false;
  }

  #begin(): void {
    const { pcm, end } = this.#line;
    const perMs = this.#perMs;
    const compared = COMPARED_MS * perMs;
    const start = end - compared;
    const from = start - MAX_PERIOD_MS * perMs;
    const like = mostAlike(pcm, start, pcm, from, start - MIN_PERIOD_MS * perMs, compared, perMs >> 2);
    const period = start - like;
    const tail = period >> 2;
    for (let i = 0; i < period; i++) this.#cycle[i] = pcm[end - period + i];
    for (let i = 0; i < tail; i++) {
      const share = (i + 1) / (tail + 1);
      const at = period - tail + i;
      this.#cycle[at] = (1 - share) * this.#cycle[at] + share * pcm[end - 2 * period + at];
    }
    this.hidden = 1;
    this.#period = period;
    this.#phase = 0;
    this.#step = pcm[end - 1] - pcm[end - 1 - period];
    this.#gain = this.#forgotten ? 0 : 1;
    this.#full = FULL_MS * perMs;
    this.#slope = 1 / (FADE_MS * perMs);
  }

  #next(): number {
    if (this.#gain === 0) return 0;
    let sample = this.#cycle[this.#phase];
    if (++this.#phase === this.#period) this.#phase = 0;
    const seam = this.#period >> 2;
    if (this.hidden <= seam) sample += this.#step * (1 - this.hidden / (seam + 1));
    this.hidden++;
    sample *= this.#gain;
    if (this.#full > 0) this.#full--;
    else this.#gain = Math.max(0, this.#gain - this.#slope);
    return sample > 32767 ? 32767 : sample < -32768 ? -32768 : sample;
  }
}

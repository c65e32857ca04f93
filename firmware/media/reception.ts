/** What is heard of one party's stream, as its reports tell it (RFC 3550 §6.4.1, appendix A.3 and A.8). */
import { SequenceCount } from './sequence-count.js';

/** The first number of a stream counts as one turn up (see SequenceCount); reports count turns from 0. */
const FIRST_TURN = 0x10000;
/** What 24 bits with a sign hold. */
const MOST_LOST = 0x7fffff;

export class Reception {
  /** The source that is heard; a report can tell of it once something was. */
  ssrc = 0;
  hears = false;
  /** Of the last interval, 0 to 1, and how many packets were lost at a time. */
  loss = 0;
  burstLength = 1;
  #counts = new SequenceCount();
  #jitter = 0;
  #transit = 0;
  #lostBefore = 0;
  #bursts = 0;
  #expectedBefore = 0;
  #lostAtInterval = 0;
  #burstsAtInterval = 0;
  /** Of the last report of theirs: middle of its NTP time, and when it came. */
  #report = 0;
  #reportAt = 0;

  /** A packet came; `arrival` is a time in units of the stream's timestamps. */
  hear(ssrc: number, sequence: number, timestamp: number, arrival: number): void {
    const transit = (arrival - timestamp) | 0;
    if (!this.#counts.continues(ssrc, sequence)) this.#begin(ssrc, sequence, transit);
    if (!this.#count(sequence)) return;
    const step = Math.abs((transit - this.#transit) | 0);
    this.#transit = transit;
    this.#jitter += (step - this.#jitter) / 16;
  }

  /** A packet came whose timestamp does not tell when it was sent (a key, RFC 4733 §2.2). */
  skip(ssrc: number, sequence: number): void {
    if (this.#counts.continues(ssrc, sequence)) this.#count(sequence);
  }

  /** Their report came, with the middle 32 bits of its NTP time, at `now` in 1/65536 s. */
  hearReport(ntp: number, now: number): void {
    this.#report = ntp;
    this.#reportAt = now;
  }

  /** Since the beginning of the stream. */
  get lost(): number {
    return Math.min(this.#counts.lost - this.#lostBefore, MOST_LOST);
  }
  /** Sequence number counted on where it wraps. */
  get highest(): number {
    return (this.#counts.highest - FIRST_TURN) >>> 0;
  }
  /** In units of the stream's timestamps; arrivals are known no finer than to a tick. */
  get jitter(): number {
    return Math.round(this.#jitter);
  }
  /** Of 256, of the last interval. */
  get fractionLost(): number {
    return Math.min(255, Math.floor(this.loss * 256));
  }
  get lastReport(): number {
    return this.#report;
  }
  /** Since their last report, 1/65536 s; 0 if there was none. */
  sinceLastReport(now: number): number {
    return this.#report === 0 ? 0 : (now - this.#reportAt) >>> 0;
  }

  /** Ends an interval, on whose packets `loss` and `burstLength` are from now on. */
  endInterval(): void {
    if (!this.hears) return;
    const { expected } = this.#counts;
    const inInterval = expected - this.#expectedBefore;
    const lost = this.lost - this.#lostAtInterval;
    const bursts = this.#bursts - this.#burstsAtInterval;
    this.#expectedBefore = expected;
    this.#lostAtInterval = this.lost;
    this.#burstsAtInterval = this.#bursts;
    this.loss = inInterval > 0 && lost > 0 ? lost / inInterval : 0;
    this.burstLength = bursts > 0 && lost > bursts ? lost / bursts : 1;
  }

  #count(sequence: number): boolean {
    const before = this.#counts.highest;
    const number = this.#counts.note(sequence);
    if (number > before + 1) this.#bursts++;
    return number >= 0;
  }

  #begin(ssrc: number, sequence: number, transit: number): void {
    this.#counts.end();
    this.#lostBefore = this.#counts.lost;
    this.#counts.begin(ssrc, sequence);
    this.hears = true;
    this.#transit = transit;
    this.#jitter = this.#expectedBefore = this.#lostAtInterval = 0;
    this.#bursts = this.#burstsAtInterval = 0;
    if (ssrc !== this.ssrc) this.#report = 0;
    this.ssrc = ssrc;
  }
}

/** From a report of ours until what they say to it, without the time they kept it, ms; all in 1/65536 s. */
export function roundTripMs(now: number, lastReport: number, sinceLastReport: number): number {
  const units = (now - lastReport - sinceLastReport) | 0;
  // Clocks that do not run alike, and ticks, make less than nothing of a short way.
  return Math.max(0, (units * 1000) / 65536);
}

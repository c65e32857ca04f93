/**
 * Takes the echo of an analog line out of what comes from it: the hybrid, where two wires become four, sends part of
 * what is played into the line back (ITU-T G.168). In fixed point.
 *
 *     tx ---+--------------------------> line
 *           |                             |
 *       [ draft ]--e--.              hybrid, echo
 *       [ clean ]     |                   |
 *           '--(-)----+------------------ rx
 *
 * Two filters know the echo path. The draft learns all the time (NLMS), also wrongly, while somebody speaks at the other
 * end; the clean one makes the sound, and takes over what the draft has learned only when that has been clearly better
 * for some frames: so double talk cannot spoil it.
 */
import { LINE_RATE } from './fsk.js';

/** Coefficients are kept with so many bits behind the point, and used with the upper of them. */
const FINE_BITS = 30;
const COARSE_BITS = 15;
const STEP_BITS = 8;
/** How far each sample moves the draft: a third of the way that would explain it. */
const STEP = 2 ** (FINE_BITS + STEP_BITS) / 3;
/** Its product with any sample fits into 32 bits. */
const MAX_STEP = 65535;

/** Mean square of tx below which nothing can be learned: -56 dBm0. */
const SOFTEST = 36 ** 2;
/** Louder than the loudest that was sent is somebody speaking (Geigel), and for so long after. */
const NEAR_END_HOLD = (LINE_RATE * 40) / 1000;

/** The draft is better with 2 dB less, and if it takes 12 dB from what comes; for so many frames. */
const BETTER = 0.6;
const CONVINCING = 1 / 16;
const FRAMES_TO_TAKE_OVER = 4;
/** Of the meters: 0.2 s. */
const METER_FOLLOWS = 0.1;

export class EchoCanceller {
  #taps: number;
  /** What was sent, newest at `#at`, twice in a row so that a stretch never breaks. */
  #sent: Int16Array;
  #at = 0;
  #draft: Int32Array;
  #clean: Int32Array;
  #draftEcho = 0;
  #cleanEcho = 0;
  /** Sum of the squares of what was sent. */
  #sentEnergy = 0;
  /** Loudest of what was sent, in this frame and those before, as far as the tail reaches. */
  #peaks: Int32Array;
  #nearEnd = 0;
  #betterFrames = 0;
  #meters = { sent: 0, came: 0, left: 0 };

  /** `tailMs`: from a sample that is played to the end of its echo; a card's own delay is part of it. */
  constructor(tailMs = 32) {
    this.#taps = (tailMs * LINE_RATE) / 1000;
    this.#sent = new Int16Array(2 * this.#taps);
    this.#draft = new Int32Array(this.#taps);
    this.#clean = new Int32Array(this.#taps);
    this.#peaks = new Int32Array(Math.ceil(tailMs / 20) + 1);
  }

  /** Takes the echo of what was sent, and is yet to be heard, out of a frame that came meanwhile. Allocates nothing. */
  cancel(rx: Int16Array, tx: Int16Array): void {
    const loudest = this.#loudest(tx);
    let came = 0;
    let drafted = 0;
    let left = 0;
    let sent = 0;
    let nearEnd = false;
    for (let i = 0; i < rx.length; i++) {
      const sample = rx[i];
      this.#send(tx[i]);
      this.#filter();
      const draftError = sample - this.#draftEcho;
      const error = sample - this.#cleanEcho;
      if (Math.abs(sample) > loudest) this.#nearEnd = NEAR_END_HOLD;
      if (this.#nearEnd > 0) {
        this.#nearEnd--;
        nearEnd = true;
      } else if (this.#sentEnergy > SOFTEST * this.#taps) this.#learn(draftError);
      rx[i] = error > 32767 ? 32767 : error < -32768 ? -32768 : error;
      sent += tx[i] * tx[i];
      came += sample * sample;
      drafted += draftError * draftError;
      left += error * error;
    }
    if (this.#sentEnergy <= SOFTEST * this.#taps) return;
    this.#judge(came, drafted, left);
    if (!nearEnd) this.#measure(sent, came, left);
  }

  /** How much softer the echo comes back than what was sent, dB; of the last time when something was sent. */
  get returnLossDb(): number {
    return ratioDb(this.#meters.sent, this.#meters.came);
  }

  /** How much softer the canceller makes it (ERLE), dB. */
  get enhancementDb(): number {
    return ratioDb(this.#meters.came, this.#meters.left);
  }

  /** Forgets the line. */
  reset(): void {
    this.#sent.fill(0);
    this.#sentEnergy = 0;
    this.#peaks.fill(0);
    this.#draft.fill(0);
    this.#clean.fill(0);
    this.#nearEnd = 0;
    this.#betterFrames = 0;
    this.#meters.sent = this.#meters.came = this.#meters.left = 0;
  }

  #loudest(tx: Int16Array): number {
    let peak = 0;
    for (let i = 0; i < tx.length; i++) peak = Math.max(peak, Math.abs(tx[i]));
    this.#peaks.copyWithin(1, 0);
    this.#peaks[0] = peak;
    for (let i = 1; i < this.#peaks.length; i++) peak = Math.max(peak, this.#peaks[i]);
    return peak;
  }

  #send(sample: number): void {
    this.#at = this.#at === 0 ? this.#taps - 1 : this.#at - 1;
    const oldest = this.#sent[this.#at];
    this.#sentEnergy += sample * sample - oldest * oldest;
    this.#sent[this.#at] = sample;
    this.#sent[this.#at + this.#taps] = sample;
  }

  /** The echo by either filter; both in one go, as this is what the time is spent on. */
  #filter(): void {
    const sent = this.#sent;
    const draft = this.#draft;
    const clean = this.#clean;
    const at = this.#at;
    let drafted = 1 << (COARSE_BITS - 1);
    let cleaned = drafted;
    for (let tap = 0; tap < draft.length; tap++) {
      const sample = sent[at + tap];
      drafted = (drafted + Math.imul(draft[tap] >> (FINE_BITS - COARSE_BITS), sample)) | 0;
      cleaned = (cleaned + Math.imul(clean[tap], sample)) | 0;
    }
    this.#draftEcho = drafted >> COARSE_BITS;
    this.#cleanEcho = cleaned >> COARSE_BITS;
  }

  #learn(error: number): void {
    const step = Math.round((error * STEP) / this.#sentEnergy);
    if (step === 0) return;
    const factor = step > MAX_STEP ? MAX_STEP : step < -MAX_STEP ? -MAX_STEP : step;
    const draft = this.#draft;
    const sent = this.#sent;
    const at = this.#at;
    for (let tap = 0; tap < draft.length; tap++) draft[tap] += Math.imul(factor, sent[at + tap]) >> STEP_BITS;
  }

  /** Which of the two filters was the better one in this frame. */
  #judge(came: number, drafted: number, left: number): void {
    this.#betterFrames = drafted < BETTER * left && drafted < CONVINCING * came ? this.#betterFrames + 1 : 0;
    if (this.#betterFrames < FRAMES_TO_TAKE_OVER) return;
    this.#betterFrames = 0;
    for (let tap = 0; tap < this.#taps; tap++)
      this.#clean[tap] = this.#draft[tap] >> (FINE_BITS - COARSE_BITS);
  }

  #measure(sent: number, came: number, left: number): void {
    const meters = this.#meters;
    meters.sent += METER_FOLLOWS * (sent - meters.sent);
    meters.came += METER_FOLLOWS * (came - meters.came);
    meters.left += METER_FOLLOWS * (left - meters.left);
  }
}

function ratioDb(more: number, less: number): number {
  return more <= 0 ? 0 : 10 * Math.log10(more / Math.max(1, less));
}

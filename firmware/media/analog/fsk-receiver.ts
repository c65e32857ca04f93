/**
 * Hears caller id messages of an exchange (Bellcore GR-30, ETSI EN 300 659-1), from -12 to -36 dBm.
 *
 * At each sample the last bit's worth of sound is correlated with mark and with space; where the one outdoes the other
 * is what the line says. A message begins only behind a steady mark, so that the channel seizure, speech and noise are
 * none; its octets are read from the middle of their bits, counted from the edge of each start bit.
 */
import { PEAK_OF_0_DBM0 } from '../tone-generator.js';
import { BITS_PER_SECOND, fskTones, LINE_RATE, type FskKind } from './fsk.js';

/** Type, length, at most 255 octets, checksum. */
const MAX_MESSAGE = 258;
/** The longest message takes 2.2 s; whoever pauses for so many bits within one has gone. */
const MAX_PAUSE_BITS = 20;
/** Bits of mark before a message: shorter than any that is sent, longer than within an octet. */
const MIN_MARK_BITS = 24;
/** Softer is silence: 6 dB below the softest that must be heard. */
const SOFTEST_DBM0 = -42;
/** Of all power, in each bit of the mark before a message: of white noise it is a third. */
const MIN_SHARE = 0.5;
/** First octets of messages: of one parameter or of several, a caller or waiting messages (EN 300 659-3 §5.2). */
const TYPES = [0x04, 0x06, 0x80, 0x82, 0x86];

const BIT = LINE_RATE / BITS_PER_SECOND;
const WINDOW = Math.ceil(BIT);
/** The first sample of a window counts for the part of it that is still within the bit. */
const OLDEST = BIT - Math.floor(BIT);
/** Samples after which any of the frequencies has turned whole times. */
const TURN = LINE_RATE / 100;

const cosines = Float64Array.from({ length: TURN }, (_, i) => Math.cos((2 * Math.PI * i) / TURN));
const sines = Float64Array.from({ length: TURN }, (_, i) => Math.sin((2 * Math.PI * i) / TURN));

export class FskReceiver {
  /** Messages that were heard, but not rightly: a bit lost, or the checksum wrong. */
  badMessages = 0;
  #markTurn: number;
  #spaceTurn: number;
  /** The last window: samples by cosine and sine of mark and space, and squared. */
  #ring = new Float64Array(WINDOW * 5);
  #sample = 0;
  #softest = BIT * (PEAK_OF_0_DBM0 ** 2 / 2) * 10 ** (SOFTEST_DBM0 / 10);
  /** What the line said one sample ago: above 0 mark. */
  #before = 0;
  /** Hardly anything but mark. */
  #pure = false;
  #state: 'idle' | 'mark' | 'start' | 'octet' = 'idle';
  /** Samples in this state; in `octet`, until the middle of the next bit. */
  #count = 0;
  #bit = 0;
  #octet = 0;
  #message = new Uint8Array(MAX_MESSAGE);
  #length = 0;

  constructor(kind: FskKind) {
    this.#markTurn = fskTones[kind].markHz / 100;
    this.#spaceTurn = fskTones[kind].spaceHz / 100;
  }

  /** Hears samples; returns a message that was complete and right, from type to checksum. Allocates for that only. */
  hear(samples: Int16Array): Uint8Array | undefined {
    let message: Uint8Array | undefined;
    for (let i = 0; i < samples.length; i++) {
      const now = this.#correlate(samples[i]);
      const octets = this.#follow(now);
      if (octets > 0) message = this.#message.slice(0, octets);
      this.#before = now;
    }
    return message;
  }

  /** Forgets what was begun. */
  reset(): void {
    this.#enter('idle');
    this.#ring.fill(0);
  }

  /** Above 0 for mark, below for space, 0 where neither is heard. */
  #correlate(sample: number): number {
    const ring = this.#ring;
    const newest = (this.#sample % WINDOW) * 5;
    const mark = (this.#sample * this.#markTurn) % TURN;
    const space = (this.#sample * this.#spaceTurn) % TURN;
    this.#sample = (this.#sample + 1) % (TURN * WINDOW);
    ring[newest] = sample * cosines[mark];
    ring[newest + 1] = sample * sines[mark];
    ring[newest + 2] = sample * cosines[space];
    ring[newest + 3] = sample * sines[space];
    ring[newest + 4] = sample * sample;
    const oldest = (this.#sample % WINDOW) * 5;
    let markRe = (OLDEST - 1) * ring[oldest];
    let markIm = (OLDEST - 1) * ring[oldest + 1];
    let spaceRe = (OLDEST - 1) * ring[oldest + 2];
    let spaceIm = (OLDEST - 1) * ring[oldest + 3];
    let energy = (OLDEST - 1) * ring[oldest + 4];
    for (let at = 0; at < ring.length; at += 5) {
      markRe += ring[at];
      markIm += ring[at + 1];
      spaceRe += ring[at + 2];
      spaceIm += ring[at + 3];
      energy += ring[at + 4];
    }
    if (energy < this.#softest) return 0;
    const markPower = markRe * markRe + markIm * markIm;
    const spacePower = spaceRe * spaceRe + spaceIm * spaceIm;
    // A sine alone gives half the energy of as many samples.
    this.#pure = markPower >= MIN_SHARE * energy * (BIT / 2);
    return markPower - spacePower;
  }

  /** At the end of a right message its length, else 0. */
  #follow(now: number): number {
    this.#count++;
    if (now === 0 && this.#state !== 'idle') this.#giveUp();
    switch (this.#state) {
      case 'idle':
        if (now <= 0 || !this.#pure) this.#count = 0;
        if (this.#count >= MIN_MARK_BITS * BIT) this.#enter('mark');
        break;
      case 'mark':
        if (now < 0) this.#begin(now);
        else if (this.#length > 0 && this.#count > MAX_PAUSE_BITS * BIT) this.#giveUp();
        break;
      case 'start':
        if (this.#count < 0) break;
        if (now > 0) return this.#noStart();
        this.#state = 'octet';
        this.#count -= BIT;
        this.#bit = 0;
        this.#octet = 0;
        break;
      case 'octet':
        // The middle lay between the last sample and this one.
        if (this.#count >= 0) return this.#read(now + this.#count * (this.#before - now));
    }
    return 0;
  }

  /** At an edge from mark to space, somewhere between the last sample and this one. */
  #begin(now: number): void {
    this.#state = 'start';
    this.#count = now / (now - this.#before) - BIT / 2;
  }

  /** A click within the mark. */
  #noStart(): number {
    this.#state = 'mark';
    this.#count = 0;
    return 0;
  }

  /** The middle of a bit. */
  #read(now: number): number {
    this.#count -= BIT;
    if (this.#bit < 8) {
      if (now > 0) this.#octet |= 1 << this.#bit;
      this.#bit++;
      return 0;
    }
    const known = this.#length > 0 || TYPES.includes(this.#octet);
    if (now < 0 || !known) {
      this.#giveUp();
      return 0;
    }
    this.#message[this.#length++] = this.#octet;
    this.#state = 'mark';
    this.#count = 0;
    return this.#length >= 2 && this.#length === this.#message[1] + 3 ? this.#complete() : 0;
  }

  #complete(): number {
    const length = this.#length;
    let sum = 0;
    for (let at = 0; at < length; at++) sum += this.#message[at];
    this.#enter('idle');
    if ((sum & 0xff) === 0) return length;
    this.badMessages++;
    return 0;
  }

  #giveUp(): void {
    if (this.#length > 0) this.badMessages++;
    this.#enter('idle');
  }

  #enter(state: 'idle' | 'mark'): void {
    this.#state = state;
    this.#count = 0;
    this.#length = 0;
  }
}

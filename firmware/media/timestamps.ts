/** Where packets of a stream belong: their timestamps as places in its sound, in samples. Both wrap with 32 bits. */
import type { Codec } from './codec.js';

export class Timestamps {
  /** A timestamp and its place, from which the others are counted. */
  #timestamp = 0;
  #place = 0;
  #samples: number;
  #units: number;

  constructor({ sampleRate, rtpClockRate }: Codec) {
    this.#samples = sampleRate;
    this.#units = rtpClockRate;
  }

  /** The place of a packet that has come; others are counted from there. */
  placeOf(timestamp: number): number {
    const ahead = Math.round((((timestamp - this.#timestamp) | 0) * this.#samples) / this.#units);
    this.#timestamp = (this.#timestamp + (ahead * this.#units) / this.#samples) >>> 0;
    this.#place = (this.#place + ahead) | 0;
    return this.#place;
  }

  /** The timestamp of a place that has one. */
  of(place: number): number {
    return (this.#timestamp + (((place - this.#place) | 0) * this.#units) / this.#samples) >>> 0;
  }

  /** Whether a place has one: G.722 has two samples for each timestamp (RFC 3551 §4.5.2). */
  has(place: number): boolean {
    return (((place - this.#place) | 0) * this.#units) % this.#samples === 0;
  }
}

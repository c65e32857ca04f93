/**
 * One mix at work. Every rate that is spoken in it has a band: the sum of what its own talkers say, and what its
 * listeners hear: that sum, the sums of the other bands brought to its rate, each once, and what is played.
 *
 *      talkers at 8 kHz  -> sum -----------+-> heard -> listeners at 8 kHz, each without its own
 *                            \   resampled /
 *                             X----------X
 *                            /            \
 *      talkers at 16 kHz -> sum -----------+-> heard -> listeners at 16 kHz, each without its own
 *
 * What is one's own never crosses to the band one hears it in: it is subtracted exactly.
 */
import type { Codec } from './codec.js';
import type { MixId, PortId } from './contract.js';
import { frameSamples, MAX_FRAME_SAMPLES, type Rate } from './frame.js';
import { kernelWords, Places } from './kernel-memory.js';
import { Limiter } from './limiter.js';
import { addTo, takeFrom } from './mixer.js';
import { Resampler } from '../../hal/resampler.js';
import { SharedEncoding } from './shared-encoding.js';
import { MAX_PORTS } from './stats.js';

/** Frames after the last talk in which a resampler still gives out what it holds. */
const CROSSING_TAIL = 2;

export type MixPlay = { frame: Int16Array; except: PortId | undefined };

export class MixBus {
  readonly bands: Band[] = [];
  #crossings: Crossing[] = [];

  constructor(readonly id: MixId) {}

  /** Makes room for those who are in it now: their codecs, and the rates of those who have none; not in the tick. */
  arrange(codecs: readonly Codec[], plainRates: readonly Rate[] = []): void {
    const rates = new Set([...codecs.map(({ sampleRate }) => sampleRate), ...plainRates]);
    for (const band of this.bands.slice()) if (!rates.has(band.rate)) this.#drop(band);
    for (const rate of rates) if (!this.band(rate)) this.#add(new Band(rate));
    for (const band of this.bands) band.arrange(codecs.filter(({ sampleRate }) => sampleRate === band.rate));
  }

  band(rate: Rate): Band | undefined {
    return this.bands.find((band) => band.rate === rate);
  }

  begin(): void {
    for (let i = 0; i < this.bands.length; i++) this.bands[i].begin();
  }

  /** Everybody has been heard: makes what they will hear. */
  finish(): void {
    for (let i = 0; i < this.bands.length; i++) this.bands[i].finish();
    for (let i = 0; i < this.#crossings.length; i++) this.#crossings[i].run();
    for (let i = 0; i < this.bands.length; i++) this.bands[i].encode();
  }

  close(): void {
    for (const band of this.bands.slice()) this.#drop(band);
  }

  #add(band: Band): void {
    for (const other of this.bands)
      this.#crossings.push(new Crossing(band, other), new Crossing(other, band));
    this.bands.push(band);
  }

  #drop(band: Band): void {
    band.close();
    for (const crossing of this.#crossings) if (crossing.touches(band)) crossing.close();
    this.#crossings = this.#crossings.filter((crossing) => !crossing.touches(band));
    this.bands.splice(this.bands.indexOf(band), 1);
  }
}

/** A word, set in ticks in which somebody talked, then, from 16 bytes on, the two sums. No port has more than one band. */
const places = new Places('bands', MAX_PORTS, 16 + 2 * 4 * MAX_FRAME_SAMPLES);

export class Band {
  /** In the memory of the kernels. */
  readonly place = places.take();
  /** What its own talkers say. */
  readonly sum: Int32Array;
  /** All that is to be heard. */
  readonly heard: Int32Array;
  /** What is played to all but one. */
  plays: MixPlay[] = [];
  /** Frames until its sum is silence for the other bands. */
  tail = 0;
  #whole: Int16Array;
  #limiter = new Limiter();
  #isLimited = false;
  #shared: SharedEncoding[] = [];

  constructor(readonly rate: Rate) {
    const samples = frameSamples(rate);
    const at = (this.place + 16) >> 2;
    this.sum = kernelWords.subarray(at, at + samples);
    this.heard = kernelWords.subarray(at + samples, at + 2 * samples);
    this.#whole = new Int16Array(samples);
  }

  arrange(codecs: readonly Codec[]): void {
    for (const shared of this.#shared) if (!codecs.includes(shared.codec)) shared.close();
    this.#shared = this.#shared.filter((shared) => codecs.includes(shared.codec));
    for (const codec of codecs) if (!this.shared(codec)) this.#shared.push(new SharedEncoding(codec));
  }

  shared(codec: Codec): SharedEncoding | undefined {
    return this.#shared.find((shared) => shared.codec === codec);
  }

  begin(): void {
    this.sum.fill(0);
    kernelWords[this.place >> 2] = 0;
    this.#isLimited = false;
    for (let i = 0; i < this.#shared.length; i++) this.#shared[i].begin();
    if (this.tail > 0) this.tail--;
  }

  add(frame: Int16Array): void {
    addTo(this.sum, frame);
    kernelWords[this.place >> 2] = 1;
  }

  finish(): void {
    if (kernelWords[this.place >> 2] !== 0) this.tail = CROSSING_TAIL;
    this.heard.set(this.sum);
    for (let i = 0; i < this.plays.length; i++) addTo(this.heard, this.plays[i].frame);
  }

  /** Everything has been brought to it: encodes it for steady streams that want that. */
  encode(): void {
    for (let i = 0; i < this.#shared.length; i++)
      if (this.#shared[i].isWanted) this.#shared[i].encode(this.whole());
  }

  close(): void {
    this.arrange([]);
    places.give(this.place);
  }

  /** Takes away what is played for others than this port. */
  takeExcepted(heard: Int32Array, port: PortId): void {
    for (let i = 0; i < this.plays.length; i++)
      if (this.plays[i].except === port) takeFrom(heard, this.plays[i].frame);
  }

  hasExcepted(port: PortId): boolean {
    for (let i = 0; i < this.plays.length; i++) if (this.plays[i].except === port) return true;
    return false;
  }

  /** What those hear who do not talk. */
  whole(): Int16Array {
    if (!this.#isLimited) this.#limiter.whole(this.#whole, this.heard);
    this.#isLimited = true;
    return this.#whole;
  }
}

/** Brings what is said in one band to those who listen in another. */
class Crossing {
  #limiter = new Limiter();
  #resampler: Resampler;
  #said: Int16Array;
  #brought: Int16Array;

  constructor(
    private readonly from: Band,
    private readonly to: Band,
  ) {
    this.#resampler = new Resampler(from.rate, to.rate);
    this.#said = new Int16Array(from.sum.length);
    this.#brought = new Int16Array(to.sum.length);
  }

  touches(band: Band): boolean {
    return this.from === band || this.to === band;
  }

  run(): void {
    if (this.from.tail === 0) return;
    this.#limiter.whole(this.#said, this.from.sum);
    this.#resampler.run(this.#said, this.#brought);
    addTo(this.to.heard, this.#brought);
  }

  close(): void {
    this.#resampler.close();
  }
}

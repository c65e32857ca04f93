/**
 * Puts one peer's packets in order and hands out 20 ms at a time, as late as needed and no later.
 *
 *      put -> packet-queue ---- take ----> sound-line -> pull
 *                 gap: concealment ^           ^ too much delay: time-scale
 *
 * A packet that goes on where the line ends need not wait in the queue: it is decoded straight into the line.
 *
 * The place of a packet is its timestamp, so that silence suppression, keys between the audio (RFC 4733) and any
 * ptime from 10 to 60 ms need no care of their own. Time is counted in ticks of 20 ms, as packets are seen at the tick
 * only: on a clean network each is heard at the very tick that finds it.
 *
 * The delay grows in gaps, where the voice is stretched anyway. While more than a few packets come later than it allows, a gap
 * is bridged without moving on, so that those still find their place; and a packet that comes when its time was bridged is
 * heard all the same if it is late by no more than a tick, or no later than more than a few, or if nothing else is
 * there to be heard. So a slow clock's packets, which come a tick later every so often, cost one tick of stretched voice and
 * no packet; never to stretch that either, each such leg would have to lag by 20 ms for good. The delay shrinks in
 * silence, else after a calm while, by pitch periods and by single samples.
 */
import type { Codec, Decoder } from './codec.js';
import { FRAME_MS, RATES } from './frame.js';
import { ArrivalDelays } from './arrival-delays.js';
import { Concealment, JOIN_MS } from './concealment.js';
import { MAX_PACKET_BYTES, PacketQueue } from './packet-queue.js';
import { SequenceCount } from './sequence-count.js';
import { SoundLine } from './sound-line.js';
import { cutPeriod, squeeze } from './time-scale.js';
import { Timestamps } from './timestamps.js';

const MAX_PACKET_MS = 60;
const MAX_DELAY_MS = 200;
/** The delay grows while more packets than this come too late for it, and shrinks while fewer would. */
const GROW_SHARE = 0.01;
const SHRINK_SHARE = 0.002;
/** Ticks since the delay grew before it may shrink. */
const CALM_TICKS = 100;
/** One frame of so many is played a little faster while there is delay too much. */
const SQUEEZE_TICKS = 4;

/** Where packets of a rate are decoded, whoever's: what is made of one is on its line before the next one comes. */
const decodedAt = new Map(RATES.map((rate) => [rate, new Int16Array((MAX_PACKET_MS * rate) / 1000)]));

export class JitterBuffer {
  /** Packets that came when their time was over, heard or not. */
  late = 0;
  resyncs = 0;
  #codec: Codec;
  #decoder: Decoder;
  #perMs: number;
  #sequences = new SequenceCount();
  #timestamps: Timestamps;
  #queue = new PacketQueue();
  #delays = new ArrivalDelays();
  readonly line: SoundLine;
  #concealment: Concealment;
  #decoded: Int16Array;
  #synced = false;
  /** Place of the sample that follows the line. */
  #next = 0;
  /** Samples at the end of the line that came in this tick. */
  #fresh = 0;
  /** Place of the sample that the decoder expects. */
  #decodedTo = 0;
  /** Place of a sample that is heard at once, without any delay. */
  #now = 0;
  /** What bridged the gap so far is delay that was wanted, not in place of anything. */
  #grown = false;
  #calmTicks = 0;
  #lastSequence = 0;
  #recoveredFor = -1;
  #concealed = 0;
  #jitter = 0;
  #lastDelay = 0;

  constructor(codec: Codec) {
    this.#codec = codec;
    this.#decoder = codec.createDecoder();
    this.#timestamps = new Timestamps(codec);
    this.#perMs = codec.sampleRate / 1000;
    this.line = new SoundLine(codec.sampleRate);
    this.#concealment = new Concealment(this.line, codec.sampleRate);
    this.#decoded = decodedAt.get(codec.sampleRate)!;
  }

  /** Packets expected by their sequence numbers but not received (RFC 3550 appendix A.3). */
  get lost(): number {
    return this.#sequences.lost;
  }

  get duplicates(): number {
    return this.#sequences.duplicates;
  }

  /** Audio that had to be made up for lost and late packets, ms. */
  get concealedMs(): number {
    return this.#concealed / this.#perMs;
  }

  /** How much later than with the quickest packet of the last while all are heard, ms. */
  get delayMs(): number {
    // Timestamps may run ahead of what is heard, for a moment.
    return this.#synced ? Math.max(0, this.#delay() - this.#delays.least) / this.#perMs : 0;
  }

  /** Interarrival jitter in timestamp units (RFC 3550 §6.4.1), of arrivals as the ticks see them. */
  get interarrivalJitter(): number {
    return Math.round((this.#jitter * this.#codec.rtpClockRate) / this.#codec.sampleRate);
  }

  /** Takes a packet's payload; copies it. False if it is of no use. */
  put(
    ssrc: number,
    sequence: number,
    timestamp: number,
    bytes: Uint8Array,
    offset: number,
    length: number,
  ): boolean {
    if (length === 0 || length > MAX_PACKET_BYTES) return false;
    const samples = this.#codec.samplesIn(bytes, offset, length);
    if (samples === 0 || samples > this.#decoded.length) return false;
    return this.#enter(ssrc, sequence, timestamp, samples, bytes, offset, length);
  }

  /** Takes comfort noise (RFC 3389): from its timestamp on there is silence until the next packet, and no loss. */
  silence(ssrc: number, sequence: number, timestamp: number): void {
    if (this.#synced) this.#enter(ssrc, sequence, timestamp, 0, this.#queue.bytes, 0, 0);
  }

  /** Tells of a packet that carries no audio (a key) but has a sequence number of this stream. */
  skip(ssrc: number, sequence: number, timestamp: number): void {
    if (this.#synced) this.#number(ssrc, sequence, timestamp);
  }

  /** Whether nothing is to be done in the next ticks but to append what comes in order, and to hear what is on the line. */
  isSteady(ticks: number): boolean {
    const isInOrder =
      this.#queue.isEmpty && this.#next === this.#decodedTo && this.#timestamps.has(this.#next);
    const mayShrink = this.#calmTicks + ticks > CALM_TICKS && this.#surplus > 0;
    const isKnown = this.#decoder.place !== undefined;
    return this.#synced && isKnown && isInOrder && this.#concealment.isOver && !mayShrink;
  }

  /** Of the packet that is due. */
  get ssrc(): number {
    return this.#sequences.ssrc;
  }
  get dueSequence(): number {
    return (this.#sequences.highest + 1) & 0xffff;
  }
  get dueTimestamp(): number {
    return this.#timestamps.of(this.#next);
  }

  /** See Decoder. */
  get decoderPlace(): number {
    return this.#decoder.place ?? 0;
  }

  /** The packet that is due came, and was appended to the line by somebody else. */
  appended(samples: number): void {
    const timestamp = this.dueTimestamp;
    const number = this.#sequences.note(this.dueSequence);
    const place = this.#timestamps.placeOf(timestamp);
    this.#goOn(place, number, samples);
    this.#arrived(place);
  }

  /** A tick in which so many samples of the line were heard by somebody else. */
  passed(samples: number): void {
    this.#calmTicks++;
    this.#fresh = 0;
    this.#now = (this.#now + samples) | 0;
  }

  /** Fills `out` with the next 20 ms; false if it is all silence or concealment. */
  pull(out: Int16Array): boolean {
    if (!this.#synced) {
      out.fill(0);
      return false;
    }
    this.#calmTicks++;
    this.#settle();
    this.#fresh = 0;
    const surplus = this.#surplus;
    if (surplus > 0 && this.#concealment.silent) this.#shortenSilence(surplus);
    const real = this.#load(out.length);
    if (!(surplus > 0 && this.#calmTicks > CALM_TICKS && this.#hearFaster(out, surplus))) {
      const { pcm, at } = this.line;
      for (let i = 0; i < out.length; i++) out[i] = pcm[at + i];
      this.line.at += out.length;
    }
    this.#now = (this.#now + out.length) | 0;
    return real;
  }

  /** What was heard last is not to fill the next gap. */
  forgetSound(): void {
    this.#concealment.forget();
  }

  /** Forgets the stream: the next packet begins a new one. */
  reset(): void {
    if (this.#synced) this.#sequences.end();
    this.#synced = false;
    this.#queue.clear();
    this.line.clear();
    this.#fresh = 0;
    this.#concealment.forget();
  }

  close(): void {
    this.line.close();
    this.#decoder.close();
  }

  #enter(
    ssrc: number,
    sequence: number,
    timestamp: number,
    samples: number,
    bytes: Uint8Array,
    offset: number,
    length: number,
  ): boolean {
    const number = this.#number(ssrc, sequence, timestamp);
    if (number < 0) return false;
    const place = this.#timestamps.placeOf(timestamp);
    const maxDelay = MAX_DELAY_MS * this.#perMs;
    const margin = (place - this.#next) | 0;
    if (margin < 0) this.late++;
    if (margin < -maxDelay && number !== this.#sequences.highest) return false;
    if (margin < -maxDelay || margin > maxDelay) {
      this.resyncs++;
      this.#start(place);
    }
    if (samples > 0 && this.#isNext(place)) this.#append(place, number, samples, bytes, offset, length);
    else this.#queue.add(place, samples, number, bytes, offset, length);
    this.#arrived(place);
    return true;
  }

  #arrived(place: number): void {
    const delay = (this.#now - place) | 0;
    this.#delays.add(delay);
    this.#jitter += (Math.abs(delay - this.#lastDelay) - this.#jitter) / 16;
    this.#lastDelay = delay;
  }

  /** Whether a packet goes on where the line ends, and its turn comes in this tick. */
  #isNext(place: number): boolean {
    return (
      place === this.#next &&
      place === this.#decodedTo &&
      this.#queue.isEmpty &&
      this.#concealment.hidden === 0 &&
      this.line.waiting < FRAME_MS * this.#perMs
    );
  }

  #append(
    place: number,
    number: number,
    samples: number,
    bytes: Uint8Array,
    offset: number,
    length: number,
  ): void {
    if (this.#decoder.decodeSoon) {
      this.#settle();
      const at = this.#concealment.follow(samples);
      this.#decoder.decodeSoon(bytes, offset, length, this.line.pcm, at);
    } else {
      samples = this.#decoder.decode(bytes, offset, length, this.#decoded);
      this.#concealment.join(this.#decoded, 0, samples, false);
    }
    this.#goOn(place, number, samples);
  }

  #goOn(place: number, number: number, samples: number): void {
    this.#next = this.#decodedTo = (place + samples) | 0;
    this.#fresh += samples;
    this.#lastSequence = number;
  }

  /** Sees that what came in this tick is on the line. */
  #settle(): void {
    if (this.#fresh > 0) this.#codec.settle?.();
  }

  /** The packet's number in the stream, -1 for one that was here before; begins a new stream where it must. */
  #number(ssrc: number, sequence: number, timestamp: number): number {
    if (!this.#synced || !this.#sequences.continues(ssrc, sequence)) {
      if (this.#synced) this.resyncs++;
      this.#sequences.begin(ssrc, sequence);
      this.#synced = true;
      this.#jitter = 0;
      this.#start(this.#timestamps.placeOf(timestamp));
    }
    return this.#sequences.note(sequence);
  }

  /** Begins at a packet that has just come. */
  #start(place: number): void {
    this.#settle();
    this.#queue.clear();
    this.#delays.clear();
    this.line.end -= this.#fresh;
    this.#fresh = 0;
    if (this.line.waiting > 0) this.#concealment.pause();
    this.#next = this.#now = this.#decodedTo = place;
    this.#lastDelay = 0;
    this.#grown = false;
    this.#calmTicks = 0;
  }

  /** From a place's own time until it is heard. */
  #delay(): number {
    return (this.#now - this.#next + this.line.waiting) | 0;
  }

  /** Delay that hardly any packet needs. */
  get #surplus(): number {
    return this.#delay() - this.#delays.exceededBy(SHRINK_SHARE);
  }

  /** A delay that few packets exceed, but no more than is tolerable. */
  get #wanted(): number {
    return Math.min(this.#delays.exceededBy(GROW_SHARE), this.#delays.least + MAX_DELAY_MS * this.#perMs);
  }

  /** Sees that `wanted` samples wait; whether any of them is real. */
  #load(wanted: number): boolean {
    let real = this.line.waiting > 0;
    while (this.line.waiting < wanted)
      if (this.#take()) real = true;
      else this.#bridge(wanted - this.line.waiting);
    return real;
  }

  /** Adds the packet whose turn it is to the line; false if it is not there. */
  #take(): boolean {
    const queue = this.#queue;
    for (let slot = queue.first; slot >= 0; slot = queue.first) {
      const place = queue.places[slot];
      let past = (this.#next - place) | 0;
      if (past < 0) return this.#recover(slot, -past);
      const back = past > 0 && this.#goesBack(place);
      if (back) past = 0;
      queue.removeFirst();
      if (queue.samples[slot] === 0) {
        this.#concealment.pause();
        this.#lastSequence = queue.sequences[slot];
        continue;
      }
      const samples = this.#decode(slot);
      if (samples === 0 || (past > 0 && samples - past < this.#fade)) continue;
      const grown = back || this.#grown;
      this.#concealment.join(this.#decoded, past, samples, grown);
      this.#next = (place + samples) | 0;
      this.#grown = false;
      if (grown) this.#calmTicks = 0;
      return true;
    }
    return false;
  }

  /** Decodes also what comes too late to be heard, for what follows; 0 if that was decoded already. */
  #decode(slot: number): number {
    const { bytes, lengths, places, sequences } = this.#queue;
    const at = slot * MAX_PACKET_BYTES;
    const gap = (places[slot] - this.#decodedTo) | 0;
    if (gap < 0) return 0;
    if (gap > 0 && !this.#isPause(slot)) this.#decoder.resume?.(bytes, at, lengths[slot]);
    const samples = this.#decoder.decode(bytes, at, lengths[slot], this.#decoded);
    this.#decodedTo = (places[slot] + samples) | 0;
    this.#lastSequence = sequences[slot];
    return samples;
  }

  /** The least that must be left of a packet that comes too late. */
  get #fade(): number {
    return this.#concealment.hidden > 0 ? JOIN_MS * this.#perMs : 1;
  }

  /** Whether a packet is still to be heard though its time was bridged. */
  #goesBack(place: number): boolean {
    if (this.#concealment.hidden === 0) return false;
    const delay = (this.#now - place) | 0;
    const later = delay - this.#delays.least;
    if (later > MAX_DELAY_MS * this.#perMs) return false;
    if (later <= FRAME_MS * this.#perMs || delay <= this.#wanted) return true;
    const { last, places, samples } = this.#queue;
    return ((places[last] + samples[last] - this.#next) | 0) < this.#fade;
  }

  /** Adds the lost packet before that in `slot`, which begins in `ahead` samples, if that tells of it. */
  #recover(slot: number, ahead: number): boolean {
    const { bytes, lengths, samples, sequences } = this.#queue;
    if (!this.#decoder.recover || ahead > samples[slot]) return false;
    if (this.#recoveredFor === sequences[slot] || this.#isPause(slot)) return false;
    this.#recoveredFor = sequences[slot];
    const found = this.#decoder.recover(bytes, slot * MAX_PACKET_BYTES, lengths[slot], this.#decoded);
    if (found < ahead) return false;
    this.#concealment.join(this.#decoded, found - ahead, found, false);
    this.#next = (this.#next + ahead) | 0;
    return true;
  }

  /** A step of the timestamp but not of the sequence: nothing was sent in between. */
  #isPause(slot: number): boolean {
    return this.#queue.sequences[slot] === this.#lastSequence + 1;
  }

  /** Adds up to `count` samples that no packet holds: in place of what is missing, or for it to come still. */
  #bridge(count: number): void {
    const slot = this.#queue.first;
    if (slot >= 0) {
      const ahead = (this.#queue.places[slot] - this.#next) | 0;
      const own = this.#queue.samples[slot];
      count = Math.min(count, this.#decoder.recover && ahead > own ? ahead - own : ahead);
      if (this.#isPause(slot)) this.#concealment.pause();
    }
    this.#concealment.extend(count);
    if (this.#delay() <= this.#wanted) this.#grown = true;
    else this.#next = (this.#next + count) | 0;
    if (!this.#concealment.silent) this.#concealed += count;
  }

  /** Leaves silence out. */
  #shortenSilence(surplus: number): void {
    const slot = this.#queue.first;
    const ahead = slot < 0 ? surplus : (this.#queue.places[slot] - this.#next) | 0;
    if (ahead > 0) this.#next = (this.#next + Math.min(surplus, ahead)) | 0;
  }

  /** Takes delay away by a pitch period or by some samples; false if `out` is still to be filled. */
  #hearFaster(out: Int16Array, surplus: number): boolean {
    const line = this.line;
    const squeezed = this.#perMs >> 3;
    if (this.#concealment.hidden > 0) return false;
    while (line.waiting < 2 * out.length && this.#takeWhole());
    const most = Math.min(surplus, line.waiting - out.length);
    if (cutPeriod(line, most, this.#perMs) > 0) return false;
    if (this.#calmTicks % SQUEEZE_TICKS > 0 || most < squeezed + 2) return false;
    squeeze(line, out, squeezed);
    return true;
  }

  /** Adds the next packet to the line if it follows without a gap. */
  #takeWhole(): boolean {
    const slot = this.#queue.first;
    return slot >= 0 && this.#queue.places[slot] === this.#next && this.#take();
  }
}

/**
 * Puts one peer's packets in order and hands out 20 ms at a time (RFC 3550 §6.4.1 tells what jitter is).
 *
 * The place of a packet is its timestamp, so that silence suppression, keys between the audio (RFC 4733) and any
 * ptime from 10 to 60 ms need no care of their own:
 *
 *      play point                                   newest packet
 *          v                                             v
 *     -----[ 10 ms ][ 10 ms ][ 10 ms ][ 10 ms ][ 10 ms ][ 10 ms ]---  slot = timestamp / 64
 *          |<------------- margin = the delay ---------->|
 *
 * A packet that comes too late moves the play point back (more delay); when every packet of a while came early, it
 * moves on by a frame at the next quiet moment (less delay).
 */
import type { Codec, Decoder } from './codec.js';
import { Concealment } from './concealment.js';

const FRAME_SAMPLES = 160;
/** A power of two, so that slots go on evenly where timestamps wrap; no two packets of 10 ms share one. */
const SLOT_SAMPLES = 64;
const SLOTS = 64;
const SLOT_BYTES = 480;
const START_DELAY = 2 * FRAME_SAMPLES;
const MAX_DELAY = 10 * FRAME_SAMPLES;
/** Packets after which the delay is looked at again. */
const WINDOW_PACKETS = 100;
/** Below this peak (about -44 dBm0) a frame may be left out unheard. */
const QUIET = 200;
/** Sequence numbers remembered to tell a late packet from one that comes twice. */
const SEEN = 64;
/** RFC 3550 appendix A.1: a larger step of the sequence number is a new beginning. */
const MAX_DROPOUT = 3000;

export class JitterBuffer {
  duplicates = 0;
  late = 0;
  resyncs = 0;
  #codec: Codec;
  #decoder: Decoder;
  #bytes = new Uint8Array(SLOTS * SLOT_BYTES);
  #lengths = new Uint16Array(SLOTS);
  #timestamps = new Uint32Array(SLOTS);
  #pcm = new Int16Array(SLOT_BYTES);
  #pcmAt = 0;
  #pcmEnd = 0;
  #concealment = new Concealment();
  #synced = false;
  #ssrc = 0;
  /** Timestamp of the sample to be heard next. */
  #playPoint = 0;
  #firstSequence = 0;
  #highest = 0;
  #received = 0;
  #lostBefore = 0;
  #seen = new Float64Array(SEEN).fill(-1);
  #windowPackets = 0;
  #windowMargin = Infinity;
  #surplus = false;

  constructor(codec: Codec) {
    this.#codec = codec;
    this.#decoder = codec.createDecoder();
  }

  /** Packets expected by their sequence numbers but not received (RFC 3550 appendix A.3). */
  get lost(): number {
    return this.#lostBefore + this.#lostNow();
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
    const samples = this.#codec.samplesIn(bytes, offset, length);
    if (length === 0 || length > SLOT_BYTES || samples > this.#pcm.length) return false;
    if (!this.#note(ssrc, sequence, timestamp)) return false;
    const newest = this.#seen[sequence % SEEN] === this.#highest;
    let margin = (timestamp - this.#playPoint) | 0;
    if (margin < 0) {
      this.late++;
      if (!newest) return false;
      if (margin < -MAX_DELAY) this.#restart(timestamp);
      else this.#moveBack(Math.ceil(-margin / FRAME_SAMPLES) * FRAME_SAMPLES);
      margin = (timestamp - this.#playPoint) | 0;
    } else if (margin > MAX_DELAY) {
      this.#restart(timestamp);
      margin = START_DELAY;
    }
    const slot = slotOf(timestamp);
    const at = slot * SLOT_BYTES;
    for (let i = 0; i < length; i++) this.#bytes[at + i] = bytes[offset + i];
    this.#lengths[slot] = length;
    this.#timestamps[slot] = timestamp;
    this.#watchDelay(margin);
    return true;
  }

  /** Tells of a packet that carries no audio (a key) but has a sequence number of this stream. */
  skip(ssrc: number, sequence: number, timestamp: number): void {
    if (this.#synced) this.#note(ssrc, sequence, timestamp);
  }

  /** Fills `out` with the next 20 ms; false if it is all silence or concealment. */
  pull(out: Int16Array): boolean {
    if (!this.#synced) {
      out.fill(0);
      return false;
    }
    const real = this.#fill(out);
    if (!this.#surplus || !isQuiet(out)) return real;
    this.#surplus = false;
    return this.#fill(out);
  }

  #fill(out: Int16Array): boolean {
    let filled = 0;
    let real = false;
    while (filled < FRAME_SAMPLES) {
      if (this.#pcmAt < this.#pcmEnd || this.#takeSlot()) {
        const count = Math.min(FRAME_SAMPLES - filled, this.#pcmEnd - this.#pcmAt);
        for (let i = 0; i < count; i++) out[filled + i] = this.#pcm[this.#pcmAt + i];
        this.#pcmAt += count;
        filled += count;
        this.#playPoint = (this.#playPoint + count) >>> 0;
        real = true;
        continue;
      }
      const count = this.#gap(FRAME_SAMPLES - filled);
      this.#concealment.fill(out, filled, count);
      filled += count;
      this.#playPoint = (this.#playPoint + count) >>> 0;
    }
    if (real) this.#concealment.heard(out);
    return real;
  }

  /** What was heard last is not to fill the next gap. */
  forgetSound(): void {
    this.#concealment.reset();
  }

  close(): void {
    this.#decoder.close();
  }

  /** Forgets the stream: the next packet begins a new one. */
  reset(): void {
    if (this.#synced) this.#lostBefore += this.#lostNow();
    this.#synced = false;
    this.#clear();
  }

  /** Keeps the books of sequence numbers; false for a packet that was here before. */
  #note(ssrc: number, sequence: number, timestamp: number): boolean {
    const step = (((sequence - this.#highest) & 0xffff) << 16) >> 16;
    if (!this.#synced || ssrc !== this.#ssrc || Math.abs(step) > MAX_DROPOUT) {
      if (this.#synced) this.resyncs++;
      this.reset();
      this.#synced = true;
      this.#ssrc = ssrc;
      // One turn up, so that a packet from before the first one has a number too.
      this.#firstSequence = this.#highest = sequence + 0x10000;
      this.#seen.fill(-1);
      this.#received = 0;
      this.#playPoint = (timestamp - START_DELAY) >>> 0;
    }
    const extended = this.#highest + ((((sequence - this.#highest) & 0xffff) << 16) >> 16);
    if (this.#seen[sequence % SEEN] === extended || extended <= this.#highest - SEEN) {
      this.duplicates++;
      return false;
    }
    this.#seen[sequence % SEEN] = extended;
    if (extended > this.#highest) this.#highest = extended;
    if (extended < this.#firstSequence) this.#firstSequence = extended;
    this.#received++;
    return true;
  }

  #lostNow(): number {
    if (!this.#synced) return 0;
    return this.#highest - this.#firstSequence + 1 - this.#received;
  }

  /** Decodes the packet at the play point, if there is one. */
  #takeSlot(): boolean {
    const slot = slotOf(this.#playPoint);
    const length = this.#lengths[slot];
    if (length === 0) return false;
    const skipped = (this.#playPoint - this.#timestamps[slot]) | 0;
    if (skipped < 0) return false;
    this.#lengths[slot] = 0;
    this.#pcmEnd = this.#decoder.decode(this.#bytes, slot * SLOT_BYTES, length, this.#pcm);
    this.#pcmAt = Math.min(skipped, this.#pcmEnd);
    return this.#pcmAt < this.#pcmEnd;
  }

  /** Samples without a packet from the play point on, at most `wanted`. */
  #gap(wanted: number): number {
    const slot = slotOf(this.#playPoint);
    const ahead = (this.#timestamps[slot] - this.#playPoint) | 0;
    if (this.#lengths[slot] > 0 && ahead > 0) return Math.min(wanted, ahead);
    return Math.min(wanted, SLOT_SAMPLES - (this.#playPoint % SLOT_SAMPLES));
  }

  /** Begins again at a packet whose timestamp is far from the play point. */
  #restart(timestamp: number): void {
    this.resyncs++;
    this.#clear();
    this.#playPoint = (timestamp - START_DELAY) >>> 0;
  }

  #clear(): void {
    this.#lengths.fill(0);
    this.#pcmAt = this.#pcmEnd = 0;
    this.#concealment.reset();
    this.#surplus = false;
    this.#windowPackets = 0;
    this.#windowMargin = Infinity;
  }

  /** Takes a frame of delay away when the latest of many packets still came more than a frame early. */
  #watchDelay(margin: number): void {
    if (margin < this.#windowMargin) this.#windowMargin = margin;
    if (++this.#windowPackets < WINDOW_PACKETS) return;
    this.#surplus = this.#windowMargin >= START_DELAY;
    this.#windowPackets = 0;
    this.#windowMargin = Infinity;
  }

  #moveBack(samples: number): void {
    this.#playPoint = (this.#playPoint - samples) >>> 0;
    this.#pcmAt = this.#pcmEnd = 0;
    this.#surplus = false;
    this.#windowPackets = 0;
    this.#windowMargin = Infinity;
  }
}

function slotOf(timestamp: number): number {
  return (timestamp >>> 6) % SLOTS;
}

function isQuiet(frame: Int16Array): boolean {
  for (let i = 0; i < frame.length; i++) if (frame[i] > QUIET || frame[i] < -QUIET) return false;
  return true;
}

/**
 * What is recorded on its way out of the media worker: a ring of records in shared memory. The one side writes in the tick
 * and never waits; the other, a thread of its own, reads at its own pace. A record is a head of words, then perhaps samples;
 * none goes round the corner. What a tick wrote is seen all at once.
 */
import { MAX_FRAME_SAMPLES } from './frame.js';

/** Recordings at the same time; they are numbered from 0. */
export const MAX_RECORDINGS = 256;
/** 16 MiB: 100 who talk at once, in wideband, for five seconds. */
const RING_WORDS = 1 << 22;
/** Of these the same are used again and again while the reader keeps up, so that the others take no memory. */
const USUAL_WORDS = 1 << 16;

const WRITTEN = 0;
const READ = 1;
/** Of each recording: ticks that are stored. */
const TICKS = 2;
const CONTROL_WORDS = TICKS + MAX_RECORDINGS;

const HEAD_WORDS = 6;
const KIND = { skip: 0, frame: 1, tick: 2, stretch: 3, consent: 4, end: 5 } as const;

export function createRecordingBlock(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4 * (CONTROL_WORDS + RING_WORDS)));
}

/** How many ticks of a recording are stored. */
export function ticksOf(block: Int32Array, recording: number): number {
  return Atomics.load(block, TICKS + recording);
}

export function setTicks(block: Int32Array, recording: number, ticks: number): void {
  Atomics.store(block, TICKS + recording, ticks);
}

/** The side of the tick: nothing here allocates. Each method is false if there is no room. */
export class RingWriter {
  #words: Int32Array;
  #samples: Int16Array;
  #at = 0;
  #read = 0;

  constructor(private readonly block: Int32Array) {
    this.#words = block.subarray(CONTROL_WORDS);
    this.#samples = new Int16Array(this.#words.buffer, this.#words.byteOffset);
  }

  /** Before the records of a tick. */
  begin(): void {
    this.#at = Atomics.load(this.block, WRITTEN);
    this.#read = Atomics.load(this.block, READ);
    if (this.#at === this.#read && (this.#at & (RING_WORDS - 1)) > USUAL_WORDS) this.#skipToStart();
  }

  /** After them. */
  publish(): void {
    Atomics.store(this.block, WRITTEN, this.#at);
  }

  frame(recording: number, tick: number, track: number, frame: Int16Array, speaking: boolean): boolean {
    const at = this.#record(KIND.frame, recording, tick, frame.length >> 1);
    if (at < 0) return false;
    this.#words[at + 3] = track;
    this.#words[at + 4] = frame.length;
    this.#words[at + 5] = speaking ? 1 : 0;
    this.#samples.set(frame, 2 * (at + HEAD_WORDS));
    return true;
  }

  /** All that is said in this tick has been written. */
  tick(recording: number, tick: number): boolean {
    return this.#record(KIND.tick, recording, tick, 0) >= 0;
  }

  /** With this tick storing begins, or begins again; `wallMs`: the time of day. */
  stretch(recording: number, tick: number, wallMs: number): boolean {
    return this.#timed(KIND.stretch, recording, tick, 0, wallMs);
  }

  /** With this tick a party's sound begins to be stored. */
  consent(recording: number, tick: number, track: number, wallMs: number): boolean {
    return this.#timed(KIND.consent, recording, tick, track, wallMs);
  }

  /** Nothing follows. */
  end(recording: number, ticks: number): boolean {
    return this.#record(KIND.end, recording, ticks, 0) >= 0;
  }

  #timed(kind: number, recording: number, tick: number, track: number, wallMs: number): boolean {
    const at = this.#record(kind, recording, tick, 0);
    if (at < 0) return false;
    this.#words[at + 3] = track;
    this.#words[at + 4] = wallMs % 2 ** 32;
    this.#words[at + 5] = wallMs / 2 ** 32;
    return true;
  }

  /** Index of a new record, or -1. */
  #record(kind: number, recording: number, tick: number, more: number): number {
    const words = HEAD_WORDS + more;
    let at = this.#at & (RING_WORDS - 1);
    const corner = at + words > RING_WORDS ? RING_WORDS - at : 0;
    if (((this.#at - this.#read) | 0) + corner + words > RING_WORDS) return -1;
    if (corner > 0) {
      this.#skipToStart();
      at = 0;
    }
    this.#words[at] = kind;
    this.#words[at + 1] = recording;
    this.#words[at + 2] = tick;
    this.#at = (this.#at + words) | 0;
    return at;
  }

  #skipToStart(): void {
    const at = this.#at & (RING_WORDS - 1);
    this.#words[at] = KIND.skip;
    this.#at = (this.#at + RING_WORDS - at) | 0;
  }
}

/** What a ring is read into, in the order in which it was written. */
export type RingSink = {
  /** `frame` is valid until this returns. */
  frame(recording: number, tick: number, track: number, frame: Int16Array, speaking: boolean): void;
  tick(recording: number, tick: number): void;
  stretch(recording: number, tick: number, wallMs: number): void;
  consent(recording: number, tick: number, track: number, wallMs: number): void;
  end(recording: number, ticks: number): void;
};

/** The side of the thread that writes files. */
export class RingReader {
  #words: Int32Array;
  #samples: Int16Array;
  #frames = new Map<number, Int16Array>();

  constructor(private readonly block: Int32Array) {
    this.#words = block.subarray(CONTROL_WORDS);
    this.#samples = new Int16Array(this.#words.buffer, this.#words.byteOffset);
  }

  /** Up to where there is something to read now. */
  get end(): number {
    return Atomics.load(this.block, WRITTEN);
  }

  /** Reads on up to `end`, at most so many records; whether there are more. */
  read(sink: RingSink, end: number, records: number): boolean {
    const words = this.#words;
    let position = Atomics.load(this.block, READ);
    for (let i = 0; i < records && position !== end; i++) {
      const at = position & (RING_WORDS - 1);
      const kind = words[at];
      if (kind === KIND.skip) {
        position = (position + RING_WORDS - at) | 0;
        continue;
      }
      const samples = kind === KIND.frame ? Math.min(words[at + 4], MAX_FRAME_SAMPLES) : 0;
      position = (position + HEAD_WORDS + (samples >> 1)) | 0;
      this.#hand(sink, at, samples);
      // What was read may be written over, also if there is much more to read.
      Atomics.store(this.block, READ, position);
    }
    Atomics.store(this.block, READ, position);
    return position !== end;
  }

  #hand(sink: RingSink, at: number, samples: number): void {
    const words = this.#words;
    const [kind, recording, tick, track] = [words[at], words[at + 1], words[at + 2], words[at + 3]];
    const wallMs = (words[at + 4] >>> 0) + words[at + 5] * 2 ** 32;
    if (kind === KIND.frame) sink.frame(recording, tick, track, this.#copy(at, samples), words[at + 5] === 1);
    else if (kind === KIND.tick) sink.tick(recording, tick);
    else if (kind === KIND.stretch) sink.stretch(recording, tick, wallMs);
    else if (kind === KIND.consent) sink.consent(recording, tick, track, wallMs);
    else if (kind === KIND.end) sink.end(recording, tick);
  }

  #copy(at: number, samples: number): Int16Array {
    let frame = this.#frames.get(samples);
    if (!frame) this.#frames.set(samples, (frame = new Int16Array(samples)));
    const from = 2 * (at + HEAD_WORDS);
    for (let i = 0; i < samples; i++) frame[i] = this.#samples[from + i];
    return frame;
  }
}

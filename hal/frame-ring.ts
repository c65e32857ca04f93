/**
 * Whole frames of a line from one thread to another: a ring in shared memory, one who writes, one who reads, no locks.
 *
 *     words   0 written | 1 read | 2 overruns | 3 underruns     frames, counted modulo 2^32
 *             4 samples of a frame
 *     then    frame 0 | frame 1 | ...                           so many samples of 16 bits each
 *
 * A frame is published by one store of `written`, and given back by one of `read`.
 */

/** 20 ms at 8 kHz. */
export const FRAME_SAMPLES = 160;

const [WRITTEN, READ, OVERRUNS, UNDERRUNS, SAMPLES] = [0, 1, 2, 3, 4];
const HEADER_WORDS = 5;
const HEADER_BYTES = HEADER_WORDS * 4;

export class FrameRing {
  /** Samples of a frame. */
  readonly frameSamples: number;
  #words: Int32Array;
  #samples: Int16Array;
  #frames: number;

  /** `memory`: made by `frameRingMemory`, whoever has made it; for another thread, which makes its own ring of it. */
  constructor(readonly memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory, 0, HEADER_WORDS);
    this.#samples = new Int16Array(memory, HEADER_BYTES);
    this.frameSamples = this.#words[SAMPLES];
    this.#frames = this.#samples.length / this.frameSamples;
  }

  /** Frames that wait to be read. */
  get waiting(): number {
    return (Atomics.load(this.#words, WRITTEN) - Atomics.load(this.#words, READ)) | 0;
  }

  /** Frames that found the ring full and were lost. */
  get overruns(): number {
    return Atomics.load(this.#words, OVERRUNS);
  }

  /** Frames that were wanted and not there. */
  get underruns(): number {
    return Atomics.load(this.#words, UNDERRUNS);
  }

  /** Frames written so far, and frames read, modulo 2^32. */
  get written(): number {
    return Atomics.load(this.#words, WRITTEN);
  }

  get taken(): number {
    return Atomics.load(this.#words, READ);
  }

  /** Writes a frame; false if the ring is full: then it is lost. Allocates nothing. */
  write(frame: Int16Array): boolean {
    if (this.waiting >= this.#frames) {
      Atomics.add(this.#words, OVERRUNS, 1);
      return false;
    }
    const written = Atomics.load(this.#words, WRITTEN);
    const from = this.#placeOf(written);
    for (let i = 0; i < this.frameSamples; i++) this.#samples[from + i] = frame[i];
    Atomics.store(this.#words, WRITTEN, (written + 1) | 0);
    return true;
  }

  /** Reads the oldest frame; false, and silence, if there is none. Allocates nothing. */
  read(frame: Int16Array): boolean {
    if (this.waiting <= 0) {
      Atomics.add(this.#words, UNDERRUNS, 1);
      frame.fill(0);
      return false;
    }
    const read = Atomics.load(this.#words, READ);
    const from = this.#placeOf(read);
    for (let i = 0; i < this.frameSamples; i++) frame[i] = this.#samples[from + i];
    Atomics.store(this.#words, READ, (read + 1) | 0);
    return true;
  }

  #placeOf(count: number): number {
    return ((count >>> 0) % this.#frames) * this.frameSamples;
  }
}

/** Memory for a ring of so many frames: a power of two, so that counting may wrap. */
export function frameRingMemory(frames: 4 | 8 | 16 | 32, frameSamples = FRAME_SAMPLES): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(HEADER_BYTES + frames * frameSamples * 2);
  new Int32Array(memory)[SAMPLES] = frameSamples;
  return memory;
}

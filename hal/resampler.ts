/** Frames of one rate turned into frames of another, by speexdsp's resampler compiled to WebAssembly. */
import speex from 'speex-resampler';

/** What the package keeps for itself; its own class allocates at every call and never frees its state. */
type SpeexModule = {
  HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _speex_resampler_init(channels: number, from: number, to: number, quality: number, error: number): number;
  _speex_resampler_process_interleaved_int(
    state: number,
    input: number,
    inputLength: number,
    output: number,
    outputLength: number,
  ): number;
  _speex_resampler_destroy(state: number): void;
};

const wasm = (await speex.default.initPromise) as SpeexModule;
/** 20 ms at 48 kHz. */
const MAX_FRAME_SAMPLES = 960;
/** 0 to 10. At 4 what folds back is 60 dB down, and a frame costs some 20 us. */
const QUALITY = 4;
/** All resamplers of a thread work in one place: two lengths, then samples in, then samples out. */
const lengths = wasm._malloc(8);
const input = wasm._malloc(2 * MAX_FRAME_SAMPLES);
const output = wasm._malloc(2 * MAX_FRAME_SAMPLES);

let samples = new Int16Array(wasm.HEAPU8.buffer);
let words = new Uint32Array(wasm.HEAPU8.buffer);

export class Resampler {
  #state: number;

  /** Not in the tick. Samples per second, of which 20 ms are whole samples of both, so that a frame gives a frame. */
  constructor(from: number, to: number) {
    this.#state = wasm._speex_resampler_init(1, from, to, QUALITY, lengths);
    if (this.#state === 0) throw new Error(`no memory to resample ${from} Hz to ${to} Hz`);
  }

  /** Turns all of `from` into all of `to`; delays by a millisecond or two. */
  run(from: Int16Array, to: Int16Array): void {
    if (samples.buffer !== wasm.HEAPU8.buffer) {
      // The memory has grown, and has moved by that.
      samples = new Int16Array(wasm.HEAPU8.buffer);
      words = new Uint32Array(wasm.HEAPU8.buffer);
    }
    samples.set(from, input >> 1);
    words[lengths >> 2] = from.length;
    words[(lengths >> 2) + 1] = to.length;
    wasm._speex_resampler_process_interleaved_int(this.#state, input, lengths, output, lengths + 4);
    const at = output >> 1;
    for (let i = 0; i < to.length; i++) to[i] = samples[at + i];
  }

  close(): void {
    wasm._speex_resampler_destroy(this.#state);
  }
}

/**
 * Brings the frames of one party to the rate of the recording. Turning one rate into another takes a while, so all others
 * wait as long: whatever the rates, what was said at one instant comes out at one position.
 */
import { FRAME_MS, type Rate } from '../media/frame.js';
import { Resampler } from '../../hal/resampler.js';
import type { RecordingRate } from './consent.js';

/** Samples by which everything comes out late: the delay of the slowest way to that rate. */
export const LINE_DELAY: Record<RecordingRate, number> = { 8000: 32, 16000: 64 };

/** What the resampler itself delays by: the middle of its filter, in samples that come out. */
function resamplerDelay(from: Rate, to: RecordingRate): number {
  return from === to ? 0 : from < to ? 64 : 32;
}

/** Frames after the last sound in which something of it still comes out. */
const TAIL_FRAMES = 1;

export class TrackLine {
  readonly #out: Int16Array;
  readonly #converted: Int16Array;
  /** What waits for the next frame. */
  #held = new Int16Array(0);
  #from: Rate | undefined;
  #resampler: Resampler | undefined;
  #silence = new Int16Array(0);
  #tail = 0;

  constructor(private readonly rateHz: RecordingRate) {
    const samples = (rateHz / 1000) * FRAME_MS;
    this.#out = new Int16Array(samples);
    this.#converted = new Int16Array(samples);
  }

  /** The next 20 ms, given those that were said, or null for silence; null if it is silence. Valid until the next call. */
  pass(frame: Int16Array | null): Int16Array | null {
    if (frame) {
      this.#take((frame.length * 1000) / FRAME_MS);
      this.#tail = TAIL_FRAMES;
    } else if (this.#tail-- <= 0) {
      this.#tail = 0;
      return null;
    }
    const said = frame ?? this.#silence;
    const resampler = this.#resampler;
    if (resampler) resampler.run(said, this.#converted);
    const converted = resampler ? this.#converted : said;
    const out = this.#out;
    const held = this.#held;
    const fresh = out.length - held.length;
    out.set(held);
    for (let i = 0; i < fresh; i++) out[held.length + i] = converted[i];
    for (let i = 0; i < held.length; i++) held[i] = converted[fresh + i];
    return out;
  }

  close(): void {
    this.#resampler?.close();
    this.#resampler = undefined;
  }

  /** The party speaks at this rate now. */
  #take(rate: number): void {
    if (rate === this.#from) return;
    const from = rate as Rate;
    this.close();
    this.#from = from;
    if (from !== this.rateHz) this.#resampler = new Resampler(from, this.rateHz);
    this.#held = new Int16Array(LINE_DELAY[this.rateHz] - resamplerDelay(from, this.rateHz));
    this.#silence = new Int16Array((from / 1000) * FRAME_MS);
  }
}

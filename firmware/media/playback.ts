/**
 * A queue of prompts, tones and pauses on its way to somebody's ear, at the rate of that ear. Nothing in it has more than
 * 16 kHz: for ears of 48 kHz it is brought up.
 */
import { Resampler } from '../../hal/resampler.js';
import { FskSender } from './analog/fsk-sender.js';
import { LINE_RATE } from './analog/fsk.js';
import { KeyTones } from './analog/key-tones.js';
import type { PlayItem } from './contract.js';
import { frameSamples, type PlayRate, type Rate } from './frame.js';
import { ToneGenerator } from './tone-generator.js';

/** Samples of a prompt by its name, at each rate. */
export type Prompts = { get(name: string, rate: PlayRate): Int16Array | undefined };

type Source = { samples: number; pcm?: Int16Array; tone?: ToneGenerator };

export class Playback {
  /** The samples of this tick. */
  readonly frame: Int16Array;
  /** Before it is brought up. */
  #narrow: Int16Array;
  #upwards: Resampler | undefined;
  #sources: Source[];
  #loop: boolean;
  #source = 0;
  #at = 0;

  /** A prompt that is not there counts as ended at once. `ticks`: how many frames of it are over already. */
  constructor(
    items: PlayItem[],
    loop: boolean,
    prompts: Prompts,
    readonly rate: Rate,
    ticks = 0,
  ) {
    const playRate = rate === 48000 ? 16000 : rate;
    this.frame = new Int16Array(frameSamples(rate));
    this.#narrow = rate === playRate ? this.frame : new Int16Array(frameSamples(playRate));
    if (rate !== playRate) this.#upwards = new Resampler(playRate, rate);
    this.#sources = items
      .map((item) => sourceOf(item, prompts, playRate))
      .filter((source) => source.samples > 0);
    this.#loop = loop && this.#sources.length > 0;
    this.#seek(ticks * this.#narrow.length);
  }

  get ended(): boolean {
    return this.#source >= this.#sources.length;
  }

  /** Fills `frame` with the next 20 ms; the rest of the last one is silence. */
  advance(): void {
    const frame = this.#narrow;
    let filled = 0;
    while (filled < frame.length && !this.ended) {
      const source = this.#sources[this.#source];
      const count = Math.min(frame.length - filled, source.samples - this.#at);
      if (source.tone) source.tone.fill(frame, filled, count);
      else if (source.pcm) for (let i = 0; i < count; i++) frame[filled + i] = source.pcm[this.#at + i];
      else frame.fill(0, filled, filled + count);
      filled += count;
      this.#at += count;
      if (this.#at === source.samples) this.#next();
    }
    frame.fill(0, filled);
    this.#upwards?.run(frame, this.frame);
  }

  /** Nothing is played any more. */
  close(): void {
    this.#upwards?.close();
  }

  #next(): void {
    this.#at = 0;
    this.#source++;
    if (this.ended && this.#loop) this.#source = 0;
    if (!this.ended) this.#sources[this.#source].tone?.goTo(0);
  }

  #seek(samples: number): void {
    const whole = this.#sources.reduce((sum, source) => sum + source.samples, 0);
    let left = this.#loop ? samples % whole : samples;
    while (!this.ended && left >= this.#sources[this.#source].samples)
      left -= this.#sources[this.#source++].samples;
    if (this.ended) return;
    this.#at = left;
    this.#sources[this.#source].tone?.goTo(left);
  }
}

function sourceOf(item: PlayItem, prompts: Prompts, rate: PlayRate): Source {
  if ('prompt' in item) {
    const pcm = prompts.get(item.prompt, rate);
    return { samples: pcm?.length ?? 0, pcm };
  }
  if ('callerId' in item || 'keys' in item) {
    const sender =
      'keys' in item
        ? new KeyTones(item.keys, item.onMs, item.offMs)
        : new FskSender(item.modem, item.callerId, item.offHook);
    // Lines are of one rate; elsewhere nobody understands it.
    const pcm = new Int16Array(rate === LINE_RATE ? sender.samples : 0);
    sender.fill(pcm);
    return { samples: pcm.length, pcm };
  }
  if ('silenceMs' in item) return { samples: samplesOf(item.silenceMs, rate) };
  const tone = new ToneGenerator(item.frequenciesHz, item.levelDbm0, rate);
  return { samples: samplesOf(item.ms, rate), tone };
}

function samplesOf(ms: number, rate: PlayRate): number {
  return Math.max(0, Math.round((ms * rate) / 1000));
}

/** A queue of prompts, tones and pauses on its way to somebody's ear. */
import type { PlayItem } from './contract.js';
import { FRAME_SAMPLES, SAMPLE_RATE } from './frame.js';
import { ToneGenerator } from './tone-generator.js';

/** Samples of each prompt by its name, 8 kHz. */
export type Prompts = ReadonlyMap<string, Int16Array>;

type Source = { samples: number; pcm?: Int16Array; tone?: ToneGenerator };

export class Playback {
  /** The samples of this tick. */
  readonly frame = new Int16Array(FRAME_SAMPLES);
  #sources: Source[];
  #loop: boolean;
  #source = 0;
  #at = 0;

  /** A prompt that is not there counts as ended at once. */
  constructor(items: PlayItem[], loop: boolean, prompts: Prompts) {
    this.#sources = items.map((item) => sourceOf(item, prompts)).filter((source) => source.samples > 0);
    this.#loop = loop && this.#sources.length > 0;
  }

  get ended(): boolean {
    return this.#source >= this.#sources.length;
  }

  /** Fills `frame` with the next 20 ms; the rest of the last one is silence. */
  advance(): void {
    let filled = 0;
    while (filled < FRAME_SAMPLES && !this.ended) {
      const source = this.#sources[this.#source];
      const count = Math.min(FRAME_SAMPLES - filled, source.samples - this.#at);
      if (source.tone) source.tone.fill(this.frame, filled, count);
      else if (source.pcm) for (let i = 0; i < count; i++) this.frame[filled + i] = source.pcm[this.#at + i];
      else this.frame.fill(0, filled, filled + count);
      filled += count;
      this.#at += count;
      if (this.#at === source.samples) this.#next();
    }
    this.frame.fill(0, filled);
  }

  #next(): void {
    this.#at = 0;
    this.#source++;
    if (this.ended && this.#loop) this.#source = 0;
    if (!this.ended) this.#sources[this.#source].tone?.restart();
  }
}

function sourceOf(item: PlayItem, prompts: Prompts): Source {
  if ('prompt' in item) {
    const pcm = prompts.get(item.prompt);
    return { samples: pcm?.length ?? 0, pcm };
  }
  if ('silenceMs' in item) return { samples: samplesOf(item.silenceMs) };
  return { samples: samplesOf(item.ms), tone: new ToneGenerator(item.frequenciesHz, item.levelDbm0) };
}

function samplesOf(ms: number): number {
  return Math.max(0, Math.round((ms * SAMPLE_RATE) / 1000));
}

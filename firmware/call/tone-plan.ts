/** What callers hear of a call's progress, as something to be played. */
import type { PlayItem } from '../media/contract.js';
import { tonePlanOf, type Cadence } from '../tone-plans.js';

export type Tones = {
  /** The other phone rings; to be looped. */
  ringBack: PlayItem[];
  /** It cannot be had; to be looped. */
  busy: PlayItem[];
};

const ONE_TONE_DBM0 = -13;
const STEADY_MS = 10_000;

/** The tones of a country (ISO 3166, small letters); those of the US for one that is not listed. */
export function tonesOf(country: string): Tones {
  const { ringBack, busy } = tonePlanOf(country);
  return { ringBack: toneItems(ringBack), busy: toneItems(busy) };
}

/** A tone as something to be looped. */
export function toneItems([frequenciesHz, ...onOffMs]: Cadence): PlayItem[] {
  // Two tones at once are as loud as one alone.
  const levelDbm0 = ONE_TONE_DBM0 - 10 * Math.log10(frequenciesHz.length);
  // What has no end is looped after whole turns of any frequency.
  const times = onOffMs.length > 0 ? onOffMs : [STEADY_MS];
  return times.map((ms, at) =>
    at % 2 === 0 ? { frequenciesHz: [...frequenciesHz], ms, levelDbm0 } : { silenceMs: ms },
  );
}

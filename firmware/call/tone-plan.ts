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

/** The tones of a country (ISO 3166, small letters); those of the US for one that is not listed. */
export function tonesOf(country: string): Tones {
  const { ringBack, busy } = tonePlanOf(country);
  return { ringBack: itemsOf(ringBack), busy: itemsOf(busy) };
}

function itemsOf([frequenciesHz, ...onOffMs]: Cadence): PlayItem[] {
  // Two tones at once are as loud as one alone.
  const levelDbm0 = ONE_TONE_DBM0 - 10 * Math.log10(frequenciesHz.length);
  return onOffMs.map((ms, at) =>
    at % 2 === 0 ? { frequenciesHz: [...frequenciesHz], ms, levelDbm0 } : { silenceMs: ms },
  );
}

/** What callers hear of a call's progress, by country (ITU-T E.180 supplement 2). */
import type { PlayItem } from '../media/contract.js';

export type Tones = {
  /** The other phone rings; to be looped. */
  ringBack: PlayItem[];
  /** It cannot be had; to be looped. */
  busy: PlayItem[];
};

/** Frequencies in Hz, then ms on, off, on, off ... */
type Cadence = [frequenciesHz: number[], ...onOffMs: number[]];

const ONE_TONE_DBM0 = -13;

const plans: Record<string, { ringBack: Cadence; busy: Cadence }> = {
  au: { ringBack: [[400, 450], 400, 200, 400, 2000], busy: [[425], 375, 375] },
  cz: { ringBack: [[425], 1000, 4000], busy: [[425], 330, 330] },
  de: { ringBack: [[425], 1000, 4000], busy: [[425], 480, 480] },
  fr: { ringBack: [[440], 1500, 3500], busy: [[440], 500, 500] },
  gb: { ringBack: [[400, 450], 400, 200, 400, 2000], busy: [[400], 375, 375] },
  in: { ringBack: [[375, 425], 400, 200, 400, 2000], busy: [[400], 750, 750] },
  jp: { ringBack: [[385, 415], 1000, 2000], busy: [[400], 500, 500] },
  us: { ringBack: [[440, 480], 2000, 4000], busy: [[480, 620], 500, 500] },
};

/** Countries (ISO 3166, small letters) that have tones of their own. */
export const countries: readonly string[] = Object.keys(plans);

/** The tones of a country (ISO 3166, small letters); those of the US for one that is not listed. */
export function tonesOf(country: string): Tones {
  const { ringBack, busy } = plans[country] ?? plans.us;
  return { ringBack: itemsOf(ringBack), busy: itemsOf(busy) };
}

function itemsOf([frequenciesHz, ...onOffMs]: Cadence): PlayItem[] {
  // Two tones at once are as loud as one alone.
  const levelDbm0 = ONE_TONE_DBM0 - 10 * Math.log10(frequenciesHz.length);
  return onOffMs.map((ms, at) => (at % 2 === 0 ? { frequenciesHz, ms, levelDbm0 } : { silenceMs: ms }));
}

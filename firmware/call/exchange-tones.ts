/** The tones of the exchange at the other end of a line. Pure. */
import type { LineSettings } from '../config/schema.js';
import type { ProgressTone } from '../media/contract.js';
import { tonePlanOf, type Cadence, type TonePlan } from '../tone-plans.js';

/** Those of its country, or of the box's, but for what the administrator or "Learn line" says. */
export function exchangeTones(
  { country, tones = {} }: Pick<LineSettings, 'country' | 'tones'>,
  countryOfBox: string,
): Pick<TonePlan, ProgressTone> {
  const plan = tonePlanOf(country ?? countryOfBox);
  const of = (name: ProgressTone): Cadence => {
    const learned = tones[name];
    return learned ? [learned.frequenciesHz, ...learned.onOffMs] : plan[name];
  };
  return { dial: of('dial'), busy: of('busy'), reorder: of('reorder'), ringBack: of('ringBack') };
}

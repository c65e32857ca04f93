/** What an extension usually calls outside, and when somebody who has stolen its account is cut off. Pure. */
import type { Step } from '../machine.js';
import { kindOf } from './number-kind.js';

export type Habits = {
  /** Beginnings of numbers with the first call to each (ms since 1970); the one called last stands last. */
  known: readonly (readonly [beginning: string, firstMs: number])[];
  /** When the unusual calls of the last day began. */
  unusual: readonly number[];
  /** When the calls of the last ten minutes began; no more of them than matter. */
  lately: readonly number[];
  /** Since when it may not call outside; undefined while it may. */
  cutOffMs: number | undefined;
};

export type HabitEvent =
  /** `number` as the trunk is asked for it; `hour` of the day, 0 to 23; `limit`: unusual calls of a day, 0: no limit. */
  | { type: 'call'; number: string; country: string; nowMs: number; hour: number; limit: number }
  /** The administrator has looked into it. */
  | { type: 'release' };

export type HabitEffect =
  | { type: 'refuse' }
  /** The calls that go on end too. */
  | { type: 'cutOff' }
  /** Something is to be remembered. */
  | { type: 'learnt' };

/** A place that was first called so long ago is usual: longer than a weekend, in which thieves come. */
const LEARN_MS = 72 * 3_600_000;
const DAY_MS = 24 * 3_600_000;
const LATELY_MS = 600_000;
/** More calls than this within ten minutes are dialled by a machine. */
const HURRY = 10;
const MAX_KNOWN = 40;

export const noHabits: Habits = { known: [], unusual: [], lately: [], cutOffMs: undefined };

/**
 * A call is unusual that leads where the extension has not called before these three days, and goes to another country or
 * to a premium number, or begins at night (22 to 6), or follows ten others within ten minutes. One more than the limit
 * within a day, and the extension is cut off until it is released. Emergency numbers are never refused nor counted.
 */
export function habits(state: Habits, event: HabitEvent): Step<Habits, HabitEffect> {
  if (event.type === 'release')
    return { state: { ...noHabits, known: state.known }, effects: [{ type: 'learnt' }] };
  const { nowMs, hour, limit } = event;
  const { kind, beginning } = kindOf(event.number, event.country);
  if (kind === 'emergency') return { state, effects: [] };
  if (state.cutOffMs !== undefined) return { state, effects: [{ type: 'refuse' }] };
  // What was noted while the clock was set too far ahead begins to count now.
  const since = (ms: number, times: readonly number[]) =>
    times.flatMap((atMs) => (atMs > nowMs - ms ? Math.min(atMs, nowMs) : []));
  const lately = since(LATELY_MS, state.lately);
  const firstMs = state.known.find(([one]) => one === beginning)?.[1];
  const isNew = firstMs === undefined || nowMs - firstMs < LEARN_MS;
  const odd = kind !== 'national' || hour >= 22 || hour < 6 || lately.length >= HURRY;
  const unusual = since(DAY_MS, state.unusual);
  if (isNew && odd) {
    if (limit > 0 && unusual.length >= limit)
      return { state: { ...state, cutOffMs: nowMs }, effects: [{ type: 'refuse' }, { type: 'cutOff' }] };
    unusual.push(nowMs);
  }
  const others = state.known.filter(([one]) => one !== beginning).slice(1 - MAX_KNOWN);
  return {
    state: {
      known: [...others, [beginning, Math.min(firstMs ?? nowMs, nowMs)]],
      unusual: unusual.slice(-Math.max(1, limit)),
      lately: [...lately, nowMs].slice(-HURRY),
      cutOffMs: undefined,
    },
    effects: firstMs === undefined || (isNew && odd) ? [{ type: 'learnt' }] : [],
  };
}

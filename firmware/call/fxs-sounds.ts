/** What a phone on a line is played: tones, and who calls, as its display reads it. */
import { callerIdKeys, CALLER_ID_KEY_MS } from '../line/dtmf-caller-id.js';
import { writeCallerId, type CallerId } from '../line/caller-id-message.js';
import type { FxsTone } from '../line/fxs.js';
import type { LineSettings } from '../config/schema.js';
import type { PlayItem } from '../media/contract.js';
import { tonePlanOf, type Cadence, type TonePlan } from '../tone-plans.js';
import { toneItems } from './tone-plan.js';

/** So often it breaks off at first; so long it lasts at most: longer than anybody is waited for. */
const RECALL_BURSTS = 3;
const MESSAGES_BURSTS = 10;
const STUTTERED_MS = 120_000;
/** Receiver off hook: loud enough to be heard from the next room (Bellcore GR-506). */
const HOWLER: Cadence = [[1400, 2060, 2450, 2600], 100, 100];
const HOWLER_DBM0 = -6;
/** Tells a phone in use that a message comes (Bellcore GR-30: CAS; EN 300 659-2 §5.1: DT-AS). */
const ALERT_HZ = [2130, 2750];
const ALERT_MS = 80;
const ALERT_DBM0 = -16;

export type ToneToPlay = { items: PlayItem[]; loop: boolean };

export function toneToPlay(tone: FxsTone, country: string): ToneToPlay {
  const plan = tonePlanOf(country);
  switch (tone) {
    case 'dial':
    case 'busy':
    case 'reorder':
      return { items: toneItems(plan[tone]), loop: true };
    case 'recallDial':
      return stutteredDial(plan, RECALL_BURSTS);
    case 'howler':
      return {
        items: toneItems(HOWLER).map((item) => ('ms' in item ? { ...item, levelDbm0: HOWLER_DBM0 } : item)),
        loop: true,
      };
    case 'callWaiting':
      return { items: toneItems(plan.callWaiting), loop: false };
  }
}

/** The dial tone of a phone for which messages wait (Bellcore GR-506). */
export function messagesDial(country: string): ToneToPlay {
  return stutteredDial(tonePlanOf(country), MESSAGES_BURSTS);
}

function stutteredDial({ dial: [frequenciesHz] }: TonePlan, bursts: number): ToneToPlay {
  const stutter = toneItems([frequenciesHz, 100, 100]);
  const steady = toneItems([frequenciesHz, STUTTERED_MS]);
  return { items: [...Array<PlayItem[]>(bursts).fill(stutter).flat(), ...steady], loop: false };
}

/** Tells a phone in use to listen; it then presses D. */
export const alertItems: PlayItem[] = [
  { frequenciesHz: ALERT_HZ, ms: ALERT_MS, levelDbm0: ALERT_DBM0 },
  { silenceMs: 100 },
];

/** Who calls, for the display of a phone that rings or, `offHook`, is in a call; nothing where it is not told. */
export function callerIdItems(
  kind: LineSettings['callerId'],
  { number, name }: { number: string; name: string },
  now: Date,
  offHook: boolean,
): PlayItem[] {
  const at = {
    month: now.getMonth() + 1,
    day: now.getDate(),
    hour: now.getHours(),
    minute: now.getMinutes(),
  };
  const caller: CallerId = {
    at,
    ...(number === '' ? { absent: 'unavailable' } : { number }),
    name: name || undefined,
  };
  if (kind === 'off' || (kind === 'dtmf' && offHook)) return [];
  if (kind === 'dtmf')
    return [{ keys: callerIdKeys(caller), onMs: CALLER_ID_KEY_MS, offMs: CALLER_ID_KEY_MS }];
  return [{ callerId: writeCallerId(caller, 'mdmf'), modem: kind, offHook }];
}

/** What the box says to callers, as items to play. */
import type { PlayItem } from '../media/contract.js';

/** Prompts that are announcements as they are. */
export const announcementNames = [
  'enter-conference-number',
  'enter-pin',
  'enter-pin-or-none',
  'invalid-pin',
  'conference-full',
  'conference-locked',
  'conference-locked-now',
  'conference-unlocked-now',
  'only-person',
  'new-conference',
  'muted',
  'unmuted',
  'removed',
  'recording-notice',
  'recording-paused',
  'recording-stopped',
  'line-taken',
  'goodbye',
] as const;

export type AnnouncementName = (typeof announcementNames)[number];
export type Announcement = AnnouncementName | { digits: string };

/** After the answer, before the first word: the caller's phone may cut the beginning. */
export const afterAnswer: PlayItem = { silenceMs: 200 };

export const holdMusic: PlayItem[] = [{ prompt: 'hold-music' }];

/** Two rising notes: somebody came in. */
export const enterTone: PlayItem[] = [
  { frequenciesHz: [523], ms: 120, levelDbm0: -22 },
  { frequenciesHz: [784], ms: 160, levelDbm0: -22 },
];

/** Two falling notes: somebody left. */
export const leaveTone: PlayItem[] = [
  { frequenciesHz: [784], ms: 120, levelDbm0: -22 },
  { frequenciesHz: [523], ms: 160, levelDbm0: -22 },
];

/** Three notes that ask for everybody's attention. */
export const attentionTone: PlayItem[] = [
  { frequenciesHz: [523], ms: 200, levelDbm0: -20 },
  { frequenciesHz: [659], ms: 200, levelDbm0: -20 },
  { frequenciesHz: [784], ms: 400, levelDbm0: -20 },
];

/** A loudspeaker that answers by itself says so, to those in the room and to whoever calls. */
export const answerTone: PlayItem[] = [{ frequenciesHz: [880], ms: 300, levelDbm0: -18 }];

/** A loudspeaker rings; to be looped. */
export const loudspeakerRing: PlayItem[] = [
  { frequenciesHz: [880], ms: 300, levelDbm0: -18 },
  { frequenciesHz: [660], ms: 500, levelDbm0: -18 },
  { silenceMs: 2200 },
];

/** Says from time to time that this is recorded. */
export const recordingTone: PlayItem[] = [{ frequenciesHz: [1400], ms: 200, levelDbm0: -20 }];

/** Frequencies of a keypad's rows and columns, Hz (ITU-T Q.23). */
const ROWS_HZ = [697, 770, 852, 941];
const COLUMNS_HZ = [1209, 1336, 1477, 1633];
const KEYPAD = '123A456B789C*0#D';

/** A key as it sounds; nothing for what is no key. */
export function keyTones(key: string): PlayItem[] {
  const at = KEYPAD.indexOf(key);
  if (at < 0 || key.length !== 1) return [];
  const frequenciesHz = [ROWS_HZ[at >> 2], COLUMNS_HZ[at & 3]];
  return [{ frequenciesHz, ms: 100, levelDbm0: -10 }, { silenceMs: 60 }];
}

/** The prompts of an announcement. */
export function itemsOf(announcement: Announcement): PlayItem[] {
  if (typeof announcement === 'string') return [{ prompt: announcement }];
  return [...announcement.digits].map((digit) => ({ prompt: `digit-${digit}` }));
}

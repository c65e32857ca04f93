/** What the page of the running conferences shows. */
import { conferences } from '../api/conferences.js';
import type { ApiSources } from '../api/sources.js';
import { qualityInWords } from './quality.js';

type Participant = ReturnType<typeof conferences>[number]['participants'][number];

type Recording = NonNullable<ReturnType<typeof conferences>[number]['recording']>;

const start = { action: 'start', text: 'Record' };
const pause = { action: 'pause', text: 'Pause recording' };
const stop = { action: 'stop', text: 'Stop recording' };
/** What a moderator can do about it. */
const ACTIONS: Record<Recording['state'], { action: string; text: string }[]> = {
  off: [start],
  waiting: [stop],
  recording: [pause, stop],
  paused: [{ action: 'resume', text: 'Resume recording' }, stop],
  stopped: [start],
  failed: [start],
};

/** Softer than this is shown as silence, dBm0. */
const SILENCE_DBM0 = -60;

export function conferencesNow(sources: ApiSources): object {
  const rooms = conferences(sources);
  return {
    rooms: rooms.map((room) => ({
      ...room,
      recordingBadge: room.recording && badgeOf(room.recording),
      recordingActions: room.recording ? ACTIONS[room.recording.state] : [],
      participants: room.participants.map(rowOf),
    })),
    idle: sources.config().conferences.filter((one) => !rooms.some(({ number }) => number === one.number)),
  };
}

function badgeOf({ state, trouble }: Recording): { text: string; kind: string } | undefined {
  switch (state) {
    case 'recording':
      return { text: 'recording', kind: 'bad' };
    case 'waiting':
      return { text: 'recording begins after the notice', kind: 'warn' };
    case 'paused':
      return { text: 'recording is paused', kind: 'warn' };
    case 'failed':
      return { text: `recording failed: ${trouble ?? 'the reason is not known'}`, kind: 'bad' };
    case 'off':
    case 'stopped':
      return undefined;
  }
}

function rowOf(one: Participant) {
  const { media, place, held, muted, srtp, gainDb } = one;
  const badges = [
    place === 'entering' ? { text: 'at the door', kind: '' } : undefined,
    held ? { text: 'on hold', kind: 'warn' } : undefined,
    muted ? { text: 'muted', kind: 'warn' } : undefined,
    gainDb === 0 ? undefined : { text: `${gainDb > 0 ? '+' : '−'}${Math.abs(gainDb)} dB`, kind: '' },
    srtp ? { text: 'encrypted', kind: 'good' } : undefined,
  ].filter((badge) => badge !== undefined);
  const heard = media !== undefined && place === 'inside' && !held && !muted;
  return {
    ...one,
    badges,
    speaking: heard && media.speaking,
    loudness: heard ? Math.max(0, Math.round(media.levelDbm0) - SILENCE_DBM0) : 0,
    louder: Math.min(12, gainDb + 3),
    softer: Math.max(-12, gainDb - 3),
    quality: heardNow(media),
  };
}

/** How well a party is heard now. */
export function heardNow(media: Participant['media']): string {
  const { rxMos, rxLoss, rxJitterMs, delayMs, roundTripMs } = media?.quality ?? {};
  return qualityInWords({ mos: rxMos, loss: rxLoss, jitterMs: rxJitterMs, delayMs, roundTripMs });
}

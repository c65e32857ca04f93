/** What the page of the running conferences shows. Pure. */
import type { Conference } from '../../firmware/config/schema.js';
import type { Api } from '../api.js';

type Room = ReturnType<Api['conferences']>[number];
type Participant = Room['participants'][number];

/** Softer than this is shown as silence, dBm0. */
const SILENCE_DBM0 = -60;

export function conferencesNow(api: Api, configured: readonly Conference[]): object {
  const rooms = api.conferences();
  const open = new Set(rooms.map(({ number }) => number));
  return {
    rooms: rooms.map((room) => ({
      ...room,
      key: room.conference === undefined ? room.number : `${room.number}-${room.conference}`,
      participants: room.participants.map(rowOf),
    })),
    idle: configured.filter(({ number }) => !open.has(number)),
  };
}

function rowOf(one: Participant) {
  const { media, place, held, muted, srtp } = one;
  const badges = [
    place === 'entering' ? { text: 'at the door', kind: '' } : undefined,
    held ? { text: 'on hold', kind: 'warn' } : undefined,
    muted ? { text: 'muted', kind: 'warn' } : undefined,
    srtp ? { text: 'encrypted', kind: 'good' } : undefined,
  ].filter((badge) => badge !== undefined);
  const heard = media !== undefined && place === 'inside' && !held && !muted;
  return {
    ...one,
    badges,
    speaking: heard && media.speaking,
    loudness: heard ? Math.max(0, Math.round(media.levelDbm0) - SILENCE_DBM0) : 0,
    codec: one.codec ?? '',
    loss: media === undefined ? '' : `${lossPercent(media).toFixed(1)} %`,
  };
}

export function lossPercent({ rxPackets, rxLost }: { rxPackets: number; rxLost: number }): number {
  const lost = Math.max(0, rxLost);
  return rxPackets + lost === 0 ? 0 : (100 * lost) / (rxPackets + lost);
}

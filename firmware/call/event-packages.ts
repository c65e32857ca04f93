/** What phones may subscribe to: who is in a conference (RFC 4575), and which numbers are in use (RFC 4235). */
import type { Config } from '../config/schema.js';
import type { EventPackage } from '../sip/notifier.js';
import { resourceOf, type OpenRoom } from './open-room.js';
import { conferenceInfo, type ConferenceMember, type ConferenceSnapshot } from './conference-info.js';
import { dialogInfo, type DialogSnapshot } from './dialog-info.js';
import type { LegState } from './leg.js';
import type { Member } from './room.js';
import type { OpenLeg } from './switchboard.js';

/** What is going on now. */
export type Watched = {
  readonly legs: readonly OpenLeg[];
  readonly conferences: { readonly rooms: readonly OpenRoom[] };
};

/**
 * The packages of the box. A resource is the number of an extension or a conference; a room of a dynamic conference is
 * `conference-number`, and only those who are in it learn that it exists.
 */
export function eventPackages(config: () => Config, watched: Watched): EventPackage<unknown>[] {
  const roomOf = (resource: string) =>
    watched.conferences.rooms.find((room) => resourceOf(room) === resource);

  const conference: EventPackage<ConferenceSnapshot> = {
    event: 'conference',
    contentType: 'application/conference-info+xml',
    snapshot(resource, account) {
      const room = roomOf(resource);
      if (room && (room.conference.type === 'static' || isIn(room, config(), account)))
        return snapshotOf(room);
      const empty = config().conferences.find(({ number, type }) => number === resource && type === 'static');
      return empty && { description: empty.description, maxParticipants: empty.maxParticipants, members: [] };
    },
    document: conferenceInfo,
  };

  const dialog: EventPackage<DialogSnapshot> = {
    event: 'dialog',
    contentType: 'application/dialog-info+xml',
    snapshot(resource) {
      if (config().extensions.some(({ number }) => number === resource))
        return watched.legs.filter(({ extension }) => extension === resource).flatMap(dialogOf);
      if (!config().conferences.some(({ number, type }) => number === resource && type === 'static'))
        return undefined;
      const inUse = roomOf(resource)?.state.members.some(({ place }) => place === 'inside') ?? false;
      return inUse
        ? [{ id: 'room', direction: 'recipient', state: 'confirmed', number: resource, name: '' }]
        : [];
    },
    document: dialogInfo,
  };

  return [conference, dialog];
}

function snapshotOf({ conference, state, legs }: OpenRoom): ConferenceSnapshot {
  return {
    description: conference.description,
    maxParticipants: conference.maxParticipants,
    members: state.members.flatMap((member): ConferenceMember[] => {
      const leg = legs.get(member.leg)?.leg;
      if (!leg) return [];
      const joined = leg.direction === 'incoming' ? 'dialed-in' : 'dialed-out';
      return [{ id: member.leg, ...leg.party, joined, status: statusOf(member) }];
    }),
  };
}

function statusOf({ place, held, muted }: Member): ConferenceMember['status'] {
  if (place === 'entering') return 'dialing-in';
  if (held) return 'on-hold';
  return muted ? 'muted-via-focus' : 'connected';
}

function isIn({ legs }: OpenRoom, { extensions }: Config, account: string): boolean {
  const own = extensions.find(({ sip }) => sip?.username === account)?.number;
  return [...legs.values()].some(({ leg }) => leg.party.number === own);
}

function dialogOf({ leg, dialled }: OpenLeg): DialogSnapshot {
  if (leg.state === 'ended') return [];
  const states: Record<Exclude<LegState, 'ended'>, DialogSnapshot[number]['state']> = {
    offered: 'trying',
    alerting: 'early',
    early: 'early',
    answered: 'confirmed',
    held: 'confirmed',
  };
  const direction = leg.direction === 'incoming' ? 'initiator' : 'recipient';
  return [{ id: `leg${leg.id}`, direction, state: states[leg.state], number: dialled, name: '' }];
}

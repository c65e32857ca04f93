/** Makes one call of two that a phone has: the parties of both, and the phone, hear each other. */
import type { Clock } from '../clock.js';
import type { Media } from '../media/contract.js';
import type { ConferenceDirectory } from './conference-directory.js';
import { ConferenceVisit } from './conference-visit.js';
import { Conversation } from './conversation.js';
import { doorStart } from './door.js';
import { isUp, type Leg } from './leg.js';

export type JoinHost = { conferences: ConferenceDirectory; media: Media; clock: Clock };

/**
 * Returns the leg in which the phone goes on; the other one belongs to nobody any more. Undefined if that cannot be: both
 * are in conferences, a room is full, somebody is on the way out. Then all is as it was.
 */
export function joinCalls(held: Leg, active: Leg, name: string, host: JoinHost): Leg | undefined {
  const inRoom = [active, held].filter(({ place }) => place?.room);
  if (inRoom.length === 2) return undefined;
  if (inRoom.length === 1) return intoRoom(inRoom[0], inRoom[0] === active ? held : active, host);
  const parties = [partnerOf(held), partnerOf(active)];
  if (!parties[0] || !parties[1]) return undefined;
  held.place!.release();
  active.place!.release();
  const { conferences, media, clock } = host;
  const legs = [active, parties[0], parties[1]];
  const conference = conferences.gather(
    name,
    `Conference of ${active.party.name || active.party.number}`,
    legs,
    active,
  );
  for (const leg of legs)
    new ConferenceVisit(leg, conference, conferences, media, clock, { ...doorStart, step: 'inside' });
  return active;
}

/** The party of `goes` comes into the room of `stays`. */
function intoRoom(stays: Leg, goes: Leg, { conferences, media }: JoinHost): Leg | undefined {
  const party = partnerOf(goes);
  if (!party) return undefined;
  goes.place!.release();
  if (stays.place!.room!.admit(party)) return stays;
  new Conversation([goes, party], conferences.newMix(), media);
  return undefined;
}

function partnerOf({ place }: Leg): Leg | undefined {
  return place?.partner && isUp(place.partner) ? place.partner : undefined;
}

/** Says when a conference starts and ends, and who joins and leaves it, of what changes in the rooms. */
import type { WebhookEvent } from '../config/schema.js';
import { resourceOf, type OpenRoom } from './open-room.js';
import type { LegId } from './room.js';

type Visit = { id: LegId; number: string; name: string; joinedMs: number };
type Known = { startedMs: number; visits: Map<LegId, Visit> };

export class ConferenceEvents {
  readonly #rooms = new Map<OpenRoom, Known>();

  constructor(
    /** ms, of any clock. */
    private readonly nowMs: () => number,
    private readonly tell: (event: WebhookEvent, data: object) => void,
  ) {}

  /** Something changed in a room. It starts with the first one who is inside, and ends with the last one's seat. */
  roomChanged(room: OpenRoom): void {
    const inside = room.state.members.filter(({ place }) => place === 'inside').map(({ leg }) => leg);
    let known = this.#rooms.get(room);
    if (!known) {
      if (inside.length === 0) return;
      known = { startedMs: this.nowMs(), visits: new Map() };
      this.#rooms.set(room, known);
      this.tell('conference.started', { conference: conferenceOf(room) });
    }
    const { startedMs, visits } = known;
    for (const { joinedMs, ...participant } of visits.values()) {
      if (inside.includes(participant.id)) continue;
      visits.delete(participant.id);
      const seconds = this.#secondsSince(joinedMs);
      this.tell('participant.left', { conference: conferenceOf(room), participant, seconds });
    }
    for (const id of inside) {
      const party = room.legs.get(id)?.leg.party;
      if (visits.has(id) || !party) continue;
      const participant = { id, number: party.number, name: party.name };
      visits.set(id, { ...participant, joinedMs: this.nowMs() });
      this.tell('participant.joined', { conference: conferenceOf(room), participant });
    }
    if (room.state.members.length > 0) return;
    this.#rooms.delete(room);
    this.tell('conference.ended', { conference: conferenceOf(room), seconds: this.#secondsSince(startedMs) });
  }

  #secondsSince(ms: number): number {
    return Math.round((this.nowMs() - ms) / 1000);
  }
}

/** As the API tells it. */
function conferenceOf(room: OpenRoom) {
  const { number, description, type } = room.conference;
  return { id: resourceOf(room), number, description, type };
}

/** Who sat in which room when the box stopped: for two minutes they get the same seats again, without a PIN. */
import type { Clock } from '../clock.js';
import { createLog } from '../log.js';
import type { OpenRoom } from './open-room.js';
import type { LegId } from './room.js';

const log = createLog('call');

/** Once the box is up again. */
const BACK_MS = 120_000;
/** What is older is no power cut any more; a clock that went back, or was not set, makes nothing old. */
const KEPT_MS = 24 * 3_600_000;

/** A seat, as its extension left it. */
export type KeptSeat = { extension: string; muted: boolean; gainDb: number };
/** `number` as of an `OpenRoom`; `pin` of a dynamic conference, where the configuration has none. */
export type KeptRoom = {
  conference: string;
  number: string;
  pin: string;
  locked: boolean;
  seats: readonly KeptSeat[];
};

export class KeptSeats {
  /** Something is to be remembered over restarts. */
  onChanged: () => void = () => {};
  /** By conference and number: rooms of before the restart, with those who are not back; rooms of now. */
  readonly #before = new Map<string, KeptRoom>();
  readonly #now = new Map<string, KeptRoom>();

  constructor(
    private readonly clock: Clock,
    /** The time of day, ms since 1970. */
    private readonly timeMs: () => number = () => Date.now(),
  ) {}

  /** A room as it was, while somebody may still come back to it. */
  room(conference: string, number: string): KeptRoom | undefined {
    return this.#before.get(keyOf({ conference, number }));
  }

  /** The number of the room in which an extension had a seat; undefined if it had none. */
  numberOf(extension: string | undefined, conference: string): string | undefined {
    const rooms = [...this.#before.values()].filter((room) => room.conference === conference);
    return rooms.find(({ seats }) => seats.some((seat) => seat.extension === extension))?.number;
  }

  /** Gives an extension its seat back, once; undefined if it had none. */
  take(extension: string | undefined, conference: string, number: string): KeptSeat | undefined {
    const room = this.room(conference, number);
    const seat = room?.seats.find((one) => one.extension === extension);
    if (!room || !seat) return undefined;
    const seats = room.seats.filter((one) => one !== seat);
    if (seats.length === 0) this.#before.delete(keyOf(room));
    else this.#before.set(keyOf(room), { ...room, seats });
    return seat;
  }

  /** Something changed in a room. Who is outside has to say the PIN again: nobody knows that it is the same. */
  follow(open: OpenRoom, extensionOf: (leg: LegId) => string | undefined): void {
    if (open.leader !== undefined) return;
    const { conference, number, state } = open;
    const pin = conference.type === 'dynamic' ? open.pin : '';
    const seats = state.members.flatMap(({ leg, muted, gainDb }) => {
      const extension = extensionOf(leg);
      return extension === undefined ? [] : { extension, muted, gainDb };
    });
    const room = { conference: conference.number, number, pin, locked: state.locked, seats };
    const key = keyOf(room);
    const before = JSON.stringify(this.#now.get(key));
    if (seats.length === 0) this.#now.delete(key);
    else this.#now.set(key, room);
    if (JSON.stringify(this.#now.get(key)) !== before) this.onChanged();
  }

  clear(): void {
    this.#before.clear();
    this.#now.clear();
  }

  /** What is to be remembered over a restart. */
  snapshot(): object {
    const rooms = new Map(this.#now);
    for (const [key, { seats, ...room }] of this.#before) {
      const now = rooms.get(key);
      rooms.set(key, { ...(now ?? room), seats: [...(now?.seats ?? []), ...seats] });
    }
    return { version: 1, savedAt: this.timeMs(), rooms: [...rooms.values()] };
  }

  /** Takes up what a snapshot says. Throws an Error if it is none. */
  restore(document: unknown): void {
    const { savedAt, rooms } = document as { savedAt: unknown; rooms: unknown };
    if (typeof savedAt !== 'number' || !Array.isArray(rooms) || !rooms.every(isRoom))
      throw new Error('these are no seats');
    if (rooms.length === 0 || this.timeMs() - savedAt > KEPT_MS) return;
    for (const room of rooms) this.#before.set(keyOf(room), room);
    log.info({ rooms: rooms.map(({ conference }) => conference) }, 'who was in a room may come back');
    this.clock.after(BACK_MS, () => {
      this.#before.clear();
      this.onChanged();
    });
  }
}

function keyOf({ conference, number }: Pick<KeptRoom, 'conference' | 'number'>): string {
  return `${conference}/${number}`;
}

function isRoom(room: unknown): room is KeptRoom {
  const { conference, number, pin, locked, seats } = room as Record<string, unknown>;
  const isText = [conference, number, pin].every((text) => typeof text === 'string');
  return isText && typeof locked === 'boolean' && Array.isArray(seats) && seats.every(isSeat);
}

function isSeat(seat: unknown): seat is KeptSeat {
  const { extension, muted, gainDb } = seat as Record<string, unknown>;
  return typeof extension === 'string' && typeof muted === 'boolean' && Number.isFinite(gainDb);
}

/** What phones ask of a conference by REFER (RFC 4579 §5): to call somebody in, to put somebody out; and who may. */
import type { Clock } from '../clock.js';
import type { Config, Extension } from '../config/schema.js';
import { createLog } from '../log.js';
import type { ReferTarget, Report } from '../sip/refer.js';
import { outcomeOf, statusOf, type Cause } from './cause.js';
import type { ConferenceDirectory } from './conference-directory.js';
import { resourceOf, type OpenRoom } from './open-room.js';
import { entityNumber } from './conference-info.js';
import type { Destination, RingingDestination } from './dial-plan.js';
import { unwatched, type CallProgress } from './call-progress.js';
import type { Leg } from './leg.js';
import { Ringing, type Called } from './ringing.js';
import type { LegId } from './room.js';

const log = createLog('call');

export type ConferenceControlHost = {
  conferences: ConferenceDirectory;
  clock: Clock;
  config(): Config;
  /** The extension that a leg belongs to: not what its party says it is. */
  extensionOf(leg: LegId): string | undefined;
  /** What a number reaches for an extension. */
  destinationOf(from: Extension, number: string): Destination;
  /** Leads a leg that is up to a number, on the account of an extension. */
  lead(leg: Leg, destination: Destination, number: string, progress: CallProgress, by: Extension): void;
  /** Calls an audio port or the phones of an extension, shown `from`; or says why it cannot. */
  callPhones(to: RingingDestination, from: { number: string; name: string }): Called | Cause;
};

export class ConferenceControl {
  constructor(private readonly host: ConferenceControlHost) {}

  /** A phone asks outside any call; `resource` names the conference. Returns 202, or the status that refuses. */
  refer(by: Extension, resource: string, target: ReferTarget, report: Report): number {
    const room = this.#roomOf(by, resource);
    const member = room && this.#ownSeat(by, room);
    const status = member
      ? this.#serve(by, room, member, target, report)
      : this.#serveOutsider(by, resource, target, report);
    log.info({ by: by.number, resource, method: target.method, status }, 'conference control');
    return status;
  }

  /** As `refer`, asked within the call of a leg that may be in a conference. */
  referWithin(by: Extension, leg: Leg, target: ReferTarget, report: Report): number {
    const room = leg.place?.room && this.host.conferences.rooms.find(({ legs }) => legs.has(leg.id));
    return room ? this.#serve(by, room, leg, target, report) : 403;
  }

  #serve(by: Extension, room: OpenRoom, member: Leg, target: ReferTarget, report: Report): number {
    if (target.method === 'BYE') return this.#putOut(by, room, target, report);
    return this.#callIn(by, member, target.number, report);
  }

  /** Whoever answers is in, without a PIN. */
  #callIn(by: Extension, member: Leg, number: string, report: Report): number {
    const room = member.place?.room;
    if (!room) return 480;
    return this.#call(by, number, report, (ringing) => {
      // Nobody inside vouches any more for whom nobody waits.
      const forget = room.whenLeft(() => {
        ringing.cancel('normal');
        report(487);
      });
      return {
        answered: (phone) => {
          forget();
          const admitted = room.admit(phone);
          if (!admitted) phone.hangUp('busy');
          report(admitted ? 200 : 486);
        },
        lost: forget,
      };
    });
  }

  /** Who is not inside may have somebody called to the door, as by a transfer; and nobody put out. */
  #serveOutsider(by: Extension, resource: string, target: ReferTarget, report: Report): number {
    const conference = this.host.config().conferences.find(({ number }) => number === resource);
    if (!conference) return 404;
    if (target.method === 'BYE') return 403;
    const door = this.host.destinationOf(by, resource);
    if (door.type !== 'conference') return door.type === 'refused' ? statusOf(door.cause) : 404;
    return this.#call(by, target.number, report, () => ({
      answered: (phone) => {
        this.host.lead(phone, door, resource, unwatched, by);
        report(200);
      },
      lost: () => {},
    }));
  }

  #call(
    by: Extension,
    number: string,
    report: Report,
    handlers: (ringing: Ringing) => { answered(phone: Leg): void; lost(): void },
  ): number {
    const destination = this.host.destinationOf(by, number);
    if (destination.type === 'refused') return statusOf(destination.cause);
    if (destination.type !== 'extension' && destination.type !== 'audioPort') return 403;
    const called = this.host.callPhones(destination, by);
    if (typeof called === 'string') return statusOf(called);
    const ringing: Ringing = new Ringing(called, this.host.clock, {
      alerting: () => report(180),
      answered: (phone) => then.answered(phone),
      lost: (cause) => {
        then.lost();
        report(outcomeOf(cause));
      },
    });
    const then = handlers(ringing);
    return 202;
  }

  /** Whoever of the room the target names leaves, if every one of them is the asker's to put out. */
  #putOut(by: Extension, room: OpenRoom, { number, leg }: ReferTarget, report: Report): number {
    const named = [...room.legs.values()].filter(
      (seat) =>
        seat.leg.party.number === entityNumber(number) && (leg === undefined || String(seat.leg.id) === leg),
    );
    if (named.length === 0) return 404;
    const own = (id: LegId | undefined) => id !== undefined && this.host.extensionOf(id) === by.number;
    if (!named.every((seat) => own(seat.leg.id) || own(seat.broughtBy))) return 403;
    for (const seat of named) seat.leg.hangUp('normal');
    report(200);
    return 202;
  }

  /** The room of a name in which the extension has a seat; of a dynamic conference its own number will do. */
  #roomOf(by: Extension, resource: string): OpenRoom | undefined {
    return this.host.conferences.rooms.find(
      (room) =>
        (resourceOf(room) === resource || room.conference.number === resource) && this.#ownSeat(by, room),
    );
  }

  #ownSeat(by: Extension, { state, legs }: OpenRoom): Leg | undefined {
    const own = state.members.find(
      ({ leg, place }) => place === 'inside' && this.host.extensionOf(leg) === by.number,
    );
    return own && legs.get(own.leg)?.leg;
  }
}

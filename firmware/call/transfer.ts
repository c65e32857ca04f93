/** Moves legs from one place to another as phones ask for it: blind and attended transfer, Replaces. */
import type { Clock } from '../clock.js';
import type { Extension } from '../config/schema.js';
import { createLog } from '../log.js';
import type { Media, MixId } from '../media/contract.js';
import type { Report } from '../sip/refer.js';
import { outcomeOf, statusOf } from './cause.js';
import { Conversation } from './conversation.js';
import type { Destination } from './dial-plan.js';
import type { CallProgress } from './call-progress.js';
import { isUp, type Leg } from './leg.js';

const log = createLog('call');

/** A leg with the extension that it belongs to. */
export type OwnLeg = { leg: Leg; extension: Extension };

export type TransferHost = {
  media: Media;
  clock: Clock;
  newMix(): MixId;
  /** What a number reaches for an extension. */
  destinationOf(from: Extension, number: string): Destination;
  /** Leads a leg that is up to a number, on the account of an extension. */
  lead(leg: Leg, destination: Destination, number: string, progress: CallProgress, by: Extension): void;
  /** Whether its callers may be led outside, as the configuration says. */
  transfersOutside(by: Extension): boolean;
  /** Whether a leg is of nobody in the house. */
  isOutside(leg: Leg): boolean;
  /** A member of a conference has somebody called in: 202, or the status that refuses. */
  callIn(by: OwnLeg, number: string, report: Report): number;
};

/** A phone whose call has been moved away says BYE itself; after this we do, ms. */
const GRACE_MS = 2000;

export class Transfers {
  constructor(private readonly host: TransferHost) {}

  /**
   * The phone of `by` asks: its party is to be led to `number`; or, attended, into the place of `replaced`, another
   * leg of the same extension. Returns 202, or the SIP status that refuses.
   */
  start(by: OwnLeg, number: string, replaced: OwnLeg | undefined, report: Report): number {
    if (!by.leg.place) return 480;
    const status = replaced
      ? this.#join(by, replaced, report)
      : by.leg.place.partner
        ? this.#lead(by, by.leg.place.partner, number, report)
        : this.host.callIn(by, number, report);
    log.info({ leg: by.leg.id, number, attended: replaced !== undefined, status }, 'transfer');
    return status;
  }

  /** A new call of an extension takes the place of its old one (RFC 3891 §3): returns false if it may not. */
  replace(leg: Leg, extension: Extension, replaced: OwnLeg): boolean {
    const { place } = replaced.leg;
    if (!place || replaced.extension.number !== extension.number) return false;
    leg.onEvent = (event) => {
      if (event.type !== 'answered') return;
      if (replaced.leg.place !== place) return leg.hangUp('normal');
      place.yieldTo(leg);
      replaced.leg.hangUp('normal');
    };
    leg.answer();
    return true;
  }

  #lead({ leg, extension }: OwnLeg, party: Leg, number: string, report: Report): number {
    const { host } = this;
    const destination = host.destinationOf(extension, number);
    if (destination.type === 'refused') return statusOf(destination.cause);
    if (destination.type === 'trunk' && !host.transfersOutside(extension)) return statusOf('barred');
    leg.place!.release();
    host.lead(party, destination, number, this.#progressFor(leg, party, report), extension);
    return 202;
  }

  /** What is reported to the phone of `leg` of the call that its party is led to; what fails is taken back. */
  #progressFor(leg: Leg, party: Leg, report: Report): CallProgress {
    return {
      alerting: () => report(180),
      connected: () => {
        report(200);
        this.#dismiss(leg);
      },
      lost: (cause) => {
        report(outcomeOf(cause));
        return this.#giveBack(leg, party);
      },
    };
  }

  /** Attended: of two calls one is a conversation, whose other end goes where the other call is. */
  #join(by: OwnLeg, own: OwnLeg, report: Report): number {
    if (by.leg === own.leg || by.extension.number !== own.extension.number) return 403;
    if (own.leg.handOver) return this.#joinRinging(by.leg, own.leg, report);
    if (!own.leg.place) return 481;
    const [from, to] = by.leg.place!.partner ? [by.leg, own.leg] : [own.leg, by.leg];
    const party = from.place!.partner;
    if (!party || party === to) return 403;
    const { host } = this;
    const other = to.place!.partner;
    // Nobody of the house would be left in a call that the house pays for.
    if (other && host.isOutside(party) && host.isOutside(other) && !host.transfersOutside(by.extension))
      return statusOf('barred');
    from.place!.release();
    to.place!.yieldTo(party);
    report(200);
    this.#dismiss(by.leg);
    own.leg.hangUp('normal');
    return 202;
  }

  /** Attended, but the phone asks while the second call still rings: it then rings for the party. */
  #joinRinging(leg: Leg, other: Leg, report: Report): number {
    const place = leg.place!;
    const party = place.partner;
    if (!party) return 403;
    place.release();
    other.handOver!(party, this.#progressFor(leg, party, report));
    other.hangUp('normal');
    return 202;
  }

  /** The transfer failed: both talk again, if both are still there. */
  #giveBack(leg: Leg, party: Leg): boolean {
    if (!isUp(leg)) return false;
    if (!isUp(party)) {
      leg.hangUp('normal');
      return false;
    }
    new Conversation([leg, party], this.host.newMix(), this.host.media);
    return true;
  }

  #dismiss(leg: Leg): void {
    if (!isUp(leg)) return;
    const timer = this.host.clock.after(GRACE_MS, () => leg.hangUp('normal'));
    leg.onEvent = (event) => {
      if (event.type === 'ended') timer.cancel();
    };
  }
}

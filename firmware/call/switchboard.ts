/** Takes calls, finds what was dialled, and knows every leg there is. */
import type { Clock } from '../clock.js';
import type { Config, Extension } from '../config/schema.js';
import { createLog } from '../log.js';
import type { Media, PortId } from '../media/contract.js';
import type { SipCall } from '../sip/sip-call.js';
import type { UserAgent } from '../sip/user-agent.js';
import type { Cause } from './cause.js';
import { ConferenceDirectory } from './conference-directory.js';
import { ConferenceVisit } from './conference-visit.js';
import { destinationOf, type Destination } from './dial-plan.js';
import { ExtensionCall, unwatched, type CallProgress } from './extension-call.js';
import type { Leg } from './leg.js';
import type { LegId } from './room.js';
import { SilenceWatch } from './silence-watch.js';
import { SipLeg } from './sip-leg.js';
import { tonesOf } from './tone-plan.js';
import { Transfers, type OwnLeg } from './transfer.js';

const log = createLog('call');

export type SwitchboardOptions = {
  config(): Config;
  media: Media;
  clock: Clock;
  /** Our address as a peer sees it. */
  localAddressFor(peerAddress: string): string;
  /** RTP packets that came to a port so far. */
  rxPackets(port: PortId): number | undefined;
};

/** A leg with what it is doing, for those who watch. */
export type OpenLeg = { leg: SipLeg; extension: string; dialled: string };

export class Switchboard {
  readonly conferences: ConferenceDirectory;
  readonly #legs = new Map<LegId, OpenLeg>();
  readonly #transfers: Transfers;
  readonly #silence: SilenceWatch<SipLeg>;
  #nextLeg: LegId = 1;
  #agent?: UserAgent;
  #idle: (() => void)[] = [];

  constructor(private readonly options: SwitchboardOptions) {
    this.conferences = new ConferenceDirectory(options.media, options.clock);
    this.#transfers = new Transfers({
      media: options.media,
      clock: options.clock,
      newMix: () => this.conferences.newMix(),
      destinationOf: (_from, number) => destinationOf(options.config(), number),
      lead: (...what) => this.#lead(...what),
      callPhones: (to, from) => this.#callPhones(to, from),
    });
    this.#silence = new SilenceWatch({
      clock: options.clock,
      limitSeconds: () => options.config().network.rtpTimeoutSeconds,
      legs: () => this.legs.map(({ leg }) => leg),
      rxPackets: (port) => options.rxPackets(port),
      silent: (leg) => {
        log.warn({ leg: leg.id, number: leg.party.number }, 'no audio comes any more: hung up');
        leg.hangUp('networkFailure');
      },
    });
    options.media.onDigit = (port, digit) => {
      for (const { leg } of this.#legs.values()) if (leg.port === port) leg.key(digit);
    };
  }

  /** The agent through which phones are called. */
  connect(agent: UserAgent): void {
    this.#agent = agent;
  }

  get legs(): readonly OpenLeg[] {
    return [...this.#legs.values()];
  }

  /** A call came in from an authenticated user; with `replaced`, to take the place of that one. */
  onCall(call: SipCall, username: string, dialled: string, replaced?: SipCall): void {
    const config = this.options.config();
    const extension = config.extensions.find((candidate) => candidate.sip.username === username);
    if (!extension) return call.reject(403);
    if (!replaced && this.#callsOf(extension) >= extension.sip.maxCalls) return call.reject(486);
    const leg = SipLeg.incoming(call, this.#legOptions(extension, call.peer.address));
    this.#keep(leg, extension, dialled);
    if (replaced) {
      const old = this.#ownLegOf(replaced);
      if (!old || !this.#transfers.replace(leg, extension, old)) call.reject(403);
      return;
    }
    const destination = destinationOf(config, dialled);
    if (!destination) return leg.hangUp('unknownNumber');
    this.#lead(leg, destination, dialled, unwatched);
  }

  /** Ends every call; resolves when no leg and no port is left. */
  async hangUpAll(): Promise<void> {
    for (const { leg } of this.legs) leg.hangUp('normal');
    if (this.#legs.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #lead(leg: Leg, to: Destination, dialled: string, progress: CallProgress): void {
    const { media, clock } = this.options;
    const open = this.#legs.get(leg.id);
    if (open) open.dialled = dialled;
    if (to.type === 'extension') return this.#ringPhones(leg, to.extension, progress);
    new ConferenceVisit(leg, to.conference, this.conferences, media, clock);
    progress.connected();
  }

  #ringPhones(caller: Leg, to: Extension, progress: CallProgress): void {
    const phones = this.#callPhones(to, caller.party);
    if (typeof phones === 'string') {
      if (!progress.lost(phones)) caller.hangUp(phones);
      return;
    }
    const { media, clock } = this.options;
    const config = () => this.options.config();
    const tried = new Set([to.number]);
    new ExtensionCall(caller, phones, {
      mix: this.conferences.newMix(),
      media,
      clock,
      tones: tonesOf(config().country),
      progress,
      // A 302 is followed within the box only, to each extension once.
      redirected: (number) => {
        const next = destinationOf(config(), number);
        if (next?.type !== 'extension' || tried.has(number)) return [];
        tried.add(number);
        const others = this.#callPhones(next.extension, caller.party);
        return typeof others === 'string' ? [] : others;
      },
    });
  }

  #callPhones(to: Extension, from: { number: string; name: string }): SipLeg[] | Cause {
    const agent = this.#agent!;
    if (this.#callsOf(to) >= to.sip.maxCalls) return 'busy';
    const bindings = agent.registrar.bindings(to.sip.username);
    if (bindings.length === 0) return 'unavailable';
    return bindings.map(({ contact, source }) => {
      const place = (sdp: Buffer) => agent.call(contact, source, from, sdp);
      const phone = SipLeg.outgoing(place, this.#legOptions(to, source.address));
      this.#keep(phone, to, from.number);
      return phone;
    });
  }

  #ownLegOf(call: SipCall): OwnLeg | undefined {
    const open = this.legs.find(({ leg }) => leg.isOf(call));
    return open && this.#ownLeg(open.leg.id);
  }

  /** A leg with its extension; undefined if either is no more. */
  #ownLeg(id: LegId): OwnLeg | undefined {
    const open = this.#legs.get(id);
    const extension = this.options.config().extensions.find(({ number }) => number === open?.extension);
    return open && extension && { leg: open.leg, extension };
  }

  /** Calls an extension takes part in; all its phones that ring for one call count once. */
  #callsOf({ number }: Extension): number {
    const own = this.legs.filter(({ extension }) => extension === number);
    const ringing = new Set(own.filter(({ leg }) => leg.state === 'alerting').map(({ dialled }) => dialled));
    return own.filter(({ leg }) => leg.state !== 'alerting').length + ringing.size;
  }

  #legOptions(extension: Extension, peerAddress: string) {
    const id = this.#nextLeg++;
    return {
      id,
      party: { number: extension.number, name: extension.name },
      media: this.options.media,
      localAddress: this.options.localAddressFor(peerAddress),
      nowMs: () => this.options.clock.nowMs(),
      transfer: (number: string, replaced: SipCall | undefined, report: (status: number) => void) => {
        const by = this.#ownLeg(id);
        const other = replaced && this.#ownLegOf(replaced);
        if (!by || (replaced && !other)) return 481;
        return this.#transfers.start(by, number, other, report);
      },
      onClosed: () => this.#drop(id),
    };
  }

  #keep(leg: SipLeg, extension: Extension, dialled: string): void {
    this.#legs.set(leg.id, { leg, extension: extension.number, dialled });
    this.#silence.wake();
    log.info({ leg: leg.id, extension: extension.number, direction: leg.direction }, 'leg opened');
  }

  #drop(id: LegId): void {
    this.#legs.delete(id);
    log.info({ leg: id }, 'leg closed');
    if (this.#legs.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }
}

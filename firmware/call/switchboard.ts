/** Takes calls, finds what was dialled, and knows every leg there is. */
import type { Clock } from '../clock.js';
import type { Conference, Config, Extension } from '../config/schema.js';
import { createLog } from '../log.js';
import type { Media } from '../media/contract.js';
import type { SipCall } from '../sip/sip-call.js';
import type { UserAgent } from '../sip/user-agent.js';
import { ConferenceDirectory } from './conference-directory.js';
import { ConferenceVisit, type FindConference } from './conference-visit.js';
import { conferenceOf, destinationOf } from './dial-plan.js';
import { ExtensionCall } from './extension-call.js';
import { OutboundLimits } from './outbound-limits.js';
import { groupOf } from './permission.js';
import type { LegId } from './room.js';
import { SipLeg } from './sip-leg.js';
import { tonesOf } from './tone-plan.js';

const log = createLog('call');

export type SwitchboardOptions = {
  config(): Config;
  media: Media;
  clock: Clock;
  /** Our address as a peer sees it. */
  localAddressFor(peerAddress: string): string;
};

/** A leg with what it is doing, for those who watch. */
export type OpenLeg = { leg: SipLeg; extension: string; dialled: string };

export class Switchboard {
  readonly conferences: ConferenceDirectory;
  readonly #legs = new Map<LegId, OpenLeg>();
  readonly #outbound: OutboundLimits;
  #nextLeg: LegId = 1;
  #agent?: UserAgent;
  #idle: (() => void)[] = [];

  constructor(private readonly options: SwitchboardOptions) {
    this.conferences = new ConferenceDirectory(options.media, options.clock);
    this.#outbound = new OutboundLimits(options.clock);
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

  /** A call came in from an authenticated user. */
  onCall(call: SipCall, username: string, dialled: string): void {
    const config = this.options.config();
    const extension = config.extensions.find((candidate) => candidate.sip.username === username);
    if (!extension) return call.reject(403);
    if (this.#callsOf(extension) >= extension.sip.maxCalls) return call.reject(486);
    const leg = SipLeg.incoming(call, this.#legOptions(extension, call.peer.address));
    this.#keep(leg, extension, dialled);
    const destination = destinationOf(config, { extension }, dialled);
    switch (destination.type) {
      case 'conference':
        return this.#visit(leg, destination.conference);
      case 'askForConference':
        return this.#visit(leg, (number) => conferenceOf(this.options.config(), number));
      case 'extension':
        return this.#ringPhones(leg, extension, destination.extension);
      case 'trunk':
        return this.#callTrunk(leg, extension);
      case 'refused':
        return leg.hangUp(destination.cause);
    }
  }

  /** Ends every call; resolves when no leg and no port is left. */
  async hangUpAll(): Promise<void> {
    for (const { leg } of this.legs) leg.hangUp('normal');
    if (this.#legs.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #visit(leg: SipLeg, conference: Conference | FindConference): void {
    const { media, clock } = this.options;
    new ConferenceVisit(leg, conference, this.conferences, media, clock);
  }

  /** No trunk can be called yet; who calls counts against the limits all the same. */
  #callTrunk(caller: SipLeg, from: Extension): void {
    const limits = groupOf(this.options.config(), from) ?? {};
    caller.hangUp(this.#outbound.begin(caller.id, from.number, limits) ?? 'unavailable');
  }

  #ringPhones(caller: SipLeg, from: Extension, to: Extension): void {
    const agent = this.#agent!;
    const bindings =
      this.#callsOf(to) >= to.sip.maxCalls ? undefined : agent.registrar.bindings(to.sip.username);
    if (!bindings) return caller.hangUp('busy');
    if (bindings.length === 0) return caller.hangUp('unavailable');
    const phones = bindings.map(({ contact, source }) => {
      const place = (sdp: Buffer) =>
        agent.call(contact, source, { number: from.number, name: from.name }, sdp);
      const phone = SipLeg.outgoing(place, this.#legOptions(to, source.address));
      this.#keep(phone, to, from.number);
      return phone;
    });
    const { media, clock } = this.options;
    const tones = tonesOf(this.options.config().country);
    new ExtensionCall(caller, phones, this.conferences.newMix(), media, clock, tones);
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
      onClosed: () => this.#drop(id),
    };
  }

  #keep(leg: SipLeg, extension: Extension, dialled: string): void {
    this.#legs.set(leg.id, { leg, extension: extension.number, dialled });
    log.info({ leg: leg.id, extension: extension.number, direction: leg.direction }, 'leg opened');
  }

  #drop(id: LegId): void {
    this.#legs.delete(id);
    this.#outbound.end(id);
    log.info({ leg: id }, 'leg closed');
    if (this.#legs.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }
}

/** Takes calls, finds what was dialled, and knows every leg there is. */
import type { Clock } from '../clock.js';
import type { Conference, Config, Extension } from '../config/schema.js';
import { createLog } from '../log.js';
import type { Media } from '../media/contract.js';
import type { SipCall } from '../sip/sip-call.js';
import type { Trunks } from '../sip/trunks.js';
import type { Caller, UserAgent } from '../sip/user-agent.js';
import type { Endpoint } from '../sip/transport.js';
import { ConferenceDirectory } from './conference-directory.js';
import { ConferenceVisit, type FindConference } from './conference-visit.js';
import { conferenceOf, destinationOf, type Caller as Dialler, type TrunkDestination } from './dial-plan.js';
import { ExtensionCall } from './extension-call.js';
import { mediaSecurity } from './media-security.js';
import { OutboundLimits } from './outbound-limits.js';
import { groupOf } from './permission.js';
import type { LegId } from './room.js';
import { SipLeg } from './sip-leg.js';
import { tonesOf, type Tones } from './tone-plan.js';
import { TrunkCall } from './trunk-call.js';

const log = createLog('call');

export type SwitchboardOptions = {
  config(): Config;
  media: Media;
  clock: Clock;
  /** Our address as a peer sees it. */
  localAddressFor(peerAddress: string): string;
};

/** A leg with what it is doing, for those who watch. `extension`: whose it is, if it is not outside. */
export type OpenLeg = { leg: SipLeg; extension: string | undefined; dialled: string };

type Party = { number: string; name: string };

export class Switchboard {
  readonly conferences: ConferenceDirectory;
  readonly #legs = new Map<LegId, OpenLeg>();
  readonly #outbound: OutboundLimits;
  #nextLeg: LegId = 1;
  #agent?: UserAgent;
  #trunks?: Trunks;
  #idle: (() => void)[] = [];

  constructor(private readonly options: SwitchboardOptions) {
    this.conferences = new ConferenceDirectory(options.media, options.clock);
    this.#outbound = new OutboundLimits(options.clock);
    options.media.onDigit = (port, digit) => {
      for (const { leg } of this.#legs.values()) if (leg.port === port) leg.key(digit);
    };
  }

  /** Through whom phones and numbers outside are called. */
  connect(agent: UserAgent, trunks: Trunks): void {
    this.#agent = agent;
    this.#trunks = trunks;
  }

  get legs(): readonly OpenLeg[] {
    return [...this.#legs.values()];
  }

  /** A call came in. */
  onCall(call: SipCall, caller: Caller, dialled: string): void {
    const { extensions, trunks } = this.options.config();
    if (caller.type === 'outside') {
      const trunk = trunks.find(({ name }) => name === caller.trunk);
      if (!trunk) return call.reject(403);
      return this.#lead(call, { trunk }, caller, dialled);
    }
    const extension = extensions.find(({ sip }) => sip.username === caller.username);
    if (!extension) return call.reject(403);
    if (this.#callsOf(extension) >= extension.sip.maxCalls) return call.reject(486);
    this.#lead(call, { extension }, extension, dialled);
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

  /** Leads a call to what was dialled. */
  #lead(call: SipCall, from: Dialler, party: Party, dialled: string): void {
    const extension = 'extension' in from ? from.extension : undefined;
    const leg = SipLeg.incoming(call, this.#legOptions(party, call.peer, extension?.sip.srtp));
    this.#keep(leg, extension, dialled);
    const destination = destinationOf(this.options.config(), from, dialled);
    switch (destination.type) {
      case 'conference':
        return this.#visit(leg, destination.conference);
      case 'askForConference':
        return this.#visit(leg, (number) => conferenceOf(this.options.config(), number));
      case 'extension':
        return this.#ringPhones(leg, destination.extension);
      case 'trunk':
        return extension ? this.#callOutside(leg, extension, destination) : leg.hangUp('barred');
      case 'refused':
        return leg.hangUp(destination.cause);
    }
  }

  #callOutside(caller: SipLeg, from: Extension, destination: TrunkDestination): void {
    const limits = groupOf(this.options.config(), from) ?? {};
    const refused = this.#outbound.begin(caller.id, from.number, limits);
    if (refused) return caller.hangUp(refused);
    const ways = destination.trunks.flatMap((name) => this.#waysOver(name, from, destination));
    const { media, clock } = this.options;
    new TrunkCall(caller, ways, this.conferences.newMix(), media, clock, this.#tones());
  }

  /** One way for each place where a provider may be; none while it is known not to work. */
  #waysOver(name: string, from: Extension, { number, callerId }: TrunkDestination): (() => SipLeg)[] {
    const trunk = this.#trunks?.find(name);
    const settings = this.options.config().trunks.find((candidate) => candidate.name === name);
    if (!trunk?.usable || !settings) return [];
    const shown = { number: callerId ?? settings.callerId ?? '', name: '' };
    return trunk.endpoints.map((endpoint) => () => {
      const place = (sdp: Buffer) => this.#agent!.callTrunk(trunk, endpoint, number, shown, sdp);
      const options = this.#legOptions({ number, name: `trunk ${name}` }, endpoint);
      const leg = SipLeg.outgoing(place, { ...options, codecs: settings.codecs });
      this.#keep(leg, undefined, from.number);
      return leg;
    });
  }

  #ringPhones(caller: SipLeg, to: Extension): void {
    const agent = this.#agent!;
    const bindings =
      this.#callsOf(to) >= to.sip.maxCalls ? undefined : agent.registrar.bindings(to.sip.username);
    if (!bindings) return caller.hangUp('busy');
    if (bindings.length === 0) return caller.hangUp('unavailable');
    const safe = bindings.filter(
      ({ source }) => mediaSecurity(to.sip.srtp, source, this.options.media.srtp) !== 'impossible',
    );
    if (safe.length === 0) return caller.hangUp('incompatible');
    const phones = safe.map(({ contact, source }) => {
      const place = (sdp: Buffer) => agent.call(contact, source, caller.party, sdp);
      const phone = SipLeg.outgoing(place, this.#legOptions(to, source, to.sip.srtp));
      this.#keep(phone, to, caller.party.number);
      return phone;
    });
    const { media, clock } = this.options;
    new ExtensionCall(caller, phones, this.conferences.newMix(), media, clock, this.#tones());
  }

  #tones(): Tones {
    return tonesOf(this.options.config().country);
  }

  /** Calls an extension takes part in; all its phones that ring for one call count once. */
  #callsOf({ number }: Extension): number {
    const own = this.legs.filter(({ extension }) => extension === number);
    const rings = ({ leg }: OpenLeg) =>
      leg.direction === 'outgoing' && (leg.state === 'alerting' || leg.state === 'early');
    const ringing = new Set(own.filter(rings).map(({ dialled }) => dialled));
    return own.filter((one) => !rings(one)).length + ringing.size;
  }

  #legOptions({ number, name }: Party, peer: Endpoint, srtp: Extension['sip']['srtp'] = 'optional') {
    const { media, clock } = this.options;
    const id = this.#nextLeg++;
    return {
      id,
      party: { number, name },
      media,
      localAddress: this.options.localAddressFor(peer.address),
      security: mediaSecurity(srtp, peer, media.srtp),
      nowMs: () => clock.nowMs(),
      onClosed: () => this.#drop(id),
    };
  }

  #keep(leg: SipLeg, extension: Extension | undefined, dialled: string): void {
    this.#legs.set(leg.id, { leg, extension: extension?.number, dialled });
    log.info({ leg: leg.id, extension: extension?.number, direction: leg.direction }, 'leg opened');
  }

  #drop(id: LegId): void {
    this.#legs.delete(id);
    this.#outbound.end(id);
    log.info({ leg: id }, 'leg closed');
    if (this.#legs.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }
}

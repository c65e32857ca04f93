/** Makes the legs of SIP calls: of the phones of accounts, and of trunks. */
import type { Config, Extension, SipAccount, Trunk } from '../config/schema.js';
import type { Media } from '../media/contract.js';
import type { Caller } from '../sip/caller-check.js';
import { isWithin, sourceOf } from '../sip/networks.js';
import type { ReferTarget, Report } from '../sip/refer.js';
import type { SipCall } from '../sip/sip-call.js';
import type { Endpoint } from '../sip/transport.js';
import type { Trunks } from '../sip/trunks.js';
import type { UserAgent } from '../sip/user-agent.js';
import type { Cause } from './cause.js';
import type { TrunkDestination } from './dial-plan.js';
import type { Leg, Party } from './leg.js';
import type { NewLeg } from './line-leg.js';
import { mediaSecurity } from './media-security.js';
import type { LegId } from './room.js';
import { SipLeg, type SipLegOptions } from './sip-leg.js';
import type { Way } from './trunk-call.js';

/** A provider says at least "trying" within this time, ms; else the next one is asked. */
const PATIENCE_MS = 6000;

export type SipLegsOptions = {
  config(): Config;
  media: Media;
  /** Our address towards a peer, and the one that it is told. */
  addressFor(peerAddress: string): { local: string; shown: string };
  agent: UserAgent;
  trunks: Trunks;
  newLeg(): NewLeg;
  /** A leg has begun; `dialled`: the called number of an incoming one, the caller of an outgoing one. */
  keep(leg: Leg, extension: Extension | undefined, dialled: string): void;
  /** The party of a leg asks for a transfer: 202, or the SIP status that refuses. */
  referred(id: LegId, target: ReferTarget, replaced: SipCall | undefined, report: Report): number;
};

export class SipLegs {
  constructor(private readonly options: SipLegsOptions) {}

  /** An account's phone calls. */
  fromPhone(call: SipCall, extension: Extension, account: SipAccount, dialled: string): SipLeg {
    const leg = SipLeg.incoming(call, this.#ofPhone(extension, account, call.peer));
    this.options.keep(leg, extension, dialled);
    return leg;
  }

  /** A call comes over a trunk. */
  fromTrunk(call: SipCall, trunk: Trunk, caller: Caller & { type: 'outside' }, dialled: string): SipLeg {
    const leg = SipLeg.incoming(call, this.#ofTrunk(trunk, caller, call.peer));
    this.options.keep(leg, undefined, dialled);
    return leg;
  }

  /** Calls all phones that an account has registered, shown `from`; or why there is none. */
  toPhones(to: Extension, account: SipAccount, from: Party): SipLeg[] | Cause {
    const { agent, media } = this.options;
    const bindings = agent.registrar.bindings(account.username);
    if (bindings.length === 0) return 'unavailable';
    const safe = bindings.filter(
      ({ source }) => mediaSecurity(account.srtp, source, media.srtp) !== 'impossible',
    );
    if (safe.length === 0) return 'incompatible';
    return safe.map(({ contact, source }) => {
      const place = (sdp: Buffer) => agent.call(contact, source, from, sdp);
      const phone = SipLeg.outgoing(place, this.#ofPhone(to, account, source));
      this.options.keep(phone, to, from.number);
      return phone;
    });
  }

  /** One way for each place where a provider may be; none while it is known not to work. */
  waysOver(
    name: string,
    from: string,
    { number, callerId }: Pick<TrunkDestination, 'number' | 'callerId'>,
  ): Way[] {
    const trunk = this.options.trunks.find(name);
    const settings = this.options.config().trunks.find((candidate) => candidate.name === name);
    if (!trunk?.usable || !settings) return [];
    const shown = { number: callerId ?? settings.callerId ?? '', name: '' };
    const party = { number, name: `trunk ${name}` };
    return trunk.endpoints.map((endpoint) => ({
      patienceMs: PATIENCE_MS,
      place: () => {
        const invite = (sdp: Buffer) => this.options.agent.callTrunk(trunk, endpoint, number, shown, sdp);
        const leg = SipLeg.outgoing(invite, this.#ofTrunk(settings, party, endpoint));
        this.options.keep(leg, undefined, from);
        return leg;
      },
    }));
  }

  #ofPhone(extension: Extension, account: SipAccount, peer: Endpoint): SipLegOptions {
    const { trustedNetworks } = this.options.config().security;
    const from = isWithin(peer.address, trustedNetworks) ? [] : [sourceOf(peer.address)];
    return {
      ...this.#common(extension, peer, account.srtp),
      sources: [`extension ${extension.number}`, ...from],
    };
  }

  #ofTrunk({ name, codecs }: Trunk, party: Party, peer: Endpoint): SipLegOptions {
    return {
      ...this.#common(party, peer, 'optional'),
      sources: [`trunk ${name} ${party.number}`],
      codecs,
    };
  }

  #common({ number, name }: Party, peer: Endpoint, srtp: SipAccount['srtp']) {
    const { options } = this;
    const newLeg = options.newLeg();
    return {
      ...newLeg,
      party: { number, name },
      media: options.media,
      address: options.addressFor(peer.address),
      codecs: options.config().media.codecs,
      security: mediaSecurity(srtp, peer, options.media.srtp),
      referred: (target: ReferTarget, replaced: SipCall | undefined, report: Report) =>
        options.referred(newLeg.id, target, replaced, report),
    };
  }
}

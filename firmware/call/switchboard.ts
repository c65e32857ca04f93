/** Takes calls, finds what was dialled, and knows every leg there is. */
import type { Clock } from '../clock.js';
import type { Config, Extension } from '../config/schema.js';
import { createLog } from '../log.js';
import type { Media, PortId } from '../media/contract.js';
import type { SipCall } from '../sip/sip-call.js';
import type { UserAgent } from '../sip/user-agent.js';
import { ConferenceDirectory } from './conference-directory.js';
import { ConferenceVisit } from './conference-visit.js';
import { destinationOf } from './dial-plan.js';
import { ExtensionCall } from './extension-call.js';
import type { LegId } from './room.js';
import { SilenceWatch } from './silence-watch.js';
import { SipLeg } from './sip-leg.js';
import { tonesOf } from './tone-plan.js';

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
  readonly #silence: SilenceWatch<SipLeg>;
  #nextLeg: LegId = 1;
  #agent?: UserAgent;
  #idle: (() => void)[] = [];

  constructor(private readonly options: SwitchboardOptions) {
    this.conferences = new ConferenceDirectory(options.media, options.clock);
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

  /** A call came in from an authenticated user. */
  onCall(call: SipCall, username: string, dialled: string): void {
    const config = this.options.config();
    const extension = config.extensions.find((candidate) => candidate.sip.username === username);
    if (!extension) return call.reject(403);
    if (this.#callsOf(extension) >= extension.sip.maxCalls) return call.reject(486);
    const leg = SipLeg.incoming(call, this.#legOptions(extension, call.peer.address));
    this.#keep(leg, extension, dialled);
    const destination = destinationOf(config, dialled);
    if (destination?.type === 'conference') {
      const { media, clock } = this.options;
      new ConferenceVisit(leg, destination.conference, this.conferences, media, clock);
    } else if (destination?.type === 'extension') {
      this.#ringPhones(leg, extension, destination.extension);
    } else {
      leg.hangUp('unknownNumber');
    }
  }

  /** Ends every call; resolves when no leg and no port is left. */
  async hangUpAll(): Promise<void> {
    for (const { leg } of this.legs) leg.hangUp('normal');
    if (this.#legs.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
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
    this.#silence.wake();
    log.info({ leg: leg.id, extension: extension.number, direction: leg.direction }, 'leg opened');
  }

  #drop(id: LegId): void {
    this.#legs.delete(id);
    log.info({ leg: id }, 'leg closed');
    if (this.#legs.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }
}

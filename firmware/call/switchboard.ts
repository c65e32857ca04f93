/** Takes calls, finds what was dialled, and knows every leg there is. */
import type { Clock } from '../clock.js';
import { EXCHANGE_LINES } from '../config/dial-plan-schema.js';
import type { AudioPort, Conference, Config, Extension } from '../config/schema.js';
import type { GuessGuard } from '../guess-guard.js';
import { createLog } from '../log.js';
import type { Media, PortId } from '../media/contract.js';
import type { ReferTarget, Report } from '../sip/refer.js';
import type { SipCall } from '../sip/sip-call.js';
import type { Trunks } from '../sip/trunks.js';
import type { Caller } from '../sip/caller-check.js';
import type { UserAgent } from '../sip/user-agent.js';
import type { Cause } from './cause.js';
import { ConferenceControl } from './conference-control.js';
import { ConferenceDirectory } from './conference-directory.js';
import { resourceOf, type OpenRoom } from './open-room.js';
import { ConferenceVisit, type FindConference } from './conference-visit.js';
import {
  conferenceOf,
  destinationOf,
  type Caller as Dialler,
  type Destination,
  type RingingDestination,
  type TrunkDestination,
} from './dial-plan.js';
import { unwatched, type CallProgress } from './call-progress.js';
import { ExtensionCall } from './extension-call.js';
import type { KeptSeats } from './kept-seats.js';
import type { Leg, Party } from './leg.js';
import { OutboundLimits } from './outbound-limits.js';
import { groupOf } from './permission.js';
import type { Called } from './ringing.js';
import type { LegId } from './room.js';
import { RoomRecordings, type RoomRecorder } from './room-recording.js';
import { SilenceWatch } from './silence-watch.js';
import type { NewLeg } from './line-leg.js';
import { SipLeg } from './sip-leg.js';
import { SipLegs } from './sip-legs.js';
import type { StolenAccounts } from './stolen-accounts.js';
import { tonesOf } from './tone-plan.js';
import { Transfers, type OwnLeg } from './transfer.js';
import { TrunkCall, type Way } from './trunk-call.js';

const log = createLog('call');

export type SwitchboardOptions = {
  config(): Config;
  media: Media;
  recorder: RoomRecorder;
  clock: Clock;
  guard: GuessGuard;
  stolen: StolenAccounts;
  seats: KeptSeats;
  /** Our address towards a peer, and the one that it is told. */
  addressFor(peerAddress: string): { local: string; shown: string };
  /** RTP packets that came to a port so far. */
  rxPackets(port: PortId): number | undefined;
};

/** A leg with what it is doing, for those who watch. `extension`: whose it is, if it is not outside. */
export type OpenLeg = { leg: Leg; extension: string | undefined; dialled: string };

/** The phones on lines. */
export type LinePhones = {
  /** Calls those of an extension, shown `from`: one leg at least, or why there is none; `unavailable` if it has none. */
  call(to: Extension, from: Party): readonly Leg[] | Cause;
};

/** The lines to the exchange. */
export type OutsideLines = {
  /** One way for each by which calls may go out now; none if the number is more than digits. */
  ways(number: string, from: string): Way[];
  /** The same of every line, the least important ones first: who has it loses it. */
  emergencyWays(number: string, from: string): Way[];
};

export type AudioPorts = {
  /** Calls one, shown `from`; or why that cannot be. */
  call(to: AudioPort, from: Party): Leg | Cause;
};

/** On whose account a call goes out. */
type Account = Pick<Extension, 'number' | 'permissions'>;

export class Switchboard {
  readonly conferences: ConferenceDirectory;
  readonly recordings: RoomRecordings;
  /** Something changed about a number: an extension, or a room as `resourceOf` names it. */
  onChanged: (resource: string) => void = () => {};
  /** A leg began; one has ended, its port still open; one is over. Something happened in a room. */
  onLegOpened: (open: OpenLeg) => void = () => {};
  onLegEnded: (open: OpenLeg) => void = () => {};
  onLegClosed: (open: OpenLeg) => void = () => {};
  onRoom: (room: OpenRoom) => void = () => {};
  readonly #legs = new Map<LegId, OpenLeg>();
  readonly #outbound: OutboundLimits;
  readonly #transfers: Transfers;
  readonly #control: ConferenceControl;
  readonly #silence: SilenceWatch<SipLeg>;
  #nextLeg: LegId = 1;
  #sip?: SipLegs;
  #linePhones?: LinePhones;
  #audioPorts?: AudioPorts;
  #outsideLines?: OutsideLines;
  #idle: (() => void)[] = [];

  constructor(private readonly options: SwitchboardOptions) {
    this.conferences = new ConferenceDirectory(
      options.media,
      options.clock,
      options.guard,
      options.seats,
      (id) => this.#legs.get(id)?.extension,
    );
    const tone = () => options.config().recordingTone;
    this.recordings = new RoomRecordings({ ...options, tone });
    this.conferences.onChanged = (room) => {
      this.recordings.follow(room);
      this.onRoom(room);
      this.onChanged(resourceOf(room));
    };
    this.#outbound = new OutboundLimits(options.clock);
    this.#transfers = new Transfers({
      media: options.media,
      clock: options.clock,
      newMix: () => this.conferences.newMix(),
      destinationOf: (extension, number) => destinationOf(options.config(), { extension }, number),
      lead: (...what) => this.#lead(...what),
      transfersOutside: (by) => groupOf(options.config(), by)?.transferOutside ?? false,
      isOutside: ({ id }) => this.#legs.get(id)?.extension === undefined,
      callIn: ({ leg, extension }, number, report) =>
        this.#control.referWithin(extension, leg, { method: 'INVITE', number }, report),
    });
    this.#control = new ConferenceControl({
      conferences: this.conferences,
      clock: options.clock,
      config: () => options.config(),
      extensionOf: (id) => this.#legs.get(id)?.extension,
      destinationOf: (extension, number) => destinationOf(options.config(), { extension }, number),
      lead: (...what) => this.#lead(...what),
      callPhones: (to, from) => this.#callPhones(to, from),
    });
    this.#silence = new SilenceWatch({
      clock: options.clock,
      limitSeconds: () => options.config().network.rtpTimeoutSeconds,
      legs: () => this.legs.flatMap(({ leg }) => (leg instanceof SipLeg ? leg : [])),
      rxPackets: (port) => options.rxPackets(port),
      silent: (leg) => {
        log.warn({ leg: leg.id, number: leg.party.number }, 'no audio comes any more: hung up');
        leg.hangUp('networkFailure');
      },
    });
    options.media.onDigit = (port, digit) => {
      for (const { leg } of this.#legs.values())
        if (leg instanceof SipLeg && leg.port === port) leg.key(digit);
    };
  }

  /** Through whom phones and numbers outside are called. */
  connect(
    agent: UserAgent,
    trunks: Trunks,
    linePhones: LinePhones,
    audioPorts: AudioPorts,
    outsideLines: OutsideLines,
  ): void {
    this.#sip = new SipLegs({
      ...this.options,
      agent,
      trunks,
      newLeg: () => this.newLeg(),
      keep: (...leg) => this.keep(...leg),
      referred: (...refer) => this.#referred(...refer),
    });
    this.#linePhones = linePhones;
    this.#audioPorts = audioPorts;
    this.#outsideLines = outsideLines;
  }

  get legs(): readonly OpenLeg[] {
    return [...this.#legs.values()];
  }

  /** A call came in; with `replaced`, to take the place of that one. */
  onCall(call: SipCall, caller: Caller, dialled: string, replaced?: SipCall): void {
    const config = this.options.config();
    if (caller.type === 'outside') {
      const trunk = config.trunks.find(({ name }) => name === caller.trunk);
      if (!trunk || replaced) return call.reject(403);
      return this.route(this.#sip!.fromTrunk(call, trunk, caller, dialled), { trunk }, dialled);
    }
    const extension = config.extensions.find(({ sip }) => sip?.username === caller.username);
    if (!extension?.sip) return call.reject(403);
    if (!replaced && this.#callsOf(extension) >= extension.sip.maxCalls) return call.reject(486);
    const leg = this.#sip!.fromPhone(call, extension, extension.sip, dialled);
    if (!replaced) return this.route(leg, { extension }, dialled);
    const old = this.#ownLegOf(replaced);
    if (!old || !this.#transfers.replace(leg, extension, old)) call.reject(403);
  }

  /** An account asks for something of a conference, outside any call: 202, or the SIP status that refuses. */
  onRefer(username: string, conference: string, target: ReferTarget, report: Report): number {
    const by = this.options.config().extensions.find(({ sip }) => sip?.username === username);
    return by ? this.#control.refer(by, conference, target, report) : 403;
  }

  /** Ends every call; resolves when no leg and no port is left. */
  async hangUpAll(): Promise<void> {
    for (const { leg } of this.legs) leg.hangUp('normal');
    if (this.#legs.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** Leads a leg that is kept to what was dialled. */
  route(leg: Leg, from: Dialler, dialled: string): void {
    const by = 'extension' in from ? from.extension : 'audioPort' in from ? from.audioPort : undefined;
    this.#lead(leg, destinationOf(this.options.config(), from, dialled), dialled, unwatched, by);
  }

  /** Leads a leg to what was dialled. */
  #lead(leg: Leg, to: Destination, dialled: string, progress: CallProgress, by?: Account): void {
    const open = this.#legs.get(leg.id);
    if (open) open.dialled = dialled;
    switch (to.type) {
      case 'conference':
        this.#visit(leg, to.conference);
        return progress.connected();
      case 'askForConference':
        this.#visit(leg, (number) => conferenceOf(this.options.config(), number));
        return progress.connected();
      case 'extension':
      case 'audioPort':
        return this.#ringPhones(leg, to, progress);
      case 'trunk':
        return this.#callOutside(leg, to, progress, by);
      case 'emergency':
        return this.#callForHelp(leg, to.number, progress);
      case 'refused':
        return this.#refuse(leg, to.cause, progress);
    }
  }

  #refuse(leg: Leg, cause: Cause, progress: CallProgress): void {
    if (!progress.lost(cause)) leg.hangUp(cause);
  }

  #visit(leg: Leg, conference: Conference | FindConference): void {
    const { media, clock } = this.options;
    new ConferenceVisit(leg, conference, this.conferences, media, clock);
  }

  #callOutside(caller: Leg, to: TrunkDestination, progress: CallProgress, by: Account | undefined): void {
    const refused = by ? this.#barred(caller, to, by) : 'barred';
    if (refused) return this.#refuse(caller, refused, progress);
    const { number: from } = caller.party;
    const ways = to.trunks.flatMap((name) =>
      name === EXCHANGE_LINES
        ? this.#outsideLines!.ways(to.number, from)
        : this.#sip!.waysOver(name, from, to),
    );
    new TrunkCall(caller, ways, { ...this.#callOptions(), progress });
  }

  /** Nobody is asked whether that may be. Lines come first, as the exchange knows where they are. */
  #callForHelp(caller: Leg, number: string, progress: CallProgress): void {
    const { number: from } = caller.party;
    const to = { number, callerId: undefined };
    const trunks = this.options.config().trunks.flatMap(({ name }) => this.#sip!.waysOver(name, from, to));
    const ways = [...this.#outsideLines!.emergencyWays(number, from), ...trunks];
    new TrunkCall(caller, ways, { ...this.#callOptions(), progress });
  }

  /** Counts a call outside, or says why there is none. */
  #barred(caller: Leg, to: TrunkDestination, by: Account): Cause | undefined {
    const verdict = this.options.stolen.judge(by, to.number);
    if (verdict === 'cutOff')
      for (const id of this.#outbound.callersOf(by.number)) this.#legs.get(id)?.leg.hangUp('barred');
    if (verdict !== 'ok') return 'barred';
    return this.#outbound.begin(caller.id, by.number, groupOf(this.options.config(), by) ?? {});
  }

  #ringPhones(caller: Leg, to: RingingDestination, progress: CallProgress): void {
    const called = this.#callPhones(to, caller.party);
    if (typeof called === 'string') return this.#refuse(caller, called, progress);
    new ExtensionCall(caller, called, { ...this.#callOptions(), progress });
  }

  #callOptions() {
    const { media, clock } = this.options;
    return { mix: this.conferences.newMix(), media, clock, tones: tonesOf(this.options.config().country) };
  }

  /** Calls an audio port, or the phones of an extension. A 302 is followed within the box only, to each extension once. */
  #callPhones(destination: RingingDestination, from: Party): Called | Cause {
    if (destination.type === 'audioPort') {
      const leg = this.#audioPorts!.call(destination.audioPort, from);
      return typeof leg === 'string' ? leg : { phones: [leg], redirected: () => [] };
    }
    const to = destination.extension;
    const phones = this.#phonesOf(to, from);
    if (typeof phones === 'string') return phones;
    const tried = new Set([to.number]);
    const redirected = (number: string): readonly Leg[] => {
      const next = destinationOf(this.options.config(), { extension: to }, number);
      if (next.type !== 'extension' || tried.has(number)) return [];
      tried.add(number);
      const others = this.#phonesOf(next.extension, from);
      return typeof others === 'string' ? [] : others;
    };
    return { phones, redirected };
  }

  /** Its phones that can be called now, by SIP and on lines. */
  #phonesOf(to: Extension, from: Party): readonly Leg[] | Cause {
    if (to.sip && this.#callsOf(to) >= to.sip.maxCalls) return 'busy';
    const onLines = this.#linePhones!.call(to, from);
    const bySip = to.sip ? this.#sip!.toPhones(to, to.sip, from) : 'unavailable';
    const found = [onLines, bySip].flatMap((phones) => (typeof phones === 'string' ? [] : phones));
    if (found.length > 0) return found;
    return typeof bySip === 'string' && bySip !== 'unavailable' ? bySip : onLines;
  }

  #ownLegOf(call: SipCall): OwnLeg | undefined {
    const open = this.legs.find(({ leg }) => leg instanceof SipLeg && leg.isOf(call));
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
    const rings = ({ leg }: OpenLeg) =>
      leg.direction === 'outgoing' && (leg.state === 'alerting' || leg.state === 'early');
    const ringing = new Set(own.filter(rings).map(({ dialled }) => dialled));
    return own.filter((one) => !rings(one)).length + ringing.size;
  }

  /** Who is outside moves nobody. */
  #referred(id: LegId, target: ReferTarget, replaced: SipCall | undefined, report: Report): number {
    const by = this.#ownLeg(id);
    const other = replaced && this.#ownLegOf(replaced);
    if (!by) return 403;
    if (replaced && !other) return 481;
    if (target.method === 'BYE') return this.#control.referWithin(by.extension, by.leg, target, report);
    return this.#transfers.start(by, target.number, other, report);
  }

  /** What a leg on a line begins with. */
  newLeg(): NewLeg {
    const id = this.#nextLeg++;
    return {
      id,
      nowMs: () => this.options.clock.nowMs(),
      onState: () => this.#changed(id),
      onClosed: () => this.#drop(id),
    };
  }

  /** A leg has begun; `dialled`: the called number of an incoming one, the caller of an outgoing one. */
  keep(leg: Leg, extension: Extension | undefined, dialled: string): void {
    const open = { leg, extension: extension?.number, dialled };
    this.#legs.set(leg.id, open);
    this.onLegOpened(open);
    this.#silence.wake();
    this.#changed(leg.id);
    log.info({ leg: leg.id, extension: extension?.number, direction: leg.direction }, 'leg opened');
  }

  #changed(id: LegId): void {
    const open = this.#legs.get(id);
    if (open?.extension !== undefined) this.onChanged(open.extension);
    if (open?.leg.state === 'ended') this.onLegEnded(open);
  }

  #drop(id: LegId): void {
    const open = this.#legs.get(id);
    this.#legs.delete(id);
    if (open) this.onLegClosed(open);
    this.#outbound.end(id);
    log.info({ leg: id }, 'leg closed');
    if (this.#legs.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }
}

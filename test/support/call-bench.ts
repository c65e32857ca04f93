/** The switchboard between phones and providers that answer at once, without SIP, media or a clock that goes. */
import type { Leg } from '../../firmware/call/leg.js';
import { SipLeg } from '../../firmware/call/sip-leg.js';
import { Switchboard } from '../../firmware/call/switchboard.js';
import { KeptSeats } from '../../firmware/call/kept-seats.js';
import { StolenAccounts } from '../../firmware/call/stolen-accounts.js';
import { ManualClock } from '../../firmware/clock.js';
import type { Config } from '../../firmware/config/schema.js';
import { GuessGuard } from '../../firmware/guess-guard.js';
import type { Media } from '../../firmware/media/contract.js';
import type { Caller } from '../../firmware/sip/caller-check.js';
import type { CallHandlers, SipCall } from '../../firmware/sip/sip-call.js';
import type { Trunks } from '../../firmware/sip/trunks.js';
import type { UserAgent } from '../../firmware/sip/user-agent.js';

const sdp = Buffer.from(
  'v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0 101\r\n' +
    'a=rtpmap:101 telephone-event/8000\r\n',
);
const peer = { address: '192.0.2.9', port: 5060 };

/** A call that its other end answers at once, or sends elsewhere. */
class AgreeableCall {
  readonly peer = peer;
  readonly wantsSdp = true;
  readonly offer = sdp;
  readonly ringsReliably = false;
  focus: string | undefined;
  handlers: Partial<CallHandlers> = {};
  #over = false;

  ring(): void {}

  answer(): void {
    queueMicrotask(() => !this.#over && this.handlers.answered?.());
  }

  reject(status: number): void {
    this.#end(status);
  }

  hangUp(): void {
    this.#end(undefined);
  }

  /** The called party takes it. */
  taken(): void {
    queueMicrotask(() => {
      if (this.#over) return;
      this.handlers.trying?.();
      this.handlers.agreed?.(sdp);
      this.handlers.answered?.();
    });
  }

  redirected(number: string): void {
    queueMicrotask(() => this.#end(302, number));
  }

  #end(status: number | undefined, redirect?: string): void {
    if (this.#over) return;
    this.#over = true;
    this.handlers.ended?.({ by: 'us', status }, redirect);
  }
}

export class CallBench {
  readonly switchboard: Switchboard;
  #trunkCalls: { trunk: string; number: string }[] = [];
  #redirect: string | undefined;
  readonly #calls: AgreeableCall[] = [];

  constructor(config: Config) {
    const clock = new ManualClock();
    let ports = 0;
    let plays = 0;
    const nothing = () => {};
    const media: Media = {
      srtp: false,
      codecs: ['PCMU', 'PCMA'],
      openPort: () => Promise.resolve({ port: ++ports, localPort: 4000 }),
      openLine: () => Promise.resolve(++ports),
      setLine: nothing,
      connectPort: nothing,
      closePort: () => Promise.resolve(),
      join: nothing,
      leave: nothing,
      mute: nothing,
      volume: nothing,
      sendKey: nothing,
      play: () => ++plays,
      stopPlay: nothing,
      hasPrompt: () => true,
      record: nothing,
      recordPort: nothing,
      unrecordPort: nothing,
      pauseRecord: nothing,
      endRecord: nothing,
      onDigit: nothing,
    };
    this.switchboard = new Switchboard({
      config: () => config,
      media,
      recorder: { begin: () => undefined, addTrack: nothing, left: nothing, end: nothing },
      clock,
      guard: new GuessGuard(clock),
      stolen: new StolenAccounts(
        () => config,
        () => Date.UTC(2026, 10, 24, 12),
      ),
      seats: new KeptSeats(clock),
      addressFor: () => ({ local: '192.0.2.1', shown: '192.0.2.1' }),
      rxPackets: () => undefined,
    });
    const agent: Partial<UserAgent> = {
      registrar: {
        bindings: () => [
          { contact: 'sip:phone@192.0.2.9', source: peer, userAgent: '', seconds: 60, expiresAtMs: 1e9 },
        ],
      } as unknown as UserAgent['registrar'],
      call: () => this.#called(),
      callTrunk: (trunk, _endpoint, number) => {
        this.#trunkCalls.push({ trunk: trunk.settings.name, number });
        return this.#called();
      },
    };
    const trunks: Partial<Trunks> = {
      find: (name) =>
        ({ settings: { name }, usable: true, endpoints: [peer] }) as unknown as ReturnType<Trunks['find']>,
    };
    const none = { call: () => 'unavailable' as const };
    const noLines = { ways: () => [], emergencyWays: () => [] };
    this.switchboard.connect(agent as UserAgent, trunks as Trunks, none, none, noLines);
  }

  /** Calls that were placed at trunks since it was asked last. */
  takeTrunkCalls(): { trunk: string; number: string }[] {
    return this.#trunkCalls.splice(0);
  }

  /** Conversations of two that are both outside. */
  get outsidePairs(): number {
    const outside = this.switchboard.legs.filter(({ extension }) => extension === undefined);
    return outside.filter(({ leg }) => outside.some((other) => other.leg === leg.place?.partner)).length / 2;
  }

  /** Whose leg it is; undefined if nobody's of the house. */
  extensionOf(at: number): string | undefined {
    return this.#legAt(at)?.extension;
  }

  async dial(who: string, number: string): Promise<void> {
    const call = this.#newCall();
    this.switchboard.onCall(asCall(call), callerOf(who), number);
    await settled();
  }

  async keys(at: number, keys: string): Promise<void> {
    const leg = this.#legAt(at)?.leg;
    if (leg instanceof SipLeg) for (const key of keys) leg.key(key);
    await settled();
  }

  async transfer(at: number, number: string): Promise<void> {
    this.#callAt(at)?.handlers.referred?.({ method: 'INVITE', number }, undefined, () => {});
    await settled();
  }

  /** Of two calls of an extension, if it has as many. */
  async join(at: number, other: number): Promise<void> {
    const own = this.switchboard.legs.filter(({ extension }) => extension === this.extensionOf(at));
    const replaced = this.#callOf(own[other % Math.max(1, own.length)]?.leg);
    if (replaced)
      this.#callAt(at)?.handlers.referred?.({ method: 'INVITE', number: '' }, asCall(replaced), () => {});
    await settled();
  }

  async refer(who: string, conference: string, number: string): Promise<void> {
    this.switchboard.onRefer(who, conference, { method: 'INVITE', number }, () => {});
    await settled();
  }

  async replace(who: string, at: number): Promise<void> {
    const replaced = this.#callAt(at);
    const call = this.#newCall();
    if (replaced) this.switchboard.onCall(asCall(call), callerOf(who), '', asCall(replaced));
    await settled();
  }

  /** The next phone that is called wants to be called elsewhere. */
  redirectNext(number: string): Promise<void> {
    this.#redirect = number;
    return Promise.resolve();
  }

  async hangUp(at: number): Promise<void> {
    this.#callAt(at)?.hangUp();
    await settled();
  }

  #called(): SipCall {
    const call = this.#newCall();
    const redirect = this.#redirect;
    this.#redirect = undefined;
    if (redirect === undefined) call.taken();
    else call.redirected(redirect);
    return asCall(call);
  }

  #newCall(): AgreeableCall {
    const call = new AgreeableCall();
    this.#calls.push(call);
    return call;
  }

  #callAt(at: number): AgreeableCall | undefined {
    return this.#callOf(this.#legAt(at)?.leg);
  }

  #callOf(leg: Leg | undefined): AgreeableCall | undefined {
    return leg instanceof SipLeg ? this.#calls.find((call) => leg.isOf(asCall(call))) : undefined;
  }

  #legAt(at: number) {
    const { legs } = this.switchboard;
    return legs[at % Math.max(1, legs.length)];
  }
}

/** What follows without time passing has happened. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

function callerOf(who: string): Caller {
  return who === 'main'
    ? { type: 'outside', trunk: 'main', number: '555', name: '' }
    : { type: 'account', username: who };
}

function asCall(call: AgreeableCall): SipCall {
  return call as unknown as SipCall;
}

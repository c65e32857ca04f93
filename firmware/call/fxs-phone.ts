/** A phone on a line of a card: what its hand does becomes calls, what happens to the calls becomes sounds and ringing. */
import type { FxsLine, LineEvent } from '../../hal/line-card.js';
import type { Clock, Timer } from '../clock.js';
import type { Config, Extension, LineSettings } from '../config/schema.js';
import { fxs, fxsStart, takesCall, type FxsEffect, type FxsEvent, type FxsState } from '../line/fxs.js';
import {
  hookTiming,
  onHookState,
  type HookEffect,
  type HookEvent,
  type HookState,
} from '../line/hook-timing.js';
import { MachineRunner, type TimerEvent } from '../machine.js';
import type { Media, PlayId, PlayItem, PortId } from '../media/contract.js';
import { tonePlanOf } from '../tone-plans.js';
import type { Cause } from './cause.js';
import type { Caller } from './dial-plan.js';
import { alertItems, callerIdItems, toneToPlay } from './fxs-sounds.js';
import { joinCalls, type JoinHost } from './join-calls.js';
import { isUp, type Leg, type Party } from './leg.js';
import type { LineOwner, OwnedLine } from './line-board.js';
import { LineLeg, type LineOwnerAsked, type NewLeg } from './line-leg.js';
import { numberSoFar } from './number-so-far.js';

export type FxsHost = JoinHost & {
  media: Media;
  clock: Clock;
  config(): Config;
  newLeg(): NewLeg;
  keep(leg: Leg, extension: Extension | undefined, dialled: string): void;
  route(leg: Leg, from: Caller, dialled: string): void;
  /** A name for a conference that grows of two calls; none twice. */
  conferenceName(): string;
  /** The line is gone. */
  closed(phone: FxsPhone): void;
};

/** The battery is off for so long when the other side has hung up (GR-506: 600 ms). */
const DISCONNECT_MS = 600;
/** A phone in use says that it listens within 160 ms (GR-30); the way there and back takes its time too. */
const LISTENS_MS = 600;
const LISTENING_KEYS = 'AD';

export class FxsPhone implements LineOwner {
  readonly #line: FxsLine;
  readonly #port: PortId;
  #settings: LineSettings;
  readonly #hook: MachineRunner<HookState, HookEvent, HookEffect>;
  readonly #phone: MachineRunner<FxsState, FxsEvent, FxsEffect>;
  readonly #calls = new Map<number, { leg: LineLeg; caller: Party }>();
  #tone?: PlayId;
  #inUse = false;
  #listens?: Timer;
  #feed?: Timer;

  constructor(
    { line, port, settings }: OwnedLine<FxsLine>,
    private readonly host: FxsHost,
  ) {
    this.#line = line;
    this.#port = port;
    this.#settings = settings;
    this.#hook = new MachineRunner(hookTiming, onHookState, host.clock, (effect: HookEffect) =>
      this.#onHook(effect),
    );
    const next = (state: FxsState, event: FxsEvent | TimerEvent) =>
      fxs(this.#machineSettings())(state, event);
    this.#phone = new MachineRunner(next, fxsStart, host.clock, (effect: FxsEffect) => this.#perform(effect));
    this.#tune();
  }

  get extension(): string {
    return this.#settings.extension!;
  }

  get leg(): Leg | undefined {
    return this.#calls.get(this.#phone.state.active)?.leg;
  }

  event(event: LineEvent): void {
    if (event.type === 'hook') this.#hook.dispatch(event);
    else if (event.type === 'flash') this.#flash();
    else if (event.type === 'pulseDigit') this.digit(event.digit);
  }

  digit(key: string): void {
    if (this.#listens && LISTENING_KEYS.includes(key)) return this.#tellWaiting();
    const { name, active } = this.#phone.state;
    if (name === 'talking') this.#calls.get(active)?.leg.digit(key);
    else this.#dispatch({ type: 'digit', digit: key });
  }

  /** Of a phone nothing else is expected. */
  tone(): void {}
  callerId(): void {}

  use(settings: LineSettings): void {
    this.#settings = settings;
    this.#tune();
  }

  close(): void {
    this.#hook.stop();
    this.#phone.stop();
    this.#listens?.cancel();
    this.#feed?.cancel();
    this.#quiet();
    for (const { leg } of [...this.#calls.values()]) leg.ended('networkFailure');
    this.#calls.clear();
    this.host.closed(this);
  }

  /** Calls the phone; undefined if it is in use and not to be told. */
  call(to: Extension, caller: Party): Leg | undefined {
    if (!takesCall(this.#phone.state, this.#machineSettings())) return undefined;
    const leg = this.#newLeg('outgoing', to, caller);
    this.host.keep(leg, to, caller.number);
    this.#dispatch({ type: 'call', call: leg.id });
    // Whoever calls is not listening yet.
    queueMicrotask(() => leg.alerting());
    return leg;
  }

  #machineSettings() {
    const { country, firstDigitSeconds, betweenDigitsSeconds, hotLine = '', callWaiting } = this.#settings;
    return {
      bellMs: tonePlanOf(country ?? this.host.config().country).bellMs,
      firstDigitMs: 1000 * firstDigitSeconds,
      betweenDigitsMs: 1000 * betweenDigitsSeconds,
      hotLine,
      callWaiting,
    };
  }

  #dispatch(event: FxsEvent): void {
    this.#phone.dispatch(event);
    const inUse = !['idle', 'ringing'].includes(this.#phone.state.name);
    if (inUse !== this.#inUse) {
      this.#inUse = inUse;
      this.#tune();
    }
  }

  #onHook(effect: HookEffect): void {
    if (effect.type === 'flash') this.#flash();
    else if (effect.type === 'digit') this.digit(effect.digit);
    else this.#dispatch(effect);
  }

  /** A call that is not through cannot be put on hold: it is given up. */
  #flash(): void {
    const leg = this.#calls.get(this.#phone.state.active)?.leg;
    if (this.#phone.state.name === 'talking' && leg && !(isUp(leg) && leg.place)) leg.hangUp('normal');
    else this.#dispatch({ type: 'flash' });
  }

  #perform(effect: FxsEffect): void {
    switch (effect.type) {
      case 'ring':
        return this.#line.ring(effect.on);
      case 'callerId':
        return this.#tellCaller(effect.call, false);
      case 'tone': {
        const { items, loop } = toneToPlay(effect.tone, this.#settings.country ?? this.host.config().country);
        if (effect.tone === 'callWaiting') return this.#tellThatSomebodyWaits(items);
        return this.#play(items, loop);
      }
      case 'quiet':
        return this.#quiet();
      case 'look':
        return this.#dispatch({ type: 'judged', number: numberSoFar(this.host.config(), effect.digits) });
      case 'place':
        return this.#place(effect.digits);
      case 'join':
        return this.#join(...effect.calls);
      case 'disconnect':
        return this.#disconnect();
      default:
        this.#move(effect);
    }
  }

  #move({ type, call }: Extract<FxsEffect, { type: 'answer' | 'hold' | 'resume' | 'release' }>): void {
    const leg = this.#calls.get(call)?.leg;
    if (!leg) return;
    if (type === 'hold') leg.hold();
    else if (type === 'release') this.#release(leg);
    else if (leg.state === 'held') leg.resume(this.#port);
    else leg.up(this.#port);
  }

  #release(leg: LineLeg): void {
    this.#calls.delete(leg.id);
    leg.ended(leg.direction === 'outgoing' && !isUp(leg) ? 'busy' : 'normal');
  }

  #place(digits: string): void {
    const { host } = this;
    const extension = host.config().extensions.find(({ number }) => number === this.extension)!;
    const leg = this.#newLeg('incoming', extension, extension);
    host.keep(leg, extension, digits);
    this.#dispatch({ type: 'placed', call: leg.id });
    host.route(leg, { extension }, digits);
  }

  #join(held: number, active: number): void {
    const [one, other] = [this.#calls.get(held)?.leg, this.#calls.get(active)?.leg];
    const stays = one && other && joinCalls(one, other, this.host.conferenceName(), this.host);
    if (!stays) return;
    const goes = stays === one ? other : one;
    this.#calls.delete(goes.id);
    goes.ended('normal');
    (stays as LineLeg).resume(this.#port);
    this.#dispatch({ type: 'joined', call: stays.id });
  }

  #newLeg(direction: Leg['direction'], { number, name }: Extension, caller: Party): LineLeg {
    const newLeg = this.host.newLeg();
    const { id } = newLeg;
    const asked: LineOwnerAsked = {
      ring: () => leg.early(this.#port),
      answer: () => leg.up(this.#port),
      sendKey: (keys) => this.host.media.play({ port: this.#port }, [{ keys, onMs: 100, offMs: 60 }]),
      hungUp: (cause) => {
        this.#calls.delete(id);
        const refused = direction === 'incoming' && leg.answeredMs === undefined ? toneFor(cause) : undefined;
        this.#dispatch({ type: 'ended', call: id, tone: refused });
      },
    };
    const leg: LineLeg = new LineLeg(
      {
        ...newLeg,
        direction,
        party: { number, name },
        line: this.#settings.name,
        sources: [`extension ${number}`],
        media: this.host.media,
      },
      asked,
    );
    this.#calls.set(id, { leg, caller });
    return leg;
  }

  #tellCaller(call: number, offHook: boolean): void {
    const caller = this.#calls.get(call)?.caller;
    if (!caller) return;
    const items = callerIdItems(this.#settings.callerId, caller, new Date(), offHook);
    this.host.media.play({ port: this.#port, alone: true }, items);
  }

  /** A tone into the call; then, for phones that can show who it is, a signal to which they answer. */
  #tellThatSomebodyWaits(items: PlayItem[]): void {
    const { media, clock } = this.host;
    const tells = this.#settings.callerId === 'bell202' || this.#settings.callerId === 'v23';
    const ended = () => {
      if (!tells || this.#phone.state.waiting === 0) return;
      media.play({ port: this.#port, alone: true }, alertItems);
      this.#listens = clock.after(LISTENS_MS, () => (this.#listens = undefined));
    };
    media.play({ port: this.#port }, items, { ended });
  }

  #tellWaiting(): void {
    this.#listens?.cancel();
    this.#listens = undefined;
    this.#tellCaller(this.#phone.state.waiting, true);
  }

  #disconnect(): void {
    this.#line.feed(false);
    this.#feed?.cancel();
    this.#feed = this.host.clock.after(DISCONNECT_MS, () => this.#line.feed(true));
  }

  #play(items: PlayItem[], loop: boolean): void {
    this.#quiet();
    this.#tone = this.host.media.play({ port: this.#port }, items, { loop });
  }

  #quiet(): void {
    if (this.#tone !== undefined) this.host.media.stopPlay(this.#tone);
    this.#tone = undefined;
  }

  /** Nobody is listened to whose phone is on hook. */
  #tune(): void {
    const { rxGainDb, txGainDb } = this.#settings;
    const echoTailMs = this.#inUse && !this.#line.cancelsEcho ? this.#settings.echoTailMs : 0;
    const settings = { rxGainDb, txGainDb, keys: this.#inUse, echoTailMs };
    this.host.media.setLine(this.#port, settings);
  }
}

/** What somebody hears whose call never stood. */
function toneFor(cause: Cause): 'busy' | 'reorder' | undefined {
  if (cause === 'normal') return undefined;
  return cause === 'busy' ? 'busy' : 'reorder';
}

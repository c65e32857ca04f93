/** A line to the telephone exchange: a call that comes is a leg from outside, a call to outside is a leg that goes out by it. */
import type { FxoLine, LineEvent } from '../../hal/line-card.js';
import type { Clock, Timer } from '../clock.js';
import type { Config, LineSettings } from '../config/schema.js';
import { readCallerId, type CallerId } from '../line/caller-id-message.js';
import { KeyCallerId } from '../line/dtmf-caller-id.js';
import { fxo, fxoStart, type FxoEffect, type FxoEvent, type FxoState } from '../line/fxo.js';
import { createLog } from '../log.js';
import { MachineRunner, type TimerEvent } from '../machine.js';
import type { LineHandlers, Media, PlayId, PortId } from '../media/contract.js';
import type { Cause } from './cause.js';
import type { Caller } from './dial-plan.js';
import { exchangeTones } from './exchange-tones.js';
import { isUp, type Leg } from './leg.js';
import type { LineOwner, OwnedLine } from './line-board.js';
import { LineLeg, type NewLeg } from './line-leg.js';
import { QuietWatch } from './quiet-watch.js';

const log = createLog('line');

export type ExchangeHost = {
  media: Media;
  clock: Clock;
  config(): Config;
  /** Whether the other side of a line speaks in this moment. */
  speaks(port: PortId): boolean;
  newLeg(): NewLeg;
  keep(leg: Leg, extension: undefined, dialled: string): void;
  route(leg: Leg, from: Caller, dialled: string): void;
  /** The line is gone. */
  closed(line: ExchangeLine): void;
};

/** Keys as an exchange reads them for sure (Q.24: 40 ms and 40 ms at least). */
const DIAL_MS = 100;
/** Some exchanges that tell a caller in keys do not say where these end. */
const KEYS_END_MS = 700;

export class ExchangeLine implements LineOwner {
  readonly #line: FxoLine;
  readonly #port: PortId;
  #settings: LineSettings;
  readonly #machine: MachineRunner<FxoState, FxoEvent, FxoEffect>;
  readonly #quiet: QuietWatch;
  readonly #keys = new KeyCallerId();
  #keysEnd?: Timer;
  #leg?: LineLeg;
  #dialling?: PlayId;
  #emergency = false;
  #offHook = false;
  #battery = true;

  constructor(
    { line, port, settings }: OwnedLine<FxoLine>,
    private readonly host: ExchangeHost,
  ) {
    this.#line = line;
    this.#port = port;
    this.#settings = settings;
    const next = (state: FxoState, event: FxoEvent | TimerEvent) =>
      fxo({ maxCallMs: 60_000 * this.#settings.maxCallMinutes, polarity: this.#settings.polarity })(
        state,
        event,
      );
    this.#machine = new MachineRunner(next, fxoStart, host.clock, (effect: FxoEffect) =>
      this.#perform(effect),
    );
    this.#quiet = new QuietWatch(host.clock, {
      limitMs: () => 60_000 * this.#settings.silenceMinutes,
      speaks: () => host.speaks(port),
      quiet: () => this.#machine.dispatch({ type: 'silent' }),
    });
    this.#tune();
  }

  get settings(): LineSettings {
    return this.#settings;
  }

  get place(): number {
    return this.#line.place;
  }

  /** The call that it has. */
  get leg(): Leg | undefined {
    return this.#leg;
  }

  /** Whether a call can go out by it now, or in a moment. */
  get free(): boolean {
    const { name } = this.#machine.state;
    return (name === 'idle' || name === 'guard') && this.#leg === undefined && this.#battery;
  }

  /** Whether an emergency call may have it, whatever it does now. */
  get takeable(): boolean {
    return this.#battery && this.#machine.state.name !== 'ringing' && !this.#emergency;
  }

  event(event: LineEvent): void {
    if (event.type === 'battery') this.#battery = event.on;
    if (event.type === 'ring' || event.type === 'battery') this.#machine.dispatch(event);
    else if (event.type === 'polarity') this.#machine.dispatch({ type: 'polarity' });
  }

  digit(key: string): void {
    if (this.#offHook) return this.#leg?.digit(key);
    this.#keysEnd?.cancel();
    this.#keysEnd = this.host.clock.after(KEYS_END_MS, () => this.#told(this.#keys.end()));
    this.#told(this.#keys.press(key));
  }

  tone(tone: Parameters<LineHandlers['tone']>[0]): void {
    this.#machine.dispatch({ type: 'tone', tone });
  }

  callerId(message: Uint8Array): void {
    this.#told(readCallerId(message));
  }

  use(settings: LineSettings): void {
    this.#settings = settings;
    this.#tune();
  }

  close(): void {
    this.#machine.stop();
    this.#quiet.stop();
    this.#keysEnd?.cancel();
    this.#leg?.ended('networkFailure');
    this.#leg = undefined;
    this.host.closed(this);
  }

  /**
   * A call to outside, shown `from` to those who watch: the leg ends with `congestion` if the line is taken meanwhile, or
   * gives no dial tone. Digits alone can be dialled.
   */
  call(number: string, from: string): Leg {
    const leg = this.#newLeg('outgoing', { number, name: `line ${this.#settings.name}` });
    this.host.keep(leg, undefined, from);
    const had = this.#leg;
    if (!had) this.#leg = leg;
    // Whoever calls listens only when it has the leg.
    queueMicrotask(() => {
      if (had) leg.ended('congestion');
      else if (this.#leg === leg)
        this.#machine.dispatch({ type: 'seize', digits: number, urgent: this.#emergency });
    });
    return leg;
  }

  /** An emergency call: who has the line loses it, and a dial tone that is not recognised does not keep it back. */
  take(number: string, from: string): Leg {
    this.#leg?.hangUp('congestion');
    this.#emergency = true;
    return this.call(number, from);
  }

  #told(caller: CallerId | undefined): void {
    if (caller) this.#machine.dispatch({ type: 'callerId', caller });
  }

  #perform(effect: FxoEffect): void {
    switch (effect.type) {
      case 'hook':
        return this.#hook(effect.off);
      case 'offer':
        return this.#comes(effect.caller);
      case 'missed':
        return this.#end('normal');
      case 'glare':
        this.#end('congestion');
        return this.#comes(effect.caller);
      case 'dial':
        return this.#dial(effect.digits);
      case 'answered':
        return this.#leg?.up(this.#port);
      case 'refused':
        log.warn({ line: this.#settings.name, reason: effect.reason }, 'no call can go out');
        return this.#end('congestion');
      case 'released':
        log.info({ line: this.#settings.name, reason: effect.reason }, 'exchange line released');
        return this.#end(effect.reason === 'tone' && this.#leg && !isUp(this.#leg) ? 'busy' : 'normal');
    }
  }

  #hook(off: boolean): void {
    this.#line.hook(off);
    this.#offHook = off;
    this.#tune();
    if (off) return this.#quiet.start();
    this.#quiet.stop();
    if (this.#dialling !== undefined) this.host.media.stopPlay(this.#dialling);
    this.#dialling = undefined;
  }

  /** Who is taken from the line knows already, and has no leg. */
  #end(cause: Cause): void {
    const leg = this.#leg;
    this.#isFree();
    leg?.ended(cause);
  }

  #isFree(): void {
    this.#leg = undefined;
    this.#emergency = false;
  }

  #comes(caller: CallerId | undefined): void {
    const { to } = this.#settings;
    if (to === undefined) return this.#machine.dispatch({ type: 'hangUp' });
    const leg = this.#newLeg('incoming', { number: caller?.number ?? '', name: caller?.name ?? '' });
    this.#leg = leg;
    this.host.keep(leg, undefined, to);
    this.host.route(leg, { line: this.#settings }, to);
  }

  /** Without reversals of the battery nobody says when the called party answers: both hear each other from here on. */
  #dial(digits: string): void {
    const leg = this.#leg;
    leg?.trying();
    const ended = () => {
      this.#dialling = undefined;
      this.#machine.dispatch({ type: 'dialled' });
      if (this.#settings.polarity) leg?.early(this.#port);
      else leg?.up(this.#port);
    };
    const keys = { keys: digits, onMs: DIAL_MS, offMs: DIAL_MS };
    this.#dialling = this.host.media.play({ port: this.#port }, [keys], { ended });
  }

  #newLeg(direction: Leg['direction'], party: { number: string; name: string }): LineLeg {
    const { name } = this.#settings;
    const leg: LineLeg = new LineLeg(
      {
        ...this.host.newLeg(),
        direction,
        party,
        line: name,
        sources: [`line ${name} ${party.number}`.trimEnd()],
        media: this.host.media,
      },
      {
        // The exchange tells the caller itself that it rings, unless the line is taken already (glare).
        ring: () => (this.#offHook ? leg.early(this.#port) : undefined),
        answer: () => {
          this.#machine.dispatch({ type: 'answer' });
          leg.up(this.#port);
        },
        sendKey: (keys) =>
          this.host.media.play({ port: this.#port }, [{ keys, onMs: DIAL_MS, offMs: DIAL_MS }]),
        hungUp: () => {
          if (this.#leg !== leg) return;
          this.#isFree();
          this.#machine.dispatch({ type: 'hangUp' });
        },
      },
    );
    return leg;
  }

  /** On hook it waits for who calls, off hook for tones that say that the other side has gone. */
  #tune(): void {
    const { rxGainDb, txGainDb, echoTailMs, callerId } = this.#settings;
    const offHook = this.#offHook;
    const modem = callerId === 'bell202' || callerId === 'v23' ? callerId : undefined;
    this.host.media.setLine(this.#port, {
      rxGainDb,
      txGainDb,
      keys: offHook || callerId === 'dtmf',
      echoTailMs: offHook && !this.#line.cancelsEcho ? echoTailMs : 0,
      callerId: offHook ? undefined : modem,
      tones: offHook ? exchangeTones(this.#settings, this.host.config().country) : undefined,
    });
  }
}

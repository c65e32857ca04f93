/** One call on a line, or on an audio port, as a leg. Whoever has the line moves it on; what others want of it is asked of that owner. */
import type { Media, PortId } from '../media/contract.js';
import type { Cause } from './cause.js';
import { isUp, type Leg, type LegEvent, type LegState, type Party, type Place } from './leg.js';
import type { LegId } from './room.js';

/** What the switchboard gives a new leg. */
export type NewLeg = {
  id: LegId;
  nowMs(): number;
  /** Its state has changed. */
  onState(): void;
  /** It has ended, and whoever had it knows. */
  onClosed(): void;
};

export type LineLegOptions = NewLeg & {
  direction: 'incoming' | 'outgoing';
  party: Party;
  /** The line's name. */
  line: string;
  /** As of `Leg`. */
  sources: readonly string[];
  media: Media;
};

/** What others want of the line; each is asked at most in the state in which it makes sense. */
export type LineOwnerAsked = {
  /** The called party rings: its caller, on this line, is to hear or know so. */
  ring(): void;
  /** The caller on this line is answered: `up` follows at once or later. */
  answer(): void;
  sendKey(key: string): void;
  /** The call is over; the leg has ended already. */
  hungUp(cause: Cause): void;
};

export class LineLeg implements Leg {
  readonly id: LegId;
  readonly direction: 'incoming' | 'outgoing';
  readonly party: Party;
  readonly peerAddress: string;
  readonly sources: readonly string[];
  readonly sinceMs: number;
  readonly srtp = false;
  answeredMs: number | undefined;
  endedMs: number | undefined;
  cause: Cause | undefined;
  port: PortId | undefined;
  focus: string | undefined;
  onEvent: (event: LegEvent) => void = () => {};
  place: Place | undefined;
  handOver?: Leg['handOver'];
  asked: LineOwnerAsked;
  #state: LegState;

  constructor(
    private readonly options: LineLegOptions,
    asked: LineOwnerAsked,
  ) {
    this.id = options.id;
    this.direction = options.direction;
    this.party = options.party;
    this.peerAddress = options.line;
    this.sources = options.sources;
    this.sinceMs = options.nowMs();
    this.asked = asked;
    this.#state = options.direction === 'incoming' ? 'offered' : 'alerting';
  }

  get state(): LegState {
    return this.#state;
  }

  get codec(): string | undefined {
    return this.answeredMs === undefined ? undefined : 'analog';
  }

  /** The line is taken, and may hear something, before the call is up. */
  early(port: PortId): void {
    if (this.#state !== 'alerting' && this.#state !== 'offered') return;
    this.port = port;
    this.#become('early');
    this.onEvent({ type: 'early' });
  }

  /** An outgoing leg: the line is taken, and the number goes out. */
  trying(): void {
    this.onEvent({ type: 'trying' });
  }

  /** An outgoing leg: it rings. */
  alerting(): void {
    this.onEvent({ type: 'alerting' });
  }

  /** Media flow, by this port. */
  up(port: PortId): void {
    if (this.#state === 'ended' || isUp(this)) return;
    this.port = port;
    this.answeredMs = this.options.nowMs();
    this.#become('answered');
    this.onEvent({ type: 'answered' });
  }

  /** Another call has the line: this one is out of its mix, and has no port until it is taken back. */
  hold(): void {
    if (this.#state !== 'answered') return;
    if (this.port !== undefined) this.options.media.leave(this.port);
    this.port = undefined;
    this.#become('held');
    this.onEvent({ type: 'held', held: true });
  }

  resume(port: PortId): void {
    if (this.#state !== 'held') return;
    this.port = port;
    this.#become('answered');
    this.onEvent({ type: 'held', held: false });
  }

  digit(digit: string): void {
    this.onEvent({ type: 'digit', digit });
  }

  /** The line has ended the call; the owner is not asked any more. */
  ended(cause: Cause): void {
    if (this.#state === 'ended') return;
    this.endedMs = this.options.nowMs();
    this.cause = cause;
    if (this.port !== undefined) this.options.media.leave(this.port);
    this.#become('ended');
    this.onEvent({ type: 'ended', cause });
    this.port = undefined;
    this.options.onClosed();
  }

  ring(): void {
    if (this.#state !== 'offered') return;
    this.#become('alerting');
    this.asked.ring();
  }

  answer(): void {
    if (this.#state !== 'ended' && !isUp(this)) this.asked.answer();
  }

  sendKey(key: string): void {
    if (isUp(this)) this.asked.sendKey(key);
  }

  hangUp(cause: Cause): void {
    if (this.#state === 'ended') return;
    this.ended(cause);
    this.asked.hungUp(cause);
  }

  #become(state: LegState): void {
    this.#state = state;
    this.options.onState();
  }
}

/** A call from one leg to the phones of an extension: all ring, the first to answer has it. */
import type { Clock, Timer } from '../clock.js';
import type { Media, MixId, PlayId, PlayItem } from '../media/contract.js';
import { holdMusic } from './announcements.js';
import type { Cause } from './cause.js';
import type { Leg, LegEvent } from './leg.js';
import type { Tones } from './tone-plan.js';

/** How long the phones ring, ms. */
const RING_MS = 120_000;
/** How long a caller who heard our ring-back hears that it was in vain, ms. */
const BUSY_MS = 3000;

export class ExtensionCall {
  #ringing: Leg[];
  #answeredBy?: Leg;
  #timer: Timer;
  #playing = new Map<Leg, PlayId>();
  /** Until somebody answered, or nobody will. */
  #seeking = true;
  #over = false;

  /** `phones` are being called already. */
  constructor(
    private readonly caller: Leg,
    phones: Leg[],
    private readonly mix: MixId,
    private readonly media: Media,
    private readonly clock: Clock,
    private readonly tones: Tones,
  ) {
    this.#ringing = phones;
    caller.onEvent = (event) => this.#onCaller(event);
    for (const phone of phones) phone.onEvent = (event) => this.#onPhone(phone, event);
    this.#timer = clock.after(RING_MS, () => this.#giveUp('noAnswer'));
  }

  #onCaller(event: LegEvent): void {
    if (event.type === 'early') this.#play(this.caller, this.tones.ringBack);
    else if (event.type === 'answered' || event.type === 'held') this.#join();
    else if (event.type === 'digit') this.#answeredBy?.sendKey(event.digit);
    else if (event.type === 'ended') this.#end('normal');
  }

  #onPhone(phone: Leg, event: LegEvent): void {
    switch (event.type) {
      case 'alerting':
      case 'early':
        if (this.caller.state === 'offered') this.caller.ring();
        break;
      case 'answered':
        this.#answered(phone);
        break;
      case 'held':
        this.#join();
        break;
      case 'ended':
        this.#ringing = this.#ringing.filter((other) => other !== phone);
        if (phone === this.#answeredBy) this.#end('normal');
        else if (this.#seeking && this.#ringing.length === 0) this.#giveUp(event.cause);
        break;
      case 'digit':
        if (phone === this.#answeredBy) this.caller.sendKey(event.digit);
        break;
      case 'trying':
        break;
    }
  }

  #answered(phone: Leg): void {
    if (this.#answeredBy) return phone.hangUp('normal');
    this.#seeking = false;
    this.#answeredBy = phone;
    this.#timer.cancel();
    for (const other of this.#ringing) if (other !== phone) other.hangUp('normal');
    this.caller.answer();
  }

  /** Both talk, but for one who holds the other: that one is out of the mix, and the other hears music. */
  #join(): void {
    const [caller, phone] = [this.caller, this.#answeredBy];
    if (!phone || !isUp(caller)) return;
    for (const [leg, other] of [
      [caller, phone],
      [phone, caller],
    ]) {
      if (leg.port === undefined) continue;
      this.#hush(leg);
      if (leg.state === 'held') this.media.leave(leg.port);
      else this.media.join(leg.port, this.mix);
      if (leg.state === 'answered' && other.state === 'held') this.#play(leg, holdMusic);
    }
  }

  #play(leg: Leg, items: PlayItem[]): void {
    this.#hush(leg);
    if (leg.port !== undefined)
      this.#playing.set(leg, this.media.play({ port: leg.port }, items, { loop: true }));
  }

  #hush(leg: Leg): void {
    const play = this.#playing.get(leg);
    if (play !== undefined) this.media.stopPlay(play);
    this.#playing.delete(leg);
  }

  /** Nobody took the call. */
  #giveUp(cause: Cause): void {
    this.#seeking = false;
    this.#timer.cancel();
    for (const phone of this.#ringing) phone.hangUp(cause);
    if (this.caller.port === undefined) return this.#end(cause);
    this.#play(this.caller, this.tones.busy);
    this.#timer = this.clock.after(BUSY_MS, () => this.#end(cause));
  }

  #end(cause: Cause): void {
    if (this.#over) return;
    this.#over = true;
    this.#seeking = false;
    this.#timer.cancel();
    for (const leg of [this.caller, this.#answeredBy, ...this.#ringing]) leg?.hangUp(cause);
  }
}

function isUp(leg: Leg): boolean {
  return leg.state === 'answered' || leg.state === 'held';
}

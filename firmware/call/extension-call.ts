/** A call from one leg to the phones of an extension: all ring, the first to answer has it. */
import type { Clock, Timer } from '../clock.js';
import type { Media, MixId } from '../media/contract.js';
import type { Cause } from './cause.js';
import type { Leg, LegEvent } from './leg.js';

/** How long the phones ring, ms. */
const RING_MS = 120_000;

export class ExtensionCall {
  #ringing: Leg[];
  #answeredBy?: Leg;
  #timer?: Timer;
  /** The last phone's reason for not taking the call. */
  #cause: Cause = 'noAnswer';
  #over = false;

  /** `phones` are being called already. */
  constructor(
    private readonly caller: Leg,
    phones: Leg[],
    private readonly mix: MixId,
    private readonly media: Media,
    clock: Clock,
  ) {
    this.#ringing = phones;
    caller.onEvent = (event) => this.#onCaller(event);
    for (const phone of phones) phone.onEvent = (event) => this.#onPhone(phone, event);
    this.#timer = clock.after(RING_MS, () => {
      this.#cause = 'noAnswer';
      this.#end('noAnswer');
    });
  }

  #onCaller(event: LegEvent): void {
    if (event.type === 'answered') this.#talk();
    else if (event.type === 'held') this.#hold(this.caller, event.held);
    else if (event.type === 'ended') this.#end('normal');
  }

  #onPhone(phone: Leg, event: LegEvent): void {
    switch (event.type) {
      case 'alerting':
        if (this.caller.state === 'offered') this.caller.ring();
        break;
      case 'answered':
        this.#answered(phone);
        break;
      case 'held':
        this.#hold(phone, event.held);
        break;
      case 'ended':
        this.#ringing = this.#ringing.filter((other) => other !== phone);
        if (phone === this.#answeredBy) this.#end('normal');
        else if (!this.#answeredBy) {
          this.#cause = event.cause;
          if (this.#ringing.length === 0) this.#end(this.#cause);
        }
        break;
      case 'digit':
        break;
    }
  }

  #answered(phone: Leg): void {
    if (this.#answeredBy) return phone.hangUp('normal');
    this.#answeredBy = phone;
    this.#timer?.cancel();
    for (const other of this.#ringing) if (other !== phone) other.hangUp('normal');
    this.caller.answer();
  }

  #talk(): void {
    for (const leg of [this.caller, this.#answeredBy])
      if (leg?.port !== undefined && leg.state === 'answered') this.media.join(leg.port, this.mix);
  }

  #hold(leg: Leg, held: boolean): void {
    if (leg.port === undefined) return;
    if (held) this.media.leave(leg.port);
    else this.media.join(leg.port, this.mix);
  }

  #end(cause: Cause): void {
    if (this.#over) return;
    this.#over = true;
    this.#timer?.cancel();
    for (const leg of [this.caller, this.#answeredBy, ...this.#ringing]) leg?.hangUp(cause);
  }
}

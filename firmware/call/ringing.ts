/** Phones that ring for one call: the first to answer has it, the others stop. */
import type { Clock, Timer } from '../clock.js';
import type { Cause } from './cause.js';
import type { Leg, LegEvent } from './leg.js';

/** How long they ring, ms. */
const RING_MS = 120_000;
/** A phone that gives no sign of life for so long is not there any more: its power is off, or its network, ms. */
const PATIENCE_MS = 6000;

/** Phones that are being called. */
export type Called = {
  phones: readonly Leg[];
  /** One of them wants this number to be called instead: the phones that are called now, none if that may not be. */
  redirected(number: string): readonly Leg[];
};

export type RingingHandlers = {
  /** The first of them rings. */
  alerting(): void;
  /** One has taken the call: it belongs to whoever is told. */
  answered(phone: Leg): void;
  /** Nobody takes it. */
  lost(cause: Cause): void;
};

export class Ringing {
  #phones: Leg[] = [];
  /** Runs until a phone gives its first sign of life. */
  readonly #patience = new Map<Leg, Timer>();
  readonly #timer: Timer;
  #isBusy = false;
  #over = false;

  constructor(
    private readonly called: Called,
    private readonly clock: Clock,
    private readonly handlers: RingingHandlers,
  ) {
    this.#timer = clock.after(RING_MS, () => this.#lose('noAnswer'));
    this.#add(called.phones);
  }

  /** The call is given up. */
  cancel(cause: Cause): void {
    this.#stop();
    for (const phone of this.#phones) phone.hangUp(cause);
  }

  #add(phones: readonly Leg[]): void {
    for (const phone of phones) {
      phone.onEvent = (event) => this.#onPhone(phone, event);
      this.#patience.set(
        phone,
        this.clock.after(PATIENCE_MS, () => phone.hangUp('unavailable')),
      );
    }
    this.#phones.push(...phones);
  }

  #onPhone(phone: Leg, event: LegEvent): void {
    this.#patience.get(phone)?.cancel();
    if (event.type === 'ended') this.#ended(phone, event);
    else if (this.#over) return;
    else if (event.type === 'alerting' || event.type === 'early') this.handlers.alerting();
    else if (event.type === 'answered') {
      this.#stop();
      for (const other of this.#phones) if (other !== phone) other.hangUp('normal');
      this.handlers.answered(phone);
    }
  }

  /** Who declines does so for all phones; a phone that is busy says more than one that is not there (RFC 3261 §16.7). */
  #ended(phone: Leg, { cause, redirect }: Extract<LegEvent, { type: 'ended' }>): void {
    this.#phones = this.#phones.filter((other) => other !== phone);
    if (this.#over) return;
    if (redirect !== undefined) this.#add(this.called.redirected(redirect));
    this.#isBusy ||= cause === 'busy';
    if (cause === 'rejected') this.#lose(cause);
    else if (this.#phones.length === 0) this.#lose(this.#isBusy ? 'busy' : cause);
  }

  #lose(cause: Cause): void {
    this.cancel(cause);
    this.handlers.lost(cause);
  }

  #stop(): void {
    this.#over = true;
    this.#timer.cancel();
    for (const timer of this.#patience.values()) timer.cancel();
  }
}

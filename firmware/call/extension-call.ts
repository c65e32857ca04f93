/** A call from one leg to the phones of an extension. */
import type { Clock, Timer } from '../clock.js';
import type { Media, MixId, PlayId, PlayItem } from '../media/contract.js';
import type { CallProgress } from './call-progress.js';
import type { Cause } from './cause.js';
import { Conversation } from './conversation.js';
import { isUp, type Leg, type LegEvent } from './leg.js';
import { Ringing, type Called } from './ringing.js';
import type { Tones } from './tone-plan.js';

/** How long a caller who heard our ring-back hears that it was in vain, ms. */
const BUSY_MS = 3000;

export type ExtensionCallOptions = {
  mix: MixId;
  media: Media;
  clock: Clock;
  tones: Tones;
  progress: CallProgress;
};

export class ExtensionCall {
  #caller: Leg;
  #progress: CallProgress;
  readonly #ringing: Ringing;
  #answeredBy?: Leg;
  #playing?: PlayId;
  #busy?: Timer;

  /** `caller` is offered, or up already. */
  constructor(
    caller: Leg,
    called: Called,
    private readonly options: ExtensionCallOptions,
  ) {
    this.#caller = caller;
    this.#progress = options.progress;
    this.#seat(caller);
    this.#ringing = new Ringing(called, options.clock, {
      alerting: () => this.#alerting(),
      answered: (phone) => this.#answered(phone),
      lost: (cause) => this.#lost(cause),
    });
  }

  #seat(caller: Leg): void {
    caller.onEvent = (event) => this.#onCaller(event);
    caller.handOver = (to, progress) => this.#handOver(to, progress);
  }

  /** From now on the phones ring for another, who is up. */
  #handOver(to: Leg, progress: CallProgress): void {
    const rings = this.#caller.state !== 'offered';
    this.#hush();
    this.#leave();
    this.#caller = to;
    this.#progress = progress;
    this.#seat(to);
    if (rings) this.#alerting();
  }

  #leave(): void {
    this.#caller.onEvent = () => {};
    this.#caller.handOver = undefined;
  }

  #onCaller(event: LegEvent): void {
    if (event.type === 'early') this.#play(this.options.tones.ringBack);
    else if (event.type === 'answered') this.#talk();
    else if (event.type === 'ended') this.#end('normal');
  }

  #alerting(): void {
    const { tones } = this.options;
    this.#progress.alerting();
    if (this.#caller.state === 'offered') this.#caller.ring();
    else if (isUp(this.#caller) && this.#playing === undefined) this.#play(tones.ringBack);
  }

  #answered(phone: Leg): void {
    this.#answeredBy = phone;
    this.#caller.handOver = undefined;
    phone.onEvent = (event) => {
      if (event.type === 'ended') this.#end('normal');
    };
    if (isUp(this.#caller)) this.#talk();
    else this.#caller.answer();
  }

  #talk(): void {
    const { mix, media } = this.options;
    this.#hush();
    if (this.#answeredBy) new Conversation([this.#caller, this.#answeredBy], mix, media);
    this.#progress.connected();
  }

  #lost(cause: Cause): void {
    const { clock, tones } = this.options;
    this.#caller.handOver = undefined;
    this.#hush();
    if (this.#progress.lost(cause)) return;
    if (this.#caller.port === undefined) return this.#end(cause);
    this.#play(tones.busy);
    this.#busy = clock.after(BUSY_MS, () => this.#end(cause));
  }

  #play(items: PlayItem[]): void {
    const { port } = this.#caller;
    this.#hush();
    if (port !== undefined) this.#playing = this.options.media.play({ port }, items, { loop: true });
  }

  #hush(): void {
    if (this.#playing !== undefined) this.options.media.stopPlay(this.#playing);
    this.#playing = undefined;
  }

  #end(cause: Cause): void {
    this.#leave();
    this.#hush();
    this.#busy?.cancel();
    if (!this.#answeredBy && !this.#busy) this.#progress.lost('normal');
    this.#ringing.cancel(cause);
    this.#answeredBy?.hangUp(cause);
    this.#caller.hangUp(cause);
  }
}

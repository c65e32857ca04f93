/** A call to a number outside: providers are asked one after the other; who answers is joined with the caller. */
import type { Clock } from '../clock.js';
import { MachineRunner } from '../machine.js';
import type { Media, MixId, PlayId } from '../media/contract.js';
import { Conversation } from './conversation.js';
import type { CallProgress } from './call-progress.js';
import { hunt, huntStart, type HuntEffect, type HuntEvent, type HuntState } from './hunt.js';
import { isUp, type Leg, type LegEvent } from './leg.js';
import type { Tones } from './tone-plan.js';

/** One way to place a call. */
export type Way = {
  place(): Leg;
  /** How long its leg may give no sign of life before the next way is tried, ms. */
  patienceMs: number;
};

export type TrunkCallOptions = {
  mix: MixId;
  media: Media;
  clock: Clock;
  tones: Tones;
  progress: CallProgress;
};

export class TrunkCall {
  readonly #hunt: MachineRunner<HuntState, HuntEvent, HuntEffect>;
  /** The leg of the way that is being tried, or that was taken. */
  #outside?: Leg;
  #ringBack?: PlayId;

  /** `caller` is offered, or up already. */
  constructor(
    private readonly caller: Leg,
    private readonly ways: readonly Way[],
    private readonly options: TrunkCallOptions,
  ) {
    this.#hunt = new MachineRunner(
      hunt,
      huntStart(ways.map(({ patienceMs }) => patienceMs)),
      options.clock,
      (effect: HuntEffect) => this.#perform(effect),
    );
    caller.onEvent = (event) => this.#onCaller(event);
    this.#hunt.dispatch({ type: 'start' });
  }

  #perform(effect: HuntEffect): void {
    switch (effect.type) {
      case 'try': {
        const outside = this.ways[effect.way].place();
        this.#outside = outside;
        outside.onEvent = (event) => this.#onOutside(effect.way, event);
        break;
      }
      case 'drop':
        this.#outside?.hangUp('noAnswer');
        break;
      case 'talk':
        if (isUp(this.caller)) this.#talk();
        else this.caller.answer();
        break;
      case 'giveUp':
        this.#hush();
        this.#outside?.hangUp('normal');
        if (!this.options.progress.lost(effect.cause)) this.caller.hangUp(effect.cause);
        break;
    }
  }

  #onCaller(event: LegEvent): void {
    if (event.type === 'early') this.#join();
    else if (event.type === 'answered') this.#talk();
    else if (event.type === 'digit') this.#outside?.sendKey(event.digit);
    else if (event.type === 'ended') {
      this.#hush();
      this.#hunt.stop();
      this.#outside?.hangUp('normal');
      this.options.progress.lost('normal');
    }
  }

  #onOutside(way: number, event: LegEvent): void {
    if (event.type === 'trying') this.#hunt.dispatch({ type: 'progress', way });
    else if (event.type === 'answered') this.#hunt.dispatch({ type: 'answered', way });
    else if (event.type === 'ended') this.#hunt.dispatch({ type: 'ended', way, cause: event.cause });
    else if (event.type === 'alerting' || event.type === 'early') {
      this.#hunt.dispatch({ type: 'progress', way });
      this.options.progress.alerting();
      if (this.caller.state === 'offered') this.caller.ring();
      this.#join();
    }
  }

  /** Before the answer: the caller hears the provider as soon as that is to be heard, and until then our ring-back. */
  #join(): void {
    const { media, mix, tones } = this.options;
    const { port } = this.caller;
    if (port === undefined) return;
    if (this.#outside?.state === 'early') {
      this.#hush();
      for (const leg of [this.caller, this.#outside]) if (leg.port !== undefined) media.join(leg.port, mix);
    } else this.#ringBack ??= media.play({ port }, tones.ringBack, { loop: true });
  }

  #talk(): void {
    const { mix, media, progress } = this.options;
    this.#hush();
    this.#hunt.stop();
    if (this.#outside) new Conversation([this.caller, this.#outside], mix, media);
    progress.connected();
  }

  #hush(): void {
    if (this.#ringBack !== undefined) this.options.media.stopPlay(this.#ringBack);
    this.#ringBack = undefined;
  }
}

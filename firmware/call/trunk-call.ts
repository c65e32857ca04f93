/** A call to a number outside: providers are asked one after the other; who answers is joined with the caller. */
import type { Clock } from '../clock.js';
import { MachineRunner } from '../machine.js';
import type { Media, MixId, PlayId } from '../media/contract.js';
import { hunt, huntStart, type HuntEffect, type HuntEvent, type HuntState } from './hunt.js';
import type { Leg, LegEvent } from './leg.js';
import type { Tones } from './tone-plan.js';

export class TrunkCall {
  readonly #hunt: MachineRunner<HuntState, HuntEvent, HuntEffect>;
  /** The leg of the way that is being tried, or that was taken. */
  #outside?: Leg;
  #ringBack?: PlayId;

  /** Each of `ways` places the call one way and gives its leg. */
  constructor(
    private readonly caller: Leg,
    private readonly ways: readonly (() => Leg)[],
    private readonly mix: MixId,
    private readonly media: Media,
    clock: Clock,
    private readonly tones: Tones,
  ) {
    this.#hunt = new MachineRunner(hunt, huntStart(ways.length), clock, (effect: HuntEffect) =>
      this.#perform(effect),
    );
    caller.onEvent = (event) => this.#onCaller(event);
    this.#hunt.dispatch({ type: 'start' });
  }

  #perform(effect: HuntEffect): void {
    switch (effect.type) {
      case 'try': {
        const outside = this.ways[effect.way]();
        this.#outside = outside;
        outside.onEvent = (event) => this.#onOutside(effect.way, event);
        break;
      }
      case 'drop':
        this.#outside?.hangUp('noAnswer');
        break;
      case 'talk':
        this.caller.answer();
        break;
      case 'giveUp':
        this.#hush();
        this.caller.hangUp(effect.cause);
        this.#outside?.hangUp('normal');
        break;
    }
  }

  #onCaller(event: LegEvent): void {
    if (event.type === 'early' || event.type === 'answered' || event.type === 'held') this.#join();
    else if (event.type === 'digit') this.#outside?.sendKey(event.digit);
    else if (event.type === 'ended') {
      this.#hush();
      this.#hunt.stop();
      this.#outside?.hangUp('normal');
    }
  }

  #onOutside(way: number, event: LegEvent): void {
    switch (event.type) {
      case 'trying':
        this.#hunt.dispatch({ type: 'progress', way });
        break;
      case 'alerting':
      case 'early':
        this.#hunt.dispatch({ type: 'progress', way });
        if (this.caller.state === 'offered') this.caller.ring();
        this.#join();
        break;
      case 'answered':
        this.#hunt.dispatch({ type: 'answered', way });
        break;
      case 'ended':
        this.#hunt.dispatch({ type: 'ended', way, cause: event.cause });
        break;
      case 'held':
        this.#join();
        break;
      case 'digit':
        this.caller.sendKey(event.digit);
        break;
    }
  }

  /** Both hear each other as soon as both can; until the provider is heard, the caller hears us ring. */
  #join(): void {
    const { caller } = this;
    const outside = this.#outside;
    const heard = outside !== undefined && canTalk(outside);
    if (heard) this.#hush();
    else if (caller.state === 'early' && caller.port !== undefined)
      this.#ringBack ??= this.media.play({ port: caller.port }, this.tones.ringBack, { loop: true });
    for (const leg of [caller, outside]) {
      if (leg?.port === undefined) continue;
      if (heard && canTalk(leg)) this.media.join(leg.port, this.mix);
      else this.media.leave(leg.port);
    }
  }

  #hush(): void {
    if (this.#ringBack !== undefined) this.media.stopPlay(this.#ringBack);
    this.#ringBack = undefined;
  }
}

function canTalk(leg: Leg): boolean {
  return leg.state === 'early' || leg.state === 'answered';
}

/** Two legs that talk to each other. */
import type { Media, MixId, PlayId } from '../media/contract.js';
import { holdMusic } from './announcements.js';
import type { Leg, LegEvent } from './leg.js';

export class Conversation {
  readonly #music = new Map<Leg, PlayId>();

  /** Both are up and belong to nobody else. */
  constructor(
    private readonly legs: readonly [Leg, Leg],
    private readonly mix: MixId,
    private readonly media: Media,
  ) {
    const [one, other] = legs;
    for (const [leg, partner] of [
      [one, other],
      [other, one],
    ]) {
      leg.onEvent = (event) => this.#onLeg(event, partner);
      leg.place = {
        partner,
        release: () => this.#release(),
        yieldTo: (by) => {
          this.#release();
          new Conversation([partner, by], mix, media);
        },
      };
    }
    this.#join();
  }

  #onLeg(event: LegEvent, partner: Leg): void {
    if (event.type === 'digit') partner.sendKey(event.digit);
    if (event.type === 'held') this.#join();
    if (event.type !== 'ended') return;
    this.#release();
    for (const leg of this.legs) leg.hangUp('normal');
  }

  /** One who holds the other is out of the mix, and the other hears music. */
  #join(): void {
    const [one, other] = this.legs;
    for (const [leg, partner] of [
      [one, other],
      [other, one],
    ]) {
      if (leg.port === undefined) continue;
      this.#hush(leg);
      if (leg.state === 'held') this.media.leave(leg.port);
      else this.media.join(leg.port, this.mix);
      if (leg.state === 'answered' && partner.state === 'held')
        this.#music.set(leg, this.media.play({ port: leg.port }, holdMusic, { loop: true }));
    }
  }

  #release(): void {
    for (const leg of this.legs) {
      this.#hush(leg);
      if (leg.port !== undefined && leg.state !== 'ended') this.media.leave(leg.port);
      leg.place = undefined;
      leg.onEvent = () => {};
    }
  }

  #hush(leg: Leg): void {
    const play = this.#music.get(leg);
    if (play !== undefined) this.media.stopPlay(play);
    this.#music.delete(leg);
  }
}

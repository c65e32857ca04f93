/**
 * What an exchange says in tones on an exchange line: dial tone, ring back, busy, reorder.
 *
 * A tone is one only with the frequencies **and** the cadence of the country, and only on the line's own audio: what comes
 * back of a tone that is sent into the line (the busy line of another member) is none. The pauses must be pauses.
 */
import type { TonePlan } from '../../tone-plans.js';
import { PEAK_OF_0_DBM0 } from '../tone-generator.js';
import { CadenceMatch, type NamedCadence } from './cadence-match.js';
import { HOP, TonePresence } from './tone-presence.js';

export type ProgressTone = 'busy' | 'reorder' | 'dial' | 'ringBack';

/** In this order: where busy and reorder are alike, it is busy. */
const NAMES: readonly ProgressTone[] = ['busy', 'reorder', 'dial', 'ringBack'];
/** A pause is so much softer than the tone before it, or softer than this anyway. */
const PAUSE = 10 ** (-12 / 10);
const SILENCE = (PEAK_OF_0_DBM0 ** 2 / 2) * 10 ** (-48 / 10);
/** Of the tone's level, from look to look. */
const LEVEL_FOLLOWS = 0.2;

type Follower = {
  rx: TonePresence;
  tx: TonePresence;
  match: CadenceMatch<ProgressTone>;
  /** Power of the tone while it is on. */
  power: number;
};

export class ProgressRecogniser {
  /** What is heard now; '' is none. */
  tone: ProgressTone | '' = '';
  #followers: Follower[];

  constructor(plan: Pick<TonePlan, ProgressTone>) {
    const bySet = new Map<string, NamedCadence<ProgressTone>[]>();
    for (const name of NAMES) {
      const set = plan[name][0].join('+');
      bySet.set(set, [...(bySet.get(set) ?? []), { name, cadence: plan[name] }]);
    }
    this.#followers = [...bySet.values()].map((cadences) => {
      const [frequenciesHz] = cadences[0].cadence;
      const [rx, tx] = [new TonePresence(frequenciesHz), new TonePresence(frequenciesHz)];
      return { rx, tx, match: new CadenceMatch(cadences), power: 0 };
    });
  }

  /**
   * Hears 20 ms of a line at 8 kHz after its echo was taken out, and what was sent into it meanwhile; true if `tone`
   * has changed. Allocates nothing.
   */
  hear(rx: Int16Array, tx?: Int16Array): boolean {
    const before = this.tone;
    let tone: ProgressTone | '' = '';
    for (const follower of this.#followers) {
      for (let from = 0; from + HOP <= rx.length; from += HOP) {
        if (tx) follower.tx.hear(tx, from);
        const sounds = follower.rx.hear(rx, from, tx && follower.tx);
        follow(follower, sounds);
      }
      if (tone === '') tone = follower.match.tone;
    }
    this.tone = tone;
    return tone !== before;
  }
}

function follow(follower: Follower, sounds: boolean): void {
  const { power } = follower.rx;
  if (sounds) {
    follower.power += (power - follower.power) * (power > follower.power ? 1 : LEVEL_FOLLOWS);
    follower.match.follow('on');
  } else follower.match.follow(power < SILENCE || power < PAUSE * follower.power ? 'off' : 'other');
}

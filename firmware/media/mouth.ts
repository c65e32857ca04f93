/** What one party says, as the others are to hear it: levelled, gated, louder or softer, or not at all. */
import type { MixSettings } from './contract.js';
import { Gate } from './gate.js';
import { LevelMeter } from './level.js';
import { Leveller } from './leveller.js';
import { Volume } from './volume.js';

export class Mouth {
  muted = false;
  readonly level = new LevelMeter();
  readonly volume = new Volume();
  #leveller = new Leveller();
  #gate = new Gate();

  /** Changes a frame in place; `sounds`: there is something in it. Returns whether this party talks. */
  speak(frame: Int16Array, sounds: boolean, settings: MixSettings | undefined): boolean {
    if (sounds) this.level.hear(frame);
    else this.level.silence();
    const { levelDbm0, loud, speaking } = this.level;
    if (settings?.levelling) this.#leveller.apply(frame, levelDbm0, loud && speaking);
    const passes = !settings?.gate || this.#gate.apply(frame, loud || speaking);
    this.volume.apply(frame);
    return sounds && passes && !this.muted;
  }

  /** Whether it leaves every frame as it is. */
  isPlain(settings: MixSettings | undefined): boolean {
    return !settings?.levelling && !settings?.gate && this.volume.isUnity;
  }

  /** For a frame that was left as it is: `energy` is the sum of the squares of its samples, negative if nothing sounds. */
  spoke(energy: number, samples: number): void {
    if (energy < 0) this.level.silence();
    else this.level.hearEnergy(energy, samples);
  }
}

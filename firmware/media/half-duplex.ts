/**
 * Lets only one side of a line be heard at a time, where its microphone hears its loudspeaker. Who talks has the floor, until
 * a pause; the other is all but silent. The machine is pure.
 *
 *     none -- loud far end -----> far -- quiet for FAR_HOLD_TICKS --> none
 *      |                           |
 *      |                           | near louder than its echo can be, for BREAK_IN_TICKS
 *      |                           v
 *       `---- loud near end ----> near -- quiet for NEAR_HOLD_TICKS --> none
 */
import { amplify, gainOf, UNITY } from './gain.js';

/** As `LevelMeter` knows it. */
type Level = { readonly levelDbm0: number; readonly loud: boolean };

export type Floor = {
  side: 'none' | 'near' | 'far';
  /** Ticks for which who has it was quiet. */
  quietTicks: number;
  /** Ticks for which the near end was louder than an echo. */
  breakInTicks: number;
  /** How loud the far end was lately: an echo comes late, and is no louder by more than BREAK_IN_DB. */
  farDbm0: number;
};

export const nobody: Floor = { side: 'none', quietTicks: 0, breakInTicks: 0, farDbm0: -90 };

/** Its own sound comes back through device and room so late. */
const FAR_HOLD_TICKS = 20;
/** Between words. */
const NEAR_HOLD_TICKS = 15;
const BREAK_IN_TICKS = 5;
const BREAK_IN_DB = 6;
/** By which what is remembered of the far end's level falls in a tick, dB. */
const FALL_DB = 0.5;
const SOFTENED = gainOf(-40);

/** The floor after another 20 ms; near is what the microphone hears, far what the loudspeaker says. */
export function nextFloor(floor: Floor, near: Level, far: Level): Floor {
  const farDbm0 = Math.max(far.levelDbm0, floor.farDbm0 - FALL_DB);
  const take = (side: Floor['side']): Floor => ({ side, quietTicks: 0, breakInTicks: 0, farDbm0 });
  if (floor.side === 'none') return take(far.loud ? 'far' : near.loud ? 'near' : 'none');
  const isFar = floor.side === 'far';
  const quietTicks = (isFar ? far.loud : near.loud) ? 0 : floor.quietTicks + 1;
  if (quietTicks >= (isFar ? FAR_HOLD_TICKS : NEAR_HOLD_TICKS)) return take('none');
  const breaksIn = isFar && near.loud && near.levelDbm0 >= farDbm0 + BREAK_IN_DB;
  const breakInTicks = breaksIn ? floor.breakInTicks + 1 : 0;
  if (breakInTicks >= BREAK_IN_TICKS) return take('near');
  return { side: floor.side, quietTicks, breakInTicks, farDbm0 };
}

export class HalfDuplex {
  #floor = nobody;
  #nearGain = UNITY;
  #farGain = UNITY;

  /** A tick begins: softens what the near end says, if the other has the floor. */
  applyNear(frame: Int16Array, near: Level, far: Level): void {
    this.#floor = nextFloor(this.#floor, near, far);
    const gain = this.#floor.side === 'far' ? SOFTENED : UNITY;
    amplify(frame, this.#nearGain, gain);
    this.#nearGain = gain;
  }

  /** And what it is to hear. */
  applyFar(frame: Int16Array): void {
    const gain = this.#floor.side === 'near' ? SOFTENED : UNITY;
    amplify(frame, this.#farGain, gain);
    this.#farGain = gain;
  }
}

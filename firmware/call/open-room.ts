/** A room somebody is in, and who sits in it. */
import type { Conference } from '../config/schema.js';
import type { MixId, PlayId } from '../media/contract.js';
import type { Leg } from './leg.js';
import type { LegId, RoomState } from './room.js';

export type Seat = {
  leg: Leg;
  sinceMs: number;
  /** The leg of the member that had it called in. */
  broughtBy?: LegId;
  /** What the one who is alone hears. */
  music?: PlayId;
  /** Goes on from the prompt to the music. */
  skipPrompt?: () => void;
};

/** A room somebody is in. */
export type OpenRoom = {
  conference: Conference;
  /** Number within a dynamic conference; empty for a static one. */
  number: string;
  pin: string;
  mix: MixId;
  sinceMs: number;
  state: RoomState;
  legs: Map<LegId, Seat>;
  /** With whom it ends. */
  leader?: LegId;
};

/** What a room is called by those who watch it. */
export function resourceOf({ conference, number }: OpenRoom): string {
  return number === '' ? conference.number : `${conference.number}-${number}`;
}

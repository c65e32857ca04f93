/** Whether somebody new gets into a room. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Conference } from '../config/schema.js';

/** A room as it is, or as it was before a restart while somebody may come back to it. */
export type AskedRoom = {
  pin: string;
  locked: boolean;
  /** Not voices: one who is still at the door has a seat already, and one who may come back has it still. */
  seatsTaken: number;
};

/** Why who says this PIN is not let in; undefined: welcome. The room of a dynamic conference takes the PIN of its first caller. */
export function refusal(
  conference: Conference,
  room: AskedRoom | undefined,
  pin: string,
): 'wrongPin' | 'locked' | 'full' | undefined {
  const expected = conference.type === 'static' ? (conference.pin ?? '') : room?.pin;
  if (expected !== undefined && !samePin(expected, pin)) return 'wrongPin';
  return closed(conference, room);
}

/** Why nobody new is let in, whatever the PIN. */
export function closed(
  { maxParticipants = Infinity }: Conference,
  room: AskedRoom | undefined,
): 'locked' | 'full' | undefined {
  if (room?.locked) return 'locked';
  return (room?.seatsTaken ?? 0) < maxParticipants ? undefined : 'full';
}

/** Compares in constant time; hashing hides the length. */
function samePin(a: string, b: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}

/** A conference room as data: who is inside, and what the others hear of it. Pure; knows leg ids, not legs. */
import type { Step } from '../machine.js';

export type LegId = number;

export type Member = {
  leg: LegId;
  /** `entering`: has a seat, but is still being spoken to. */
  place: 'entering' | 'inside';
  /** On hold by its own phone: keeps the seat, is not in the mix. */
  held: boolean;
  muted: boolean;
};

export type RoomState = { members: readonly Member[] };

export type RoomEvent =
  /** Takes a seat; whether one is free is asked before by `hasSeat`. */
  | { type: 'seat'; leg: LegId }
  | { type: 'enter'; leg: LegId }
  | { type: 'leave'; leg: LegId }
  | { type: 'hold'; leg: LegId; held: boolean }
  | { type: 'mute'; leg: LegId; muted: boolean };

export type RoomEffect =
  | { type: 'attach'; leg: LegId }
  | { type: 'detach'; leg: LegId }
  | { type: 'mute'; leg: LegId; muted: boolean }
  /** Those inside, but for this leg, hear that somebody came or left. */
  | { type: 'chime'; tone: 'enter' | 'leave'; except: LegId }
  /** Nobody else is inside: hears so, then music. */
  | { type: 'alone'; leg: LegId }
  | { type: 'company'; leg: LegId }
  /** The last one left. */
  | { type: 'empty' };

export const emptyRoom: RoomState = { members: [] };

/** Counts seats, not voices: one who is still at the door has a seat already. */
export function hasSeat(room: RoomState, limit: number | undefined): boolean {
  return limit === undefined || room.members.length < limit;
}

export function room(state: RoomState, event: RoomEvent): Step<RoomState, RoomEffect> {
  const known = state.members.find((member) => member.leg === event.leg);
  if (event.type === 'seat') {
    if (known) return { state, effects: [] };
    const member: Member = { leg: event.leg, place: 'entering', held: false, muted: false };
    return { state: { members: [...state.members, member] }, effects: [] };
  }
  if (!known) return { state, effects: [] };
  switch (event.type) {
    case 'enter': {
      if (known.place === 'inside') break;
      const after = replace(state, { ...known, place: 'inside' });
      return {
        state: after,
        effects: [
          ...(known.held ? [] : [{ type: 'attach', leg: event.leg } as const]),
          { type: 'chime', tone: 'enter', except: event.leg },
          ...company(state, after),
        ],
      };
    }
    case 'leave': {
      const after = { members: state.members.filter((member) => member !== known) };
      const effects: RoomEffect[] = [];
      if (known.place === 'inside')
        effects.push(
          ...(known.held ? [] : [{ type: 'detach', leg: event.leg } as const]),
          { type: 'chime', tone: 'leave', except: event.leg },
          ...company(state, after),
        );
      if (after.members.length === 0) effects.push({ type: 'empty' });
      return { state: after, effects };
    }
    case 'hold': {
      if (known.held === event.held) break;
      const after = replace(state, { ...known, held: event.held });
      const move = event.held ? 'detach' : 'attach';
      return { state: after, effects: known.place === 'inside' ? [{ type: move, leg: event.leg }] : [] };
    }
    case 'mute':
      if (known.muted === event.muted) break;
      return {
        state: replace(state, { ...known, muted: event.muted }),
        effects: [{ type: 'mute', leg: event.leg, muted: event.muted }],
      };
  }
  return { state, effects: [] };
}

/** Who has become alone, and who no longer is. */
function company(before: RoomState, after: RoomState): RoomEffect[] {
  const [was, is] = [insiders(before), insiders(after)];
  const effects: RoomEffect[] = [];
  if (was.length === 1 && was[0] !== is[0]) effects.push({ type: 'company', leg: was[0] });
  else if (was.length === 1 && is.length > 1) effects.push({ type: 'company', leg: was[0] });
  if (is.length === 1 && !(was.length === 1 && was[0] === is[0])) effects.push({ type: 'alone', leg: is[0] });
  return effects;
}

function insiders(state: RoomState): LegId[] {
  return state.members.filter((member) => member.place === 'inside').map((member) => member.leg);
}

function replace(state: RoomState, changed: Member): RoomState {
  return { members: state.members.map((member) => (member.leg === changed.leg ? changed : member)) };
}

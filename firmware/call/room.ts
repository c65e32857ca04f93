/** A conference room as data: who is inside, and what the others hear of it. Pure; knows leg ids, not legs. */
import type { Step } from '../machine.js';
import type { AnnouncementName } from './announcements.js';

export type LegId = number;

export type Member = {
  leg: LegId;
  /** `entering`: has a seat, but is still being spoken to. */
  place: 'entering' | 'inside';
  /** On hold by its own phone: keeps the seat, is not in the mix. */
  held: boolean;
  muted: boolean;
  /** dB by which what it says is made louder for the others. */
  gainDb: number;
};

export type RoomState = {
  members: readonly Member[];
  /** Nobody new is let in. */
  locked: boolean;
};

export type RoomEvent =
  /** Takes a seat; whether one is free is asked before. */
  | { type: 'seat'; leg: LegId }
  | { type: 'enter'; leg: LegId }
  | { type: 'leave'; leg: LegId }
  | { type: 'hold'; leg: LegId; held: boolean }
  | { type: 'mute'; leg: LegId; muted: boolean }
  | { type: 'volume'; leg: LegId; gainDb: number }
  | { type: 'lock'; locked: boolean };

export type RoomEffect =
  | { type: 'attach'; leg: LegId }
  | { type: 'detach'; leg: LegId }
  | { type: 'mute'; leg: LegId; muted: boolean }
  | { type: 'volume'; leg: LegId; gainDb: number }
  /** One member hears this, or, without `leg`, everybody inside. */
  | { type: 'tell'; leg?: LegId; announcement: AnnouncementName }
  /** Those inside, but for this leg, hear that somebody came or left. */
  | { type: 'chime'; tone: 'enter' | 'leave'; except: LegId }
  /** Nobody else is inside: hears so, then music. */
  | { type: 'alone'; leg: LegId }
  | { type: 'company'; leg: LegId }
  /** The last one left. */
  | { type: 'empty' };

export const emptyRoom: RoomState = { members: [], locked: false };

export function room(state: RoomState, event: RoomEvent): Step<RoomState, RoomEffect> {
  if (event.type === 'lock') {
    if (state.locked === event.locked) return { state, effects: [] };
    const announcement = event.locked ? 'conference-locked-now' : 'conference-unlocked-now';
    return { state: { ...state, locked: event.locked }, effects: [{ type: 'tell', announcement }] };
  }
  const known = state.members.find((member) => member.leg === event.leg);
  if (event.type === 'seat') {
    if (known) return { state, effects: [] };
    const member: Member = { leg: event.leg, place: 'entering', held: false, muted: false, gainDb: 0 };
    return { state: { ...state, members: [...state.members, member] }, effects: [] };
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
          ...(known.muted ? [{ type: 'tell', leg: event.leg, announcement: 'muted' } as const] : []),
        ],
      };
    }
    case 'leave': {
      const after = { ...state, members: state.members.filter((member) => member !== known) };
      const effects: RoomEffect[] = asItCame(known);
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
      if (known.place !== 'inside') return { state: after, effects: [] };
      // Whoever has put us on hold hears no music of ours.
      const isAlone = insiders(after).length === 1;
      const effects: RoomEffect[] = [{ type: event.held ? 'detach' : 'attach', leg: event.leg }];
      if (isAlone) effects.push({ type: event.held ? 'company' : 'alone', leg: event.leg });
      return { state: after, effects };
    }
    case 'mute':
      if (known.muted === event.muted) break;
      return {
        state: replace(state, { ...known, muted: event.muted }),
        effects: [
          { type: 'mute', leg: event.leg, muted: event.muted },
          ...(known.place === 'inside'
            ? [{ type: 'tell', leg: event.leg, announcement: event.muted ? 'muted' : 'unmuted' } as const]
            : []),
        ],
      };
    case 'volume':
      if (known.gainDb === event.gainDb) break;
      return {
        state: replace(state, { ...known, gainDb: event.gainDb }),
        effects: [{ type: 'volume', leg: event.leg, gainDb: event.gainDb }],
      };
  }
  return { state, effects: [] };
}

/** What is taken back of one who leaves: where it goes it is neither muted nor louder. */
function asItCame({ leg, muted, gainDb }: Member): RoomEffect[] {
  return [
    ...(muted ? [{ type: 'mute', leg, muted: false } as const] : []),
    ...(gainDb !== 0 ? [{ type: 'volume', leg, gainDb: 0 } as const] : []),
  ];
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
  return {
    ...state,
    members: state.members.map((member) => (member.leg === changed.leg ? changed : member)),
  };
}

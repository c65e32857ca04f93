/** What an event of DAHDI's driver means on a line, by what is attached to it. Pure. */
import type { LineEvent } from '../../line-card.js';

export const EVENT = {
  onHook: 1,
  ringOrOffHook: 2,
  flash: 3,
  alarm: 4,
  noAlarm: 5,
  polarity: 17,
  ringBegins: 18,
  removed: 20,
  /** Or'd with the digit, in ASCII. */
  pulseDigit: 0x10000,
} as const;

/**
 * A phone's loop that is open for longer is told as open; what is shorter are pulses, which the driver counts (up to
 * 200 ms: it knows no shorter flash).
 */
export const BREAK_MS = 210;

export type Signals = {
  readonly kind: 'fxs' | 'fxo';
  readonly place: number;
  /** FXS: whether the phone is off hook. */
  readonly off: boolean;
  /** FXO: whether the exchange rings; whether it gives power, and which way round. */
  readonly ringing: boolean;
  readonly battery: boolean;
  readonly reversed: boolean;
};

/** Of a line that was opened just now. */
export function atFirst(kind: 'fxs' | 'fxo', place: number): Signals {
  return { kind, place, off: false, ringing: false, battery: true, reversed: false };
}

/** `alarm` is in words; `left`: an exchange line was put on hook, by us. */
export type Happened =
  | { type: 'event'; event: number; atMs: number }
  | { type: 'alarm'; alarm: string; atMs: number }
  | { type: 'left'; atMs: number };

type Told = { state: Signals; events: LineEvent[] };

export function signals(state: Signals, happened: Happened): Told {
  const { kind, place } = state;
  const { atMs } = happened;
  if (happened.type === 'alarm') {
    const told = happened.alarm === '' ? battery(state, true, atMs) : { state, events: [] };
    return { ...told, events: [{ type: 'alarm', place, alarm: happened.alarm }, ...told.events] };
  }
  // That the loop is whole again it tells of no line that is on hook.
  if (happened.type === 'left') return battery(state, true, atMs);
  const { event } = happened;
  const pulses = String.fromCharCode(event & 0xff);
  if (event & EVENT.pulseDigit) return { state, events: [{ type: 'pulseDigit', place, digit: pulses }] };
  if (kind === 'fxs') return ofPhone(state, event, atMs);
  switch (event) {
    case EVENT.ringBegins:
      return ring(state, true, atMs);
    case EVENT.ringOrOffHook: {
      // For 2 s after a line was opened the driver tells no beginning of a ring, but its end.
      const { events } = ring(state, true, atMs);
      const ended = ring({ ...state, ringing: true }, false, atMs);
      return { ...ended, events: [...events, ...ended.events] };
    }
    case EVENT.onHook:
      return battery(state, false, atMs);
    case EVENT.polarity: {
      const reversed = !state.reversed;
      return { state: { ...state, reversed }, events: [{ type: 'polarity', place, reversed }] };
    }
    default:
      return { state, events: [] };
  }
}

function ofPhone(state: Signals, event: number, atMs: number): Told {
  const { place } = state;
  if (event === EVENT.flash) return { state, events: [{ type: 'flash', place }] };
  const off = event === EVENT.ringOrOffHook;
  if ((!off && event !== EVENT.onHook) || off === state.off) return { state, events: [] };
  const sinceMs = off ? atMs : Math.max(0, atMs - BREAK_MS);
  return { state: { ...state, off }, events: [{ type: 'hook', place, off, atMs: sinceMs }] };
}

function ring(state: Signals, on: boolean, atMs: number): Told {
  if (on === state.ringing) return { state, events: [] };
  return { state: { ...state, ringing: on }, events: [{ type: 'ring', place: state.place, on, atMs }] };
}

function battery(state: Signals, on: boolean, atMs: number): Told {
  if (state.kind === 'fxs' || state.battery === on) return { state, events: [] };
  return { state: { ...state, battery: on }, events: [{ type: 'battery', place: state.place, on, atMs }] };
}

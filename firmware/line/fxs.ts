/** A line with a phone on it: it rings, it dials, it holds one call for another, and makes one of two. Pure. */
import type { Step, TimerEffect, TimerEvent } from '../machine.js';

/*
 *  idle --call--> ringing --offHook--> talking
 *   `--offHook--> dialling --whole number--> talking --flash--> dialling (a call is held) --> talking --flash: all in one
 *                    `--too late, wrong--> reorder --> howler --> silent      each --onHook--> idle
 */
export type FxsState = {
  name: 'idle' | 'ringing' | 'dialling' | 'talking' | 'reorder' | 'howler' | 'silent';
  digits: string;
  /** Calls by the owner's ids, 0 for none: the one that is heard (or rings), the one on hold, the one that waits. */
  active: number;
  held: number;
  waiting: number;
  /** Where in the cadence of the bell. */
  bell: number;
  callerIdSent: boolean;
};

export type FxsSettings = {
  /** Ms on, off, on, off ... */
  bellMs: readonly number[];
  firstDigitMs: number;
  betweenDigitsMs: number;
  /** Dialled as soon as the phone is lifted; '' for none. */
  hotLine: string;
  /** Whether whoever talks is told of another caller. */
  callWaiting: boolean;
};

/** `judged` is the answer to `look`: whether the digits so far are a whole number, the beginning of one, or none. */
export type FxsEvent =
  | { type: 'offHook' }
  | { type: 'onHook' }
  | { type: 'flash' }
  | { type: 'digit'; digit: string }
  | { type: 'judged'; number: 'whole' | 'begun' | 'none' }
  /** Somebody calls this phone. */
  | { type: 'call'; call: number }
  /** The call that was placed has this id. */
  | { type: 'placed'; call: number }
  /** A call is over, from the other side or because it could not be placed; then the phone hears this tone. */
  | { type: 'ended'; call: number; tone?: 'busy' | 'reorder' }
  /** The answer to `join`, if both have become one call: it has this id. */
  | { type: 'joined'; call: number };

export type FxsTone = 'dial' | 'recallDial' | 'busy' | 'reorder' | 'howler' | 'callWaiting';

export type FxsEffect =
  /** The ringing voltage. */
  | { type: 'ring'; on: boolean }
  /** Tells the phone who calls: now the bell is silent. */
  | { type: 'callerId'; call: number }
  /** Plays a tone until another one or `quiet`; call waiting comes once. */
  | { type: 'tone'; tone: FxsTone }
  | { type: 'quiet' }
  | { type: 'look'; digits: string }
  | { type: 'place'; digits: string }
  | { type: 'answer'; call: number }
  | { type: 'hold'; call: number }
  | { type: 'resume'; call: number }
  /** All parties of both calls, and the phone, are to hear each other. */
  | { type: 'join'; calls: [number, number] }
  | { type: 'release'; call: number }
  /** Takes the battery off for a moment, as a sign to the phone that the other side has gone. */
  | { type: 'disconnect' };

/** Behind the first ring, before the phone is told who calls (EN 300 659-1 §6.1.2: 500 to 2000 ms). */
const CALLER_ID_MS = 500;
const REORDER_MS = 20_000;
const HOWLER_MS = 60_000;
/** Digits of the longest number. */
const MAX_DIGITS = 32;

type Effects = (FxsEffect | TimerEffect)[];
type FxsStep = Step<FxsState, FxsEffect | TimerEffect>;

export const fxsStart: FxsState = {
  name: 'idle',
  digits: '',
  active: 0,
  held: 0,
  waiting: 0,
  bell: 0,
  callerIdSent: false,
};

const start = (name: string, ms: number) => ({ type: 'startTimer', name, ms }) as const;
const stop = (name: string) => ({ type: 'stopTimer', name }) as const;
const silence: Effects = [stop('digit'), stop('reorder'), { type: 'quiet' }];
const none = (state: FxsState): FxsStep => ({ state, effects: [] });

/** The machine of a line with these settings. */
export function fxs(settings: FxsSettings): (state: FxsState, event: FxsEvent | TimerEvent) => FxsStep {
  return (state, event) => {
    if (event.type === 'onHook' && state.name !== 'idle' && state.name !== 'ringing')
      return hangUp(state, settings);
    if (event.type === 'call' && state.name !== 'idle') return anotherCall(state, event.call, settings);
    if (event.type === 'placed' && (state.name !== 'talking' || state.active !== 0))
      return { state, effects: [{ type: 'release', call: event.call }] };
    if (event.type === 'ended' && event.call !== 0) return ended(state, event, settings);
    switch (state.name) {
      case 'idle':
        if (event.type === 'call') return ringFor(fxsStart, event.call, settings);
        return event.type === 'offHook' ? lifted(settings) : none(state);
      case 'ringing':
        return ringing(state, event, settings);
      case 'dialling':
        return dialling(state, event, settings);
      case 'talking':
        return talking(state, event, settings);
      default:
        return refused(state, event);
    }
  };
}

function lifted(settings: FxsSettings): FxsStep {
  if (settings.hotLine !== '') return place({ ...fxsStart, digits: settings.hotLine });
  return dialTone(fxsStart, 'dial', settings);
}

function dialTone(state: FxsState, tone: 'dial' | 'recallDial', settings: FxsSettings): FxsStep {
  return {
    state: { ...state, name: 'dialling', digits: '' },
    effects: [{ type: 'tone', tone }, start('digit', settings.firstDigitMs)],
  };
}

function ringFor(state: FxsState, call: number, settings: FxsSettings): FxsStep {
  return {
    state: { ...state, name: 'ringing', active: call, bell: 0, callerIdSent: false },
    effects: [{ type: 'ring', on: true }, start('bell', settings.bellMs[0])],
  };
}

function ringing(state: FxsState, event: FxsEvent | TimerEvent, settings: FxsSettings): FxsStep {
  if (event.type === 'offHook') {
    const effects: Effects = [stop('bell'), stop('callerId'), { type: 'ring', on: false }];
    return {
      state: { ...state, name: 'talking' },
      effects: [...effects, { type: 'answer', call: state.active }],
    };
  }
  if (event.type !== 'timer') return none(state);
  if (event.name === 'callerId') return { state, effects: [{ type: 'callerId', call: state.active }] };
  const { bellMs } = settings;
  const bell = (state.bell + 1) % bellMs.length;
  const effects: Effects = [{ type: 'ring', on: bell % 2 === 0 }, start('bell', bellMs[bell])];
  // The message takes up to a second and more: it goes into the long silence, once.
  const told = !state.callerIdSent && bellMs[bell] === Math.max(...bellMs) && bell % 2 === 1;
  if (told) effects.push(start('callerId', CALLER_ID_MS));
  return { state: { ...state, bell, callerIdSent: state.callerIdSent || told }, effects };
}

function dialling(state: FxsState, event: FxsEvent | TimerEvent, settings: FxsSettings): FxsStep {
  switch (event.type) {
    case 'digit': {
      if (event.digit === '#' && state.digits !== '') return place(state);
      const digits = state.digits + event.digit;
      if (digits.length > MAX_DIGITS) return reorder(state);
      const effects: Effects = state.digits === '' ? [{ type: 'quiet' }] : [];
      effects.push(start('digit', settings.betweenDigitsMs), { type: 'look', digits });
      return { state: { ...state, digits }, effects };
    }
    case 'judged':
      if (event.number === 'whole') return place(state);
      return event.number === 'none' ? reorder(state) : none(state);
    case 'timer':
      if (event.name !== 'digit') return none(state);
      return state.digits === '' ? reorder(state) : place(state);
    case 'flash':
      return toAnother(state);
    default:
      return none(state);
  }
}

function place(state: FxsState): FxsStep {
  const { digits } = state;
  return {
    state: { ...state, name: 'talking', digits: '' },
    effects: [stop('digit'), { type: 'quiet' }, { type: 'place', digits }],
  };
}

function talking(state: FxsState, event: FxsEvent | TimerEvent, settings: FxsSettings): FxsStep {
  if (event.type === 'placed') return { state: { ...state, active: event.call }, effects: [] };
  if (event.type === 'joined') return none({ ...state, active: event.call, held: 0 });
  if (event.type !== 'flash' || state.active === 0) return none(state);
  const { active, held, waiting } = state;
  if (waiting !== 0) {
    const effects: Effects = [
      { type: 'hold', call: active },
      { type: 'answer', call: waiting },
    ];
    return { state: { ...state, active: waiting, held: active, waiting: 0 }, effects };
  }
  if (held !== 0) return { state, effects: [{ type: 'join', calls: [held, active] }] };
  const next = dialTone({ ...state, active: 0, held: active }, 'recallDial', settings);
  return { state: next.state, effects: [{ type: 'hold', call: active }, ...next.effects] };
}

/** Whether a call is told to the phone: one may wait while it talks, if there is nobody on hold. */
export function takesCall(state: FxsState, { callWaiting }: FxsSettings): boolean {
  const { name, active, held, waiting } = state;
  return (
    name === 'idle' || (callWaiting && name === 'talking' && active !== 0 && held === 0 && waiting === 0)
  );
}

function anotherCall(state: FxsState, call: number, settings: FxsSettings): FxsStep {
  if (!takesCall(state, settings)) return { state, effects: [{ type: 'release', call }] };
  return { state: { ...state, waiting: call }, effects: [{ type: 'tone', tone: 'callWaiting' }] };
}

function ended(
  state: FxsState,
  { call, tone }: Extract<FxsEvent, { type: 'ended' }>,
  settings: FxsSettings,
): FxsStep {
  const { name, active, held, waiting } = state;
  if (call === waiting) return { state: { ...state, waiting: 0 }, effects: [{ type: 'quiet' }] };
  if (call === held) return none({ ...state, held: 0 });
  if (call !== active) return none(state);
  if (name === 'ringing')
    return { state: fxsStart, effects: [stop('bell'), stop('callerId'), { type: 'ring', on: false }] };
  if (held !== 0) return backToHeld(state);
  if (tone) return refuse({ ...state, active: 0 }, tone);
  const next = dialTone({ ...state, active: 0 }, 'dial', settings);
  return { state: next.state, effects: [{ type: 'disconnect' }, ...next.effects] };
}

/** From a tone to the call that there is besides, if there is one. */
function toAnother(state: FxsState): FxsStep {
  const { held, waiting } = state;
  if (held !== 0) return backToHeld(state);
  if (waiting === 0) return none(state);
  return {
    state: { ...state, name: 'talking', digits: '', active: waiting, waiting: 0 },
    effects: [...silence, { type: 'answer', call: waiting }],
  };
}

function backToHeld(state: FxsState): FxsStep {
  const { held } = state;
  return {
    state: { ...state, name: 'talking', digits: '', active: held, held: 0 },
    effects: [...silence, { type: 'resume', call: held }],
  };
}

function reorder(state: FxsState): FxsStep {
  return refuse(state, 'reorder');
}

function refuse(state: FxsState, tone: 'busy' | 'reorder'): FxsStep {
  return {
    state: { ...state, name: 'reorder', digits: '' },
    effects: [stop('digit'), { type: 'tone', tone }, start('reorder', REORDER_MS)],
  };
}

/** A phone that cannot go on as it is: first it hears so, then so loudly that somebody comes and hangs it up. */
function refused(state: FxsState, event: FxsEvent | TimerEvent): FxsStep {
  if (event.type === 'flash') return toAnother(state);
  if (event.type !== 'timer' || event.name !== 'reorder') return none(state);
  if (state.name === 'reorder')
    return {
      state: { ...state, name: 'howler' },
      effects: [{ type: 'tone', tone: 'howler' }, start('reorder', HOWLER_MS)],
    };
  return { state: { ...state, name: 'silent' }, effects: [{ type: 'quiet' }] };
}

/** A call that waits, or is on hold beside another one, rings the phone again. */
function hangUp(state: FxsState, settings: FxsSettings): FxsStep {
  const { active, held, waiting } = state;
  const effects: Effects = [...silence];
  if (active !== 0) effects.push({ type: 'release', call: active });
  const again = waiting !== 0 ? waiting : held;
  if (again === 0) return { state: fxsStart, effects };
  const next = ringFor(fxsStart, again, settings);
  return { state: next.state, effects: [...effects, ...next.effects] };
}

/** What a call on an exchange line teaches of the line: its tones, and whether the battery is turned round. Pure. */
import type { Step, TimerEffect, TimerEvent } from '../machine.js';
import type { Cadence, HeardTone, TonePlan } from '../tone-plans.js';

/*
 *  dialTone --dial tone--> dialling --dialled--> listening --busy, reorder, the loop breaks, long enough--> done
 *     `--no tone, a ring--> failed
 */
export type LearningState = {
  name: 'dialTone' | 'dialling' | 'listening' | 'over';
  readonly tones: LearnedTones;
  reversals: number;
};

export type LearnedTones = { readonly [name in 'dial' | 'ringBack' | 'busy' | 'reorder']?: HeardTone };

export type Learned = {
  tones: LearnedTones;
  /** The exchange turns the battery round when a call is answered. */
  polarity: boolean;
};

export type LearningEvent =
  | { type: 'start' }
  /** One that is known now. */
  | { type: 'tone'; tone: HeardTone }
  | { type: 'dialled' }
  | { type: 'polarity' }
  | { type: 'battery'; on: boolean }
  /** Somebody calls. */
  | { type: 'ring' };

export type LearningEffect =
  { type: 'dial' } | { type: 'done'; learned: Learned } | { type: 'failed'; why: 'noDialTone' | 'called' };

/** A dial tone with a rhythm is known after two turns, of 2 s at most. */
const DIAL_TONE_MS = 12_000;
/** A ring is known after two, and somebody who answers has to hang up again. */
const LISTEN_MS = 60_000;
/** Pauses of rings are longer, those of all other tones shorter. */
const RING_PAUSE_MS = 1500;
/** E.180: busy is slower, congestion faster. */
const BUSY_TURN_MS = 600;

export const learningStart: LearningState = { name: 'dialTone', tones: {}, reversals: 0 };

type LearningStep = Step<LearningState, LearningEffect | TimerEffect>;

/** The machine, where the tones of the country are these. */
export function learning(plan: Pick<TonePlan, 'busy' | 'reorder'>) {
  return (state: LearningState, event: LearningEvent | TimerEvent): LearningStep => {
    if (event.type === 'start')
      return { state, effects: [{ type: 'startTimer', name: 'dialTone', ms: DIAL_TONE_MS }] };
    if (state.name === 'dialTone') return waiting(state, event);
    if (state.name === 'dialling' && event.type === 'dialled')
      return {
        state: { ...state, name: 'listening' },
        effects: [{ type: 'startTimer', name: 'listen', ms: LISTEN_MS }],
      };
    return state.name === 'listening' ? listening(state, event, plan) : { state, effects: [] };
  };
}

function waiting(state: LearningState, event: LearningEvent | TimerEvent): LearningStep {
  const stop = { type: 'stopTimer', name: 'dialTone' } as const;
  if (event.type === 'tone')
    return {
      state: { ...state, name: 'dialling', tones: { dial: event.tone } },
      effects: [stop, { type: 'dial' }],
    };
  const why = event.type === 'ring' ? 'called' : event.type === 'timer' ? 'noDialTone' : undefined;
  if (!why) return { state, effects: [] };
  return { state: { ...state, name: 'over' }, effects: [stop, { type: 'failed', why }] };
}

function listening(
  state: LearningState,
  event: LearningEvent | TimerEvent,
  plan: Pick<TonePlan, 'busy' | 'reorder'>,
): LearningStep {
  switch (event.type) {
    case 'tone': {
      const name = nameOf(event.tone, plan);
      // A tone that does not stop: the exchange wants to be dialled anew, so the call is over.
      if (!name) return done(state);
      const next = { ...state, tones: { ...state.tones, [name]: event.tone } };
      return name === 'ringBack' ? { state: next, effects: [] } : done(next);
    }
    case 'polarity': {
      const next = { ...state, reversals: state.reversals + 1 };
      return next.reversals > 1 ? done(next) : { state: next, effects: [] };
    }
    case 'battery':
      return event.on ? { state, effects: [] } : done(state);
    case 'timer':
      return done(state);
    default:
      return { state, effects: [] };
  }
}

function done(state: LearningState): LearningStep {
  const learned = { tones: state.tones, polarity: state.reversals > 0 };
  return {
    state: { ...state, name: 'over' },
    effects: [
      { type: 'stopTimer', name: 'listen' },
      { type: 'done', learned },
    ],
  };
}

function nameOf(tone: HeardTone, plan: Pick<TonePlan, 'busy' | 'reorder'>) {
  if (tone.onOffMs.length === 0) return undefined;
  if (Math.max(...tone.onOffMs.filter((_, at) => at % 2 === 1)) >= RING_PAUSE_MS) return 'ringBack';
  if (isLike(tone, plan.busy)) return 'busy';
  if (isLike(tone, plan.reorder)) return 'reorder';
  return tone.onOffMs.reduce((sum, ms) => sum + ms, 0) >= BUSY_TURN_MS ? 'busy' : 'reorder';
}

/** Whether a tone that was heard is this one, wherever its rhythm begins: within 10 Hz, and 8 % or 25 ms of its times. */
export function isLike({ frequenciesHz, onOffMs }: HeardTone, [expectedHz, ...times]: Cadence): boolean {
  const sorted = [...expectedHz].sort((a, b) => a - b);
  if (frequenciesHz.length !== sorted.length || onOffMs.length !== times.length) return false;
  if (!frequenciesHz.every((hz, at) => Math.abs(hz - sorted[at]) <= 10)) return false;
  const near = (ms: number, other: number) => Math.abs(ms - other) <= Math.max(25, 0.08 * other);
  return (
    times.length === 0 ||
    times.some((_, from) => onOffMs.every((ms, at) => near(ms, times[(from + at) % times.length])))
  );
}

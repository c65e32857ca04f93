/** A call to outside tries one way after the other until a provider takes it. Pure. */
import type { Step, TimerEffect, TimerEvent } from '../machine.js';
import type { Cause } from './cause.js';

/*
 *  trying --progress--> ringing --answered--> talking --ended--> over
 *    | refused for want of means, no sign of life: the next way
 *    `--> giving up: no way left, or the called party's own refusal
 */
export type HuntState = {
  name: 'trying' | 'ringing' | 'talking' | 'over';
  /** The way being tried, from 0. */
  way: number;
  /** Of each way, how long it may give no sign of life before the next one is tried, ms. */
  readonly patienceMs: readonly number[];
};

export type HuntEvent =
  | { type: 'start' }
  /** Of the leg of a way; those of ways given up mean nothing any more. */
  | { type: 'progress' | 'answered'; way: number }
  | { type: 'ended'; way: number; cause: Cause };

export type HuntEffect =
  | { type: 'try'; way: number }
  /** Hangs up the leg of a way. */
  | { type: 'drop'; way: number }
  | { type: 'talk' }
  /** The call is over. */
  | { type: 'giveUp'; cause: Cause };

const RING_MS = 120_000;
/** The provider's trouble, not the called party's answer. */
const trouble: readonly Cause[] = ['congestion', 'networkFailure', 'noAnswer', 'barred', 'incompatible'];

type HuntStep = Step<HuntState, HuntEffect | TimerEffect>;

export function huntStart(patienceMs: readonly number[]): HuntState {
  return { name: 'trying', way: -1, patienceMs };
}

export function hunt(state: HuntState, event: HuntEvent | TimerEvent): HuntStep {
  if (event.type === 'start') return state.way < 0 ? tryNext(state, 'unavailable') : { state, effects: [] };
  if (event.type === 'timer') {
    const drop = { type: 'drop', way: state.way } as const;
    const next =
      state.name === 'trying'
        ? tryNext(state, 'noAnswer')
        : state.name === 'ringing'
          ? giveUp(state, 'noAnswer')
          : { state, effects: [] };
    return next.state === state ? next : { state: next.state, effects: [drop, ...next.effects] };
  }
  if (event.way !== state.way || state.name === 'over') return { state, effects: [] };
  switch (event.type) {
    case 'progress':
      if (state.name !== 'trying') break;
      return {
        state: { ...state, name: 'ringing' },
        effects: [stop, { type: 'startTimer', name: 'ring', ms: RING_MS }],
      };
    case 'answered':
      if (state.name === 'talking') break;
      return { state: { ...state, name: 'talking' }, effects: [...stopBoth, { type: 'talk' }] };
    case 'ended':
      if (state.name === 'trying' && trouble.includes(event.cause)) return tryNext(state, event.cause);
      return giveUp(state, state.name === 'talking' ? 'normal' : event.cause);
  }
  return { state, effects: [] };
}

function tryNext(state: HuntState, cause: Cause): HuntStep {
  const way = state.way + 1;
  if (way >= state.patienceMs.length) return giveUp(state, cause);
  return {
    state: { ...state, way },
    effects: [
      { type: 'try', way },
      { type: 'startTimer', name: 'sign', ms: state.patienceMs[way] },
    ],
  };
}

function giveUp(state: HuntState, cause: Cause): HuntStep {
  return { state: { ...state, name: 'over' }, effects: [...stopBoth, { type: 'giveUp', cause }] };
}

const stop = { type: 'stopTimer', name: 'sign' } as const;
const stopBoth = [stop, { type: 'stopTimer', name: 'ring' }] as const;

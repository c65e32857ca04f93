/** The non-INVITE client transaction: RFC 3261 §17.1.2. */
import type { SipResponse } from 'sip-parser';
import type { Step, TimerEffect, TimerEvent } from '../machine.js';
import { GIVE_UP, T1, T2, T4 } from './timers.js';

/*
 *  request --> trying --1xx--> proceeding --200..699--> completed --K--> terminated
 *              E: send again, F: timeout
 */
export type NonInviteClientState =
  | { name: 'trying' | 'proceeding'; reliable: boolean; retransmitMs: number }
  | { name: 'completed' | 'terminated' };

export type NonInviteClientEvent =
  | { type: 'start' }
  | { type: 'response'; response: SipResponse }
  /** Means nothing here: only an INVITE is cancelled. */
  | { type: 'cancel' }
  | { type: 'transportError' };

export type NonInviteClientEffect =
  | { type: 'sendRequest' }
  | { type: 'response'; response: SipResponse }
  | { type: 'failed'; why: 'timeout' | 'transport' }
  | { type: 'end' };

type NonInviteClientStep = Step<NonInviteClientState, NonInviteClientEffect | TimerEffect>;

export function nonInviteClientStart(reliable: boolean): NonInviteClientState {
  return { name: 'trying', reliable, retransmitMs: T1 };
}

export function nonInviteClient(
  state: NonInviteClientState,
  event: NonInviteClientEvent | TimerEvent,
): NonInviteClientStep {
  switch (state.name) {
    case 'trying':
    case 'proceeding':
      switch (event.type) {
        case 'start': {
          const effects: NonInviteClientStep['effects'] = [
            { type: 'sendRequest' },
            { type: 'startTimer', name: 'F', ms: GIVE_UP },
          ];
          return {
            state,
            effects: state.reliable ? effects : [...effects, { type: 'startTimer', name: 'E', ms: T1 }],
          };
        }
        case 'timer': {
          if (event.name === 'F') return fail('timeout');
          const retransmitMs = state.name === 'proceeding' ? T2 : Math.min(2 * state.retransmitMs, T2);
          return {
            state: { ...state, retransmitMs },
            effects: [{ type: 'sendRequest' }, { type: 'startTimer', name: 'E', ms: retransmitMs }],
          };
        }
        case 'response':
          if (event.response.status < 200)
            return {
              state: { ...state, name: 'proceeding' },
              effects: [{ type: 'response', response: event.response }],
            };
          return {
            state: { name: 'completed' },
            effects: [
              ...stopTrying,
              { type: 'response', response: event.response },
              { type: 'startTimer', name: 'K', ms: state.reliable ? 0 : T4 },
            ],
          };
        case 'transportError':
          return fail('transport');
      }
      break;
    case 'completed':
      if (event.type === 'timer') return { state: { name: 'terminated' }, effects: [{ type: 'end' }] };
      break;
    case 'terminated':
      break;
  }
  return { state, effects: [] };
}

function fail(why: 'timeout' | 'transport'): NonInviteClientStep {
  return {
    state: { name: 'terminated' },
    effects: [...stopTrying, { type: 'failed', why }, { type: 'end' }],
  };
}

const stopTrying = [
  { type: 'stopTimer', name: 'E' },
  { type: 'stopTimer', name: 'F' },
] as const;

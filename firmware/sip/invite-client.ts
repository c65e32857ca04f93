/** The INVITE client transaction: RFC 3261 §17.1.1 with the Accepted state of RFC 6026 §7.2. */
import type { SipResponse } from 'sip-parser';
import type { Step, TimerEffect, TimerEvent } from '../machine.js';
import { GIVE_UP, T1, TIMER_D } from './timers.js';

/*
 *  INVITE
 *    |            1xx                300..699 (ACK)
 *  calling ------------> proceeding ----------------> completed --D--> terminated
 *    | A: send again         |2xx
 *    | B: timeout         accepted --M--> terminated
 *
 *  A CANCEL waits for a 1xx; B also waits for the answer to a cancelled INVITE (RFC 3261 §9.1).
 */
export type InviteClientState =
  | { name: 'calling'; reliable: boolean; retransmitMs: number; cancelled: boolean }
  | { name: 'proceeding'; reliable: boolean; cancelled: boolean }
  | { name: 'completed' | 'accepted' | 'terminated' };

export type InviteClientEvent =
  | { type: 'start' }
  | { type: 'response'; response: SipResponse }
  /** Nobody wants its answer any more. */
  | { type: 'cancel' }
  | { type: 'transportError' };

export type InviteClientEffect =
  | { type: 'sendRequest' }
  | { type: 'sendCancel' }
  /** The ACK of a non-2xx, built from the request (RFC 3261 §17.1.1.3). */
  | { type: 'sendAck'; response: SipResponse }
  | { type: 'response'; response: SipResponse }
  | { type: 'failed'; why: 'timeout' | 'transport' }
  | { type: 'end' };

type InviteClientStep = Step<InviteClientState, InviteClientEffect | TimerEffect>;

export function inviteClientStart(reliable: boolean): InviteClientState {
  return { name: 'calling', reliable, retransmitMs: T1, cancelled: false };
}

export function inviteClient(
  state: InviteClientState,
  event: InviteClientEvent | TimerEvent,
): InviteClientStep {
  switch (state.name) {
    case 'calling':
      switch (event.type) {
        case 'start': {
          const effects: InviteClientStep['effects'] = [
            { type: 'sendRequest' },
            { type: 'startTimer', name: 'B', ms: GIVE_UP },
          ];
          return {
            state,
            effects: state.reliable ? effects : [...effects, { type: 'startTimer', name: 'A', ms: T1 }],
          };
        }
        case 'timer':
          if (event.name === 'B') return fail('timeout');
          return {
            state: { ...state, retransmitMs: 2 * state.retransmitMs },
            effects: [{ type: 'sendRequest' }, { type: 'startTimer', name: 'A', ms: 2 * state.retransmitMs }],
          };
        case 'cancel':
          return { state: { ...state, cancelled: true }, effects: [] };
        case 'response':
          return received(state, event.response);
        case 'transportError':
          return fail('transport');
      }
      break;
    case 'proceeding':
      if (event.type === 'response') {
        if (event.response.status >= 200) return received(state, event.response);
        return { state, effects: [{ type: 'response', response: event.response }] };
      }
      if (event.type === 'cancel' && !state.cancelled)
        return { state: { ...state, cancelled: true }, effects: cancelling };
      if (event.type === 'timer' && event.name === 'B') return fail('timeout');
      if (event.type === 'transportError') return fail('transport');
      break;
    case 'completed':
      if (event.type === 'response' && event.response.status >= 300)
        return { state, effects: [{ type: 'sendAck', response: event.response }] };
      if (event.type === 'timer' && event.name === 'D') return end();
      if (event.type === 'transportError') return fail('transport');
      break;
    case 'accepted':
      if (event.type === 'response' && event.response.status >= 200 && event.response.status < 300)
        return { state, effects: [{ type: 'response', response: event.response }] };
      if (event.type === 'timer' && event.name === 'M') return end();
      break;
    case 'terminated':
      break;
  }
  return { state, effects: [] };
}

function received(
  { reliable, cancelled }: { reliable: boolean; cancelled: boolean },
  response: SipResponse,
): InviteClientStep {
  const pass = { type: 'response', response } as const;
  if (response.status < 200)
    return {
      state: { name: 'proceeding', reliable, cancelled },
      effects: [...stopCalling, ...(cancelled ? cancelling : []), pass],
    };
  if (response.status < 300)
    return {
      state: { name: 'accepted' },
      effects: [...stopCalling, pass, { type: 'startTimer', name: 'M', ms: GIVE_UP }],
    };
  return {
    state: { name: 'completed' },
    effects: [
      ...stopCalling,
      { type: 'sendAck', response },
      pass,
      { type: 'startTimer', name: 'D', ms: reliable ? 0 : TIMER_D },
    ],
  };
}

function fail(why: 'timeout' | 'transport'): InviteClientStep {
  return {
    state: { name: 'terminated' },
    effects: [...stopCalling, { type: 'stopTimer', name: 'D' }, { type: 'failed', why }, { type: 'end' }],
  };
}

function end(): InviteClientStep {
  return { state: { name: 'terminated' }, effects: [{ type: 'end' }] };
}

const cancelling: InviteClientStep['effects'] = [
  { type: 'sendCancel' },
  { type: 'startTimer', name: 'B', ms: GIVE_UP },
];

const stopCalling = [
  { type: 'stopTimer', name: 'A' },
  { type: 'stopTimer', name: 'B' },
] as const;

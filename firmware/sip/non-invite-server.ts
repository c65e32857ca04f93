/** The non-INVITE server transaction: RFC 3261 §17.2.2, with RFC 4320 §4 (no 1xx, no 408). */
import type { SipResponse } from 'sip-parser';
import type { Step, TimerEffect, TimerEvent } from '../machine.js';
import { GIVE_UP } from './timers.js';

/*
 *  request --> trying --200..699--> completed --J--> terminated
 */
export type NonInviteServerState =
  | { name: 'trying'; reliable: boolean }
  | { name: 'completed'; response: SipResponse }
  | { name: 'terminated' };

export type NonInviteServerEvent =
  | { type: 'request' }
  /** Means nothing here: only an INVITE is acknowledged. */
  | { type: 'ack' }
  | { type: 'respond'; response: SipResponse }
  | { type: 'transportError' };

export type NonInviteServerEffect = { type: 'send'; response: SipResponse } | { type: 'end' };

export function nonInviteServerStart(reliable: boolean): NonInviteServerState {
  return { name: 'trying', reliable };
}

export function nonInviteServer(
  state: NonInviteServerState,
  event: NonInviteServerEvent | TimerEvent,
): Step<NonInviteServerState, NonInviteServerEffect | TimerEffect> {
  switch (state.name) {
    case 'trying':
      if (event.type === 'respond')
        return {
          state: { name: 'completed', response: event.response },
          effects: [
            { type: 'send', response: event.response },
            { type: 'startTimer', name: 'J', ms: state.reliable ? 0 : GIVE_UP },
          ],
        };
      if (event.type === 'transportError')
        return { state: { name: 'terminated' }, effects: [{ type: 'end' }] };
      break;
    case 'completed':
      if (event.type === 'request') return { state, effects: [{ type: 'send', response: state.response }] };
      if (event.type === 'timer' || event.type === 'transportError')
        return {
          state: { name: 'terminated' },
          effects: [{ type: 'stopTimer', name: 'J' }, { type: 'end' }],
        };
      break;
    case 'terminated':
      break;
  }
  return { state, effects: [] };
}

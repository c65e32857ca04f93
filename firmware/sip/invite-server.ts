/** The INVITE server transaction: RFC 3261 §17.2.1 with the Accepted state of RFC 6026 §7.1. */
import type { SipResponse } from 'sip-parser';
import type { Step, TimerEffect, TimerEvent } from '../machine.js';
import { GIVE_UP, T1, T2, T4 } from './timers.js';

/*
 *  INVITE
 *    |
 *  proceeding --300..699--> completed --ACK--> confirmed --I--> terminated
 *    |                        |  G: send again, H: timeout
 *    `--2xx--> accepted --L--> terminated
 */
export type InviteServerState =
  | { name: 'proceeding'; reliable: boolean; response?: SipResponse }
  | { name: 'completed'; reliable: boolean; response: SipResponse; retransmitMs: number }
  | { name: 'accepted' | 'confirmed' | 'terminated' };

export type InviteServerEvent =
  | { type: 'request' }
  | { type: 'ack' }
  | { type: 'respond'; response: SipResponse }
  | { type: 'transportError' };

export type InviteServerEffect =
  | { type: 'send'; response: SipResponse }
  /** An ACK of a 2xx, for the dialog. */
  | { type: 'passAck' }
  | { type: 'failed'; why: 'timeout' | 'transport' }
  | { type: 'end' };

type InviteServerStep = Step<InviteServerState, InviteServerEffect | TimerEffect>;

export function inviteServerStart(reliable: boolean): InviteServerState {
  return { name: 'proceeding', reliable };
}

export function inviteServer(
  state: InviteServerState,
  event: InviteServerEvent | TimerEvent,
): InviteServerStep {
  switch (state.name) {
    case 'proceeding':
      switch (event.type) {
        case 'request':
          return { state, effects: state.response ? [{ type: 'send', response: state.response }] : [] };
        case 'respond':
          return answer(state.reliable, event.response);
        case 'transportError':
          return fail('transport');
      }
      break;
    case 'completed':
      switch (event.type) {
        case 'request':
          return { state, effects: [{ type: 'send', response: state.response }] };
        case 'ack':
          return {
            state: { name: 'confirmed' },
            effects: [
              { type: 'stopTimer', name: 'G' },
              { type: 'stopTimer', name: 'H' },
              { type: 'startTimer', name: 'I', ms: state.reliable ? 0 : T4 },
            ],
          };
        case 'transportError':
          return fail('transport');
        case 'timer':
          if (event.name === 'H') return fail('timeout');
          if (event.name === 'G') {
            const retransmitMs = Math.min(2 * state.retransmitMs, T2);
            return {
              state: { ...state, retransmitMs },
              effects: [
                { type: 'send', response: state.response },
                { type: 'startTimer', name: 'G', ms: retransmitMs },
              ],
            };
          }
      }
      break;
    case 'accepted':
      // RFC 6026 §7.1: repeated INVITEs are absorbed; the core sends the 2xx again itself.
      if (event.type === 'ack') return { state, effects: [{ type: 'passAck' }] };
      if (event.type === 'respond' && event.response.status < 300)
        return { state, effects: [{ type: 'send', response: event.response }] };
      if (event.type === 'timer' && event.name === 'L') return end();
      break;
    case 'confirmed':
      if (event.type === 'timer' && event.name === 'I') return end();
      break;
    case 'terminated':
      break;
  }
  return { state, effects: [] };
}

function answer(reliable: boolean, response: SipResponse): InviteServerStep {
  const send = { type: 'send', response } as const;
  if (response.status < 200) return { state: { name: 'proceeding', reliable, response }, effects: [send] };
  if (response.status < 300)
    return { state: { name: 'accepted' }, effects: [send, { type: 'startTimer', name: 'L', ms: GIVE_UP }] };
  const effects: InviteServerStep['effects'] = [send, { type: 'startTimer', name: 'H', ms: GIVE_UP }];
  return {
    state: { name: 'completed', reliable, response, retransmitMs: T1 },
    effects: reliable ? effects : [...effects, { type: 'startTimer', name: 'G', ms: T1 }],
  };
}

function fail(why: 'timeout' | 'transport'): InviteServerStep {
  return { state: { name: 'terminated' }, effects: [...stopAll, { type: 'failed', why }, { type: 'end' }] };
}

function end(): InviteServerStep {
  return { state: { name: 'terminated' }, effects: [{ type: 'end' }] };
}

const stopAll = [
  { type: 'stopTimer', name: 'G' },
  { type: 'stopTimer', name: 'H' },
] as const;

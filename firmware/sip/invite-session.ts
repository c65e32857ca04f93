/** The life of one call as its INVITE tells it (RFC 3261 §13 to §15), for both ends: pure, without messages. */
import type { Step } from '../machine.js';

/*
 *  incoming --answer--> awaitingAck --ACK--> confirmed --BYE, hang up--> ended
 *     | reject, CANCEL                          ^
 *     `--> ended          outgoing --2xx--------'
 *                            | 3xx..6xx, time-out --> ended
 */
export type InviteSessionState =
  | { name: 'incoming' }
  /** `leaving`: hung up meanwhile; a called party may not say BYE before the ACK (RFC 3261 §15). */
  | { name: 'awaitingAck'; leaving: boolean }
  /** `heard`: a 1xx has come, so that CANCEL is allowed (RFC 3261 §9.1). */
  | { name: 'outgoing'; heard: boolean; leaving: boolean }
  | { name: 'confirmed' }
  | { name: 'ended' };

/** Why a call is over. `status`: the SIP status that refused it. */
export type Ending = { by: 'peer' | 'us' | 'network'; status?: number };

export type InviteSessionEvent =
  | { type: 'ring' }
  | { type: 'answer' }
  | { type: 'reject'; status: number }
  | { type: 'hangUp' }
  | { type: 'acked' }
  | { type: 'noAck' }
  | { type: 'cancelled' }
  | { type: 'bye' }
  | { type: 'provisional'; status: number }
  | { type: 'accepted' }
  | { type: 'refused'; status: number }
  | { type: 'failed' };

export type InviteSessionEffect =
  | { type: 'respond'; status: number }
  | { type: 'sendCancel' }
  | { type: 'sendBye' }
  /** The peer has the call and works on it. */
  | { type: 'trying' }
  | { type: 'ringing' }
  | { type: 'confirmed' }
  | ({ type: 'ended' } & Ending);

type InviteSessionStep = Step<InviteSessionState, InviteSessionEffect>;

export function inviteSession(state: InviteSessionState, event: InviteSessionEvent): InviteSessionStep {
  switch (state.name) {
    case 'incoming':
      switch (event.type) {
        case 'ring':
          return { state, effects: [{ type: 'respond', status: 180 }] };
        case 'answer':
          return {
            state: { name: 'awaitingAck', leaving: false },
            effects: [{ type: 'respond', status: 200 }],
          };
        case 'reject':
          return end({ by: 'us', status: event.status }, { type: 'respond', status: event.status });
        case 'hangUp':
          return end({ by: 'us', status: 480 }, { type: 'respond', status: 480 });
        case 'cancelled':
        case 'bye': // a caller may end an early dialog so (RFC 3261 §15)
          return end({ by: 'peer', status: 487 }, { type: 'respond', status: 487 });
        case 'failed':
          return end({ by: 'network' });
      }
      break;
    case 'awaitingAck':
      switch (event.type) {
        case 'acked':
          if (state.leaving) return end({ by: 'us' }, { type: 'sendBye' });
          return { state: { name: 'confirmed' }, effects: [{ type: 'confirmed' }] };
        case 'noAck':
          return end({ by: 'network' }, { type: 'sendBye' });
        case 'reject':
        case 'hangUp':
          return { state: { ...state, leaving: true }, effects: [] };
        case 'bye':
          return end({ by: 'peer' });
      }
      break;
    case 'outgoing':
      switch (event.type) {
        case 'provisional': {
          const effects: InviteSessionEffect[] = [];
          if (state.leaving && !state.heard) effects.push({ type: 'sendCancel' });
          else if (!state.leaving) effects.push({ type: event.status > 100 ? 'ringing' : 'trying' });
          return { state: { ...state, heard: true }, effects };
        }
        case 'hangUp':
          if (state.leaving) break;
          return { state: { ...state, leaving: true }, effects: state.heard ? [{ type: 'sendCancel' }] : [] };
        case 'accepted':
          // A 2xx that crossed our CANCEL: the call exists and is ended properly.
          if (state.leaving) return end({ by: 'us' }, { type: 'sendBye' });
          return { state: { name: 'confirmed' }, effects: [{ type: 'confirmed' }] };
        case 'refused':
          return end({ by: state.leaving ? 'us' : 'peer', status: event.status });
        case 'failed':
          return end({ by: 'network', status: 408 });
      }
      break;
    case 'confirmed':
      if (event.type === 'hangUp') return end({ by: 'us' }, { type: 'sendBye' });
      if (event.type === 'reject') return end({ by: 'us', status: event.status }, { type: 'sendBye' });
      if (event.type === 'bye') return end({ by: 'peer' });
      if (event.type === 'noAck' || event.type === 'failed')
        return end({ by: 'network' }, { type: 'sendBye' });
      break;
    case 'ended':
      break;
  }
  return { state, effects: [] };
}

function end(why: Ending, ...before: InviteSessionEffect[]): InviteSessionStep {
  return { state: { name: 'ended' }, effects: [...before, { type: 'ended', ...why }] };
}

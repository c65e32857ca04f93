/** A 2xx to an INVITE is sent again until its ACK comes: RFC 3261 §13.3.1.4, over any transport. */
import type { Step, TimerEffect, TimerEvent } from '../machine.js';
import { GIVE_UP, T1, T2 } from './timers.js';

/*
 *  2xx sent --> repeating --ACK--> done
 *                  | 64*T1: no ACK, the call is ended with BYE
 */
export type OkRepeaterState = { name: 'idle' } | { name: 'repeating'; everyMs: number } | { name: 'done' };
export type OkRepeaterEvent = { type: 'sent' } | { type: 'ack' };
export type OkRepeaterEffect = { type: 'sendAgain' } | { type: 'acked' } | { type: 'noAck' };

export function okRepeater(
  state: OkRepeaterState,
  event: OkRepeaterEvent | TimerEvent,
): Step<OkRepeaterState, OkRepeaterEffect | TimerEffect> {
  switch (event.type) {
    case 'sent':
      return {
        state: { name: 'repeating', everyMs: T1 },
        effects: [
          { type: 'startTimer', name: 'repeat', ms: T1 },
          { type: 'startTimer', name: 'giveUp', ms: GIVE_UP },
        ],
      };
    case 'ack':
      if (state.name !== 'repeating') break;
      return { state: { name: 'done' }, effects: [...stopBoth, { type: 'acked' }] };
    case 'timer': {
      if (state.name !== 'repeating') break;
      if (event.name === 'giveUp')
        return { state: { name: 'done' }, effects: [...stopBoth, { type: 'noAck' }] };
      const everyMs = Math.min(2 * state.everyMs, T2);
      return {
        state: { name: 'repeating', everyMs },
        effects: [{ type: 'sendAgain' }, { type: 'startTimer', name: 'repeat', ms: everyMs }],
      };
    }
  }
  return { state, effects: [] };
}

const stopBoth = [
  { type: 'stopTimer', name: 'repeat' },
  { type: 'stopTimer', name: 'giveUp' },
] as const;

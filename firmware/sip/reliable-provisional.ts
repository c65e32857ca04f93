/** A provisional response that must not be lost is sent again until its PRACK comes: RFC 3262 §3. Pure. */
import type { Step, TimerEffect, TimerEvent } from '../machine.js';
import { GIVE_UP, T1 } from './timers.js';

/*
 *  idle --send--> repeating --PRACK of this RSeq--> done
 *                    | 64*T1: no PRACK, the INVITE is refused
 */
export type ReliableProvisionalState =
  { name: 'idle' } | { name: 'repeating'; rseq: number; everyMs: number } | { name: 'done' };

export type ReliableProvisionalEvent = { type: 'send'; rseq: number } | { type: 'prack'; rseq: number };

export type ReliableProvisionalEffect = { type: 'send' } | { type: 'acknowledged' } | { type: 'noPrack' };

export function reliableProvisional(
  state: ReliableProvisionalState,
  event: ReliableProvisionalEvent | TimerEvent,
): Step<ReliableProvisionalState, ReliableProvisionalEffect | TimerEffect> {
  switch (event.type) {
    case 'send':
      if (state.name !== 'idle') break;
      return {
        state: { name: 'repeating', rseq: event.rseq, everyMs: T1 },
        effects: [
          { type: 'send' },
          { type: 'startTimer', name: 'repeat', ms: T1 },
          { type: 'startTimer', name: 'giveUp', ms: GIVE_UP },
        ],
      };
    case 'prack':
      if (state.name !== 'repeating' || event.rseq !== state.rseq) break;
      return { state: { name: 'done' }, effects: [...stopBoth, { type: 'acknowledged' }] };
    case 'timer': {
      if (state.name !== 'repeating') break;
      if (event.name === 'giveUp')
        return { state: { name: 'done' }, effects: [...stopBoth, { type: 'noPrack' }] };
      const everyMs = 2 * state.everyMs;
      return {
        state: { ...state, everyMs },
        effects: [{ type: 'send' }, { type: 'startTimer', name: 'repeat', ms: everyMs }],
      };
    }
  }
  return { state, effects: [] };
}

const stopBoth = [
  { type: 'stopTimer', name: 'repeat' },
  { type: 'stopTimer', name: 'giveUp' },
] as const;

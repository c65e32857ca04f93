/** Ends a session whose other end is no more: RFC 4028 §10, as data. Pure. */
import type { Step, TimerEffect, TimerEvent } from '../machine.js';
import type { SessionTerms } from './session-expires.js';

/*
 *  off --agreed--> running --half the time, if it is ours to refresh--> asking --2xx: agreed--> running
 *                    | time nearly over: expired                          | 491, 5xx: after a while again
 *                    `--> off                                             | 408, 481, no answer: expired
 */
export type SessionTimerState =
  { name: 'off' } | { name: 'running'; terms: SessionTerms } | { name: 'asking'; terms: SessionTerms };

export type SessionTimerEvent =
  /** A 2xx to an INVITE or UPDATE, either way. */
  | { type: 'agreed'; terms: SessionTerms }
  /** Our refresh was refused; `minSeconds`: Min-SE of a 422; `retryMs`: when to try again. */
  | { type: 'refused'; status: number; minSeconds: number; retryMs: number }
  /** Another exchange is under way (RFC 3261 §14.1). */
  | { type: 'busy'; retryMs: number }
  /** Our refresh was not answered. */
  | { type: 'failed' };

export type SessionTimerEffect =
  | { type: 'refresh'; terms: SessionTerms }
  /** The other end is gone: the call is ended with BYE. */
  | { type: 'expired' };

type SessionTimerStep = Step<SessionTimerState, SessionTimerEffect | TimerEffect>;

/** Node's timers take no more. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export function sessionTimer(
  state: SessionTimerState,
  event: SessionTimerEvent | TimerEvent,
): SessionTimerStep {
  if (event.type === 'agreed') return run(event.terms);
  if (state.name === 'off') return { state, effects: [] };
  const { terms } = state;
  switch (event.type) {
    case 'timer':
      if (event.name === 'expire') return expired();
      return { state: { name: 'asking', terms }, effects: [{ type: 'refresh', terms }] };
    case 'refused': {
      if (state.name !== 'asking') break;
      if (event.status === 408 || event.status === 481) return expired();
      if (event.status === 422) {
        const longer = { ...terms, seconds: Math.max(terms.seconds, event.minSeconds) };
        if (longer.seconds === terms.seconds) break;
        return { state: { name: 'asking', terms: longer }, effects: [{ type: 'refresh', terms: longer }] };
      }
      // Who knows nothing of timers lives, if it answers at all.
      if (!terms.mutual && event.status !== 491) return run(terms);
      return again(terms, event.retryMs);
    }
    case 'busy':
      return again(terms, event.retryMs);
    case 'failed':
      if (state.name === 'asking') return expired();
  }
  return { state, effects: [] };
}

function run(terms: SessionTerms): SessionTimerStep {
  const { seconds, refresher } = terms;
  // RFC 4028 §10: half the interval to refresh; the end comes 32 s, or a third, before time is over.
  const expireMs = Math.min(1000 * (seconds - Math.min(32, seconds / 3)), MAX_TIMER_MS);
  const refreshMs = Math.min(500 * seconds, MAX_TIMER_MS - 60_000);
  return {
    state: { name: 'running', terms },
    effects: [
      { type: 'startTimer', name: 'expire', ms: expireMs },
      refresher === 'us'
        ? { type: 'startTimer', name: 'refresh', ms: refreshMs }
        : { type: 'stopTimer', name: 'refresh' },
    ],
  };
}

function again(terms: SessionTerms, ms: number): SessionTimerStep {
  return { state: { name: 'running', terms }, effects: [{ type: 'startTimer', name: 'refresh', ms }] };
}

function expired(): SessionTimerStep {
  return {
    state: { name: 'off' },
    effects: [
      { type: 'stopTimer', name: 'refresh' },
      { type: 'stopTimer', name: 'expire' },
      { type: 'expired' },
    ],
  };
}

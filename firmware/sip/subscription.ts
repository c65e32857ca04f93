/** One subscription to an event, from the notifier's side (RFC 6665 §4.2): when to send NOTIFY. Pure. */
import type { Step, TimerEffect, TimerEvent } from '../machine.js';

/*
 *  SUBSCRIBE --> active --(changed, refreshed: NOTIFY)--> active
 *                  | Expires: 0, time-out, NOTIFY refused --> over
 */
export type SubscriptionState = {
  name: 'active' | 'over';
  /** A NOTIFY waits for its answer. */
  asking: boolean;
  /** The last NOTIFY was a moment ago. */
  pausing: boolean;
  /** What is to be told when both are over. */
  owed: 'nothing' | 'changes' | 'everything';
};

export type SubscriptionEvent =
  /** A SUBSCRIBE, the first or a refresh, for so long; 0 ends it. */
  | { type: 'subscribed'; seconds: number }
  | { type: 'changed' }
  /** What was subscribed to is no more. */
  | { type: 'gone' }
  /** The NOTIFY was answered; `accepted`: by a 2xx. */
  | { type: 'answered'; accepted: boolean };

export type SubscriptionEffect =
  { type: 'notify'; whole: boolean; ending?: 'timeout' | 'noresource' } | { type: 'end' };

/** NOTIFYs of one subscription are at least so far apart: a busy room does not flood a phone (RFC 4575 §3.8). */
const PACE_MS = 1000;

type SubscriptionStep = Step<SubscriptionState, SubscriptionEffect | TimerEffect>;

export const subscriptionStart: SubscriptionState = {
  name: 'active',
  asking: false,
  pausing: false,
  owed: 'nothing',
};

export function subscription(
  state: SubscriptionState,
  event: SubscriptionEvent | TimerEvent,
): SubscriptionStep {
  if (state.name === 'over') return { state, effects: [] };
  switch (event.type) {
    case 'subscribed': {
      if (event.seconds === 0) return finish(state, 'timeout');
      const { state: after, effects } = notify(state, 'everything');
      return {
        state: after,
        effects: [{ type: 'startTimer', name: 'expiry', ms: event.seconds * 1000 }, ...effects],
      };
    }
    case 'changed':
      if (state.asking || state.pausing)
        return {
          state: { ...state, owed: state.owed === 'everything' ? 'everything' : 'changes' },
          effects: [],
        };
      return notify(state, 'changes');
    case 'gone':
      return finish(state, 'noresource');
    case 'answered':
      if (!event.accepted) return end(state);
      return settle({ ...state, asking: false });
    case 'timer':
      if (event.name === 'expiry') return finish(state, 'timeout');
      return settle({ ...state, pausing: false });
  }
}

/** Tells what is owed, if nothing stands in the way. */
function settle(state: SubscriptionState): SubscriptionStep {
  if (state.asking || state.pausing || state.owed === 'nothing') return { state, effects: [] };
  return notify(state, state.owed);
}

function notify(state: SubscriptionState, what: 'changes' | 'everything'): SubscriptionStep {
  // RFC 6665 §4.2.1.2: a SUBSCRIBE is followed by a NOTIFY at once, whatever else is under way.
  return {
    state: { ...state, asking: true, pausing: true, owed: 'nothing' },
    effects: [
      { type: 'notify', whole: what === 'everything' },
      { type: 'startTimer', name: 'pace', ms: PACE_MS },
    ],
  };
}

function finish(state: SubscriptionState, ending: 'timeout' | 'noresource'): SubscriptionStep {
  const { state: after, effects } = end(state);
  return { state: after, effects: [{ type: 'notify', whole: true, ending }, ...effects] };
}

function end(state: SubscriptionState): SubscriptionStep {
  return {
    state: { ...state, name: 'over' },
    effects: [{ type: 'stopTimer', name: 'expiry' }, { type: 'stopTimer', name: 'pace' }, { type: 'end' }],
  };
}

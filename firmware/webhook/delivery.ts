/**
 * What one webhook is still to be told, in order: one message after the other, each tried again for a while. Pure.
 *
 *   happened -> send -> delivered -> next
 *                ^  \-> failed -> pause, twice as long each time -> send
 *                               \-> given up -> next
 */
import type { Step, TimerEffect, TimerEvent } from '../machine.js';

export type Message = {
  /** The same whenever it is tried again, so that a receiver knows it. */
  id: string;
  event: string;
  /** When it happened: the time of day, ISO 8601, and on the clock's scale. */
  time: string;
  atMs: number;
  body: string;
};

/** What came of sending: `why` is for people. */
export type Outcome = { ok: boolean; status?: number; why: string };

export type DeliveryState = {
  /** The first one is being sent, or pauses. */
  waiting: readonly Message[];
  /** How often the first one was tried. */
  attempts: number;
};

export type DeliveryEvent =
  | { type: 'happened'; message: Message }
  /** What came of sending the first one; `nowMs` on the clock's scale. */
  | { type: 'tried'; outcome: Outcome; nowMs: number }
  | TimerEvent;

export type DeliveryEffect =
  | { type: 'send'; message: Message }
  /** How far a message is. */
  | {
      type: 'note';
      message: Message;
      state: 'waiting' | 'delivered' | 'failed';
      attempts: number;
      outcome?: Outcome;
    }
  | TimerEffect;

export const idle: DeliveryState = { waiting: [], attempts: 0 };

/** The pauses between are 1, 2, 4 ... 256 s: a receiver may be away for eight minutes without missing anything. */
export const MAX_ATTEMPTS = 10;
const FIRST_PAUSE_MS = 1000;
/** What waits behind for so long is not worth telling any more. */
export const MAX_AGE_MS = 3_600_000;
/** Beyond these the oldest that waits is given up. */
export const MAX_WAITING = 500;
export const MAX_WAITING_CHARACTERS = 512 << 10;

const NO_TIME: Outcome = { ok: false, why: 'given up: it waited for an hour' };
const NO_ROOM: Outcome = { ok: false, why: 'given up: too much was waiting' };

export function delivery(state: DeliveryState, event: DeliveryEvent): Step<DeliveryState, DeliveryEffect> {
  switch (event.type) {
    case 'happened':
      return take(state, event.message);
    case 'timer':
      return state.waiting.length === 0
        ? { state, effects: [] }
        : { state, effects: [{ type: 'send', message: state.waiting[0] }] };
    case 'tried':
      return state.waiting.length === 0 ? { state, effects: [] } : tried(state, event.outcome, event.nowMs);
  }
}

function take(state: DeliveryState, message: Message): Step<DeliveryState, DeliveryEffect> {
  const waiting = [...state.waiting, message];
  const effects: DeliveryEffect[] = [{ type: 'note', message, state: 'waiting', attempts: 0 }];
  if (waiting.length === 1) effects.push({ type: 'send', message });
  let characters = waiting.reduce((sum, { body }) => sum + body.length, 0);
  while (waiting.length > MAX_WAITING || (waiting.length > 1 && characters > MAX_WAITING_CHARACTERS)) {
    // The first one is on its way.
    const [lost] = waiting.splice(1, 1);
    characters -= lost.body.length;
    effects.push({ type: 'note', message: lost, state: 'failed', attempts: 0, outcome: NO_ROOM });
  }
  return { state: { ...state, waiting }, effects };
}

function tried(state: DeliveryState, outcome: Outcome, nowMs: number): Step<DeliveryState, DeliveryEffect> {
  const [message, ...others] = state.waiting;
  const attempts = state.attempts + 1;
  const isOld = ({ atMs }: Message) => nowMs - atMs > MAX_AGE_MS;
  const note = { type: 'note', message, attempts, outcome } as const;
  if (!outcome.ok && attempts < MAX_ATTEMPTS && !isOld(message))
    return {
      state: { ...state, attempts },
      effects: [
        { ...note, state: 'waiting' },
        { type: 'startTimer', name: 'pause', ms: FIRST_PAUSE_MS * 2 ** (attempts - 1) },
      ],
    };
  const waiting = others.filter((one) => !isOld(one));
  return {
    state: { waiting, attempts: 0 },
    effects: [
      { ...note, state: outcome.ok ? 'delivered' : 'failed' },
      ...others
        .filter(isOld)
        .map(
          (one) => ({ type: 'note', message: one, state: 'failed', attempts: 0, outcome: NO_TIME }) as const,
        ),
      ...waiting.slice(0, 1).map((next) => ({ type: 'send', message: next }) as const),
    ],
  };
}

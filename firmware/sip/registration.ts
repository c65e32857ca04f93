/** Our registration at a provider (RFC 3261 §10.2): kept alive, and tried again with patience. Pure. */
import type { Step, TimerEffect, TimerEvent } from '../machine.js';

/*
 *  off --start--> registering --accepted--> registered --(80 % of the time)--> registering
 *                     | refused, unreachable                    stop: un-registers
 *                     `--> waiting --(back-off)--> registering
 */
export type RegistrationState = {
  name: 'off' | 'registering' | 'registered' | 'waiting';
  /** What we ask for; a provider may want longer (423). */
  expiresSeconds: number;
  /** Failures in a row. */
  failures: number;
};

export type RegistrationEvent =
  | { type: 'start' }
  | { type: 'accepted'; expiresSeconds: number }
  /** `chance`: 0 to 1, for the jitter. `minExpiresSeconds` comes with 423, `retryAfterSeconds` with 503 and others. */
  | { type: 'refused'; chance: number; minExpiresSeconds?: number; retryAfterSeconds?: number }
  | { type: 'unreachable'; chance: number }
  /** The provider does not answer any more: what we registered there may be gone. */
  | { type: 'lost' }
  | { type: 'stop' };

export type RegistrationEffect = { type: 'register'; expiresSeconds: number };

const EXPIRES_SECONDS = 3600;
const MAX_EXPIRES_SECONDS = 86_400;
/** RFC 5626 §4.5: the wait doubles up to half an hour, and is never the same for everybody. */
const FIRST_WAIT_MS = 30_000;
const MAX_WAIT_MS = 1_800_000;

type RegistrationStep = Step<RegistrationState, RegistrationEffect | TimerEffect>;

export const registrationStart: RegistrationState = {
  name: 'off',
  expiresSeconds: EXPIRES_SECONDS,
  failures: 0,
};

export function registration(
  state: RegistrationState,
  event: RegistrationEvent | TimerEvent,
): RegistrationStep {
  switch (event.type) {
    case 'start':
      return state.name === 'off' ? register(state) : { state, effects: [] };
    case 'timer':
      return state.name === 'waiting' || state.name === 'registered'
        ? register(state)
        : { state, effects: [] };
    case 'lost':
      return state.name === 'registered' ? register(state) : { state, effects: [] };
    case 'accepted':
      if (state.name !== 'registering') break;
      return {
        state: { ...state, name: 'registered', failures: 0 },
        effects: [{ type: 'startTimer', name: 'again', ms: Math.max(1, event.expiresSeconds) * 800 }],
      };
    case 'refused': {
      if (state.name !== 'registering') break;
      const { minExpiresSeconds: wanted = 0, retryAfterSeconds = 0 } = event;
      if (wanted > state.expiresSeconds && wanted <= MAX_EXPIRES_SECONDS)
        return register({ ...state, expiresSeconds: wanted });
      return wait(state, event.chance, 1000 * Math.min(retryAfterSeconds, MAX_EXPIRES_SECONDS));
    }
    case 'unreachable':
      if (state.name === 'registering') return wait(state, event.chance, 0);
      break;
    case 'stop': {
      const effects: RegistrationStep['effects'] = [{ type: 'stopTimer', name: 'again' }];
      const known = state.name === 'registered' || state.name === 'registering';
      return {
        state: { ...state, name: 'off' },
        effects: known ? [...effects, { type: 'register', expiresSeconds: 0 }] : effects,
      };
    }
  }
  return { state, effects: [] };
}

function register(state: RegistrationState): RegistrationStep {
  return {
    state: { ...state, name: 'registering' },
    effects: [
      { type: 'stopTimer', name: 'again' },
      { type: 'register', expiresSeconds: state.expiresSeconds },
    ],
  };
}

function wait(state: RegistrationState, chance: number, atLeastMs: number): RegistrationStep {
  const longest = Math.min(FIRST_WAIT_MS * 2 ** state.failures, MAX_WAIT_MS);
  const ms = Math.max(atLeastMs, Math.round(longest * (0.5 + chance / 2)));
  return {
    state: { ...state, name: 'waiting', failures: Math.min(state.failures + 1, 10) },
    effects: [{ type: 'startTimer', name: 'again', ms }],
  };
}

/**
 * What a phone's loop means by its times: a pulse of the dial, a flash, hung up. Pure.
 *
 *     closed --_ 20-90 ms _-- closed      a pulse; so many in a row are a digit, ten are 0
 *     closed --_ 100-900 ms _-- closed    a flash
 *     closed --_ longer                   hung up
 */
import type { Step, TimerEffect, TimerEvent } from '../machine.js';

export type HookState = {
  off: boolean;
  /** By the card's clock: when the loop was last opened or closed. */
  sinceMs: number;
  pulses: number;
};

export type HookEvent = { type: 'hook'; off: boolean; atMs: number };

export type HookEffect =
  | { type: 'offHook' }
  | { type: 'onHook' }
  | { type: 'flash' }
  /** One of 0-9. */
  | { type: 'digit'; digit: string };

/** A break that is shorter is bouncing, one that is longer is no pulse (60 ms at ten a second, EN 300 001). */
const MIN_PULSE_MS = 20;
const MAX_PULSE_MS = 90;
const MAX_FLASH_MS = 900;
/** Closed so long after a pulse, the digit is over. */
const BETWEEN_DIGITS_MS = 250;

export const onHookState: HookState = { off: false, sinceMs: 0, pulses: 0 };

const restart = (name: string, ms: number) => ({ type: 'startTimer', name, ms }) as const;
const stop = (name: string) => ({ type: 'stopTimer', name }) as const;

export function hookTiming(
  state: HookState,
  event: HookEvent | TimerEvent,
): Step<HookState, HookEffect | TimerEffect> {
  if (event.type === 'timer') {
    // The break has lasted: it was the end of the call, and pulses before it were none.
    if (event.name === 'hangUp') return { state: onHookState, effects: [{ type: 'onHook' }] };
    return digitOf(state);
  }
  const lastedMs = event.atMs - state.sinceMs;
  const next = { ...state, off: event.off, sinceMs: event.atMs };
  if (event.off === state.off) return { state, effects: [] };
  if (!event.off) return { state: next, effects: [stop('digit'), restart('hangUp', MAX_FLASH_MS)] };
  if (state.sinceMs === 0) return { state: next, effects: [{ type: 'offHook' }] };
  if (lastedMs < MIN_PULSE_MS && state.pulses === 0) return { state: next, effects: [stop('hangUp')] };
  const pulses = state.pulses + (lastedMs >= MIN_PULSE_MS ? 1 : 0);
  if (lastedMs <= MAX_PULSE_MS)
    return { state: { ...next, pulses }, effects: [stop('hangUp'), restart('digit', BETWEEN_DIGITS_MS)] };
  return { state: { ...next, pulses: 0 }, effects: [stop('hangUp'), { type: 'flash' }] };
}

function digitOf(state: HookState): Step<HookState, HookEffect> {
  if (state.pulses === 0) return { state, effects: [] };
  const digit = String(state.pulses % 10);
  return { state: { ...state, pulses: 0 }, effects: state.pulses > 10 ? [] : [{ type: 'digit', digit }] };
}

/** State machines as pure functions, and the small runner that carries out what they ask for. */
import type { Clock, Timer } from './clock.js';

/** What a machine answers to an event: its next state and what is to be done, in order. */
export type Step<State, Effect> = { state: State; effects: readonly Effect[] };

/** A pure machine: an event that means nothing in this state returns the same state and no effects. */
export type Next<State, Event, Effect> = (state: State, event: Event) => Step<State, Effect>;

/** Timers are effects too. Starting a timer of a name that runs replaces it; its event is `{ type: 'timer', name }`. */
export type TimerEffect =
  { type: 'startTimer'; name: string; ms: number } | { type: 'stopTimer'; name: string };
export type TimerEvent = { type: 'timer'; name: string };

/**
 * Runs one machine: keeps its state and its timers and hands every other effect to `perform`.
 * Events dispatched from within `perform` are queued, so a step is never entered twice.
 */
export class MachineRunner<State, Event extends { type: string }, Effect extends { type: string }> {
  #timers = new Map<string, Timer>();
  #queue: (Event | TimerEvent)[] = [];
  #running = false;
  #stopped = false;

  constructor(
    private readonly next: Next<State, Event | TimerEvent, Effect | TimerEffect>,
    public state: State,
    private readonly clock: Clock,
    private readonly perform: (effect: Effect) => void,
  ) {}

  dispatch(event: Event | TimerEvent): void {
    this.#queue.push(event);
    if (this.#running) return;
    this.#running = true;
    try {
      for (let head = this.#queue.shift(); head; head = this.#queue.shift()) {
        if (this.#stopped) continue;
        const { state, effects } = this.next(this.state, head);
        this.state = state;
        for (const effect of effects) this.#carryOut(effect);
      }
    } finally {
      this.#running = false;
    }
  }

  /** Cancels every timer; later events are ignored. */
  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  #carryOut(effect: Effect | TimerEffect): void {
    if (isTimerEffect(effect)) {
      this.#timers.get(effect.name)?.cancel();
      this.#timers.delete(effect.name);
      if (effect.type === 'stopTimer' || this.#stopped) return;
      const { name, ms } = effect;
      this.#timers.set(
        name,
        this.clock.after(ms, () => {
          this.#timers.delete(name);
          this.dispatch({ type: 'timer', name });
        }),
      );
    } else {
      this.perform(effect);
    }
  }
}

function isTimerEffect(effect: { type: string }): effect is TimerEffect {
  return effect.type === 'startTimer' || effect.type === 'stopTimer';
}

/** What parts of the box have learnt, each in a file of its own beside the configuration. */
import path from 'node:path';
import type { Clock } from '../clock.js';
import { KeptState, type Learner, type Pace } from '../config/kept-state.js';

/** Of what is of use only if it is kept soon; the rest goes by the pace of `KeptState`. */
export const PACES = {
  seats: { soonMs: 2000, betweenMs: 5000 },
  registrations: { soonMs: 3000, betweenMs: 30_000 },
} satisfies Record<string, Pace>;

export class KeptStates {
  readonly #all: KeptState[] = [];

  constructor(
    private readonly folder: string,
    private readonly clock: Clock,
  ) {}

  /** Lets a part remember what it knew, and keeps what it learns from now on. */
  keep(name: string, learner: Learner, pace?: Pace): void {
    this.#all.push(KeptState.open(path.join(this.folder, `${name}.json`), this.clock, learner, pace));
  }

  get alarms(): { code: string; text: string }[] {
    return this.#all.flatMap(({ alarms }) => alarms);
  }

  /** All parts forget. Throws the system's error. */
  clear(): void {
    for (const state of this.#all) state.clear();
  }

  /** Writes at once what waits. */
  flush(): void {
    for (const state of this.#all) state.flush();
  }

  /** Writes what waits, and nothing that is learnt later. */
  close(): void {
    for (const state of this.#all) state.close();
  }
}

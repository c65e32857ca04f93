/** Cuts extensions off from the outside whose accounts call as thieves do, until an administrator releases them. */
import type { Config, Extension } from '../config/schema.js';
import { createLog } from '../log.js';
import { habits, noHabits, type HabitEvent, type Habits } from './habits.js';
import { groupOf } from './permission.js';

const log = createLog('call');

/** Unusual calls in a day, where the permission group does not say. */
const UNUSUAL_CALLS = 10;

export type CutOff = { extension: string; sinceMs: number };

export class StolenAccounts {
  /** Something is to be remembered over restarts; `urgent`: at once. */
  onChanged: (urgent?: boolean) => void = () => {};
  /** By extension. */
  #habits = new Map<string, Habits>();

  constructor(
    private readonly config: () => Config,
    /** The time of day, ms since 1970. */
    private readonly timeMs: () => number,
  ) {}

  /**
   * An extension calls a number outside. `cutOff`: not any more, and what it has outside ends. Audio ports have no account
   * that could be stolen.
   */
  judge(extension: Pick<Extension, 'number' | 'permissions'>, number: string): 'ok' | 'refused' | 'cutOff' {
    const config = this.config();
    if (!config.extensions.some((one) => one.number === extension.number)) return 'ok';
    const { country } = config;
    const nowMs = this.timeMs();
    const limit = groupOf(config, extension)?.unusualCallsPerDay ?? UNUSUAL_CALLS;
    const hour = new Date(nowMs).getHours();
    const effects = this.#dispatch(extension.number, { type: 'call', number, country, nowMs, hour, limit });
    if (!effects.includes('refuse')) return 'ok';
    const isNew = effects.includes('cutOff');
    log.warn({ extension: extension.number, isNew }, 'cut off from the outside: too many unusual calls');
    return isNew ? 'cutOff' : 'refused';
  }

  /** Those who may not call outside now. */
  get cutOff(): CutOff[] {
    return [...this.#habits].flatMap(([extension, { cutOffMs }]) =>
      cutOffMs === undefined || !this.config().extensions.some(({ number }) => number === extension)
        ? []
        : [{ extension, sinceMs: cutOffMs }],
    );
  }

  /** An extension may call outside again, if it was cut off. */
  release(extension: string): void {
    if (!this.cutOff.some((one) => one.extension === extension)) return;
    this.#dispatch(extension, { type: 'release' });
    this.onChanged(true);
  }

  get alarms(): { code: string; text: string }[] {
    return this.cutOff.map(({ extension }) => ({
      code: 'stolen-account',
      text: `extension ${extension} is cut off from the outside: it called unusual numbers, as somebody does who has its password. Give it another one, then release it at Status, Phones`,
    }));
  }

  clear(): void {
    this.#habits.clear();
  }

  /** What is to be remembered over a restart, of the extensions that there are. */
  snapshot(): object {
    const extensions = this.config().extensions.flatMap(({ number }) => {
      const one = this.#habits.get(number);
      return one ? [[number, one.known, one.unusual, one.cutOffMs ?? null]] : [];
    });
    return { version: 1, extensions };
  }

  restore(document: unknown): void {
    const { extensions } = document as { extensions: [string, unknown[][], unknown[], unknown][] };
    for (const [number, known, unusual, cutOffMs] of extensions)
      this.#habits.set(String(number), {
        known: known.map(([beginning, firstMs]) => [String(beginning), Number(firstMs)] as const),
        unusual: unusual.map(Number),
        lately: [],
        cutOffMs: typeof cutOffMs === 'number' ? cutOffMs : undefined,
      });
  }

  #dispatch(extension: string, event: HabitEvent): string[] {
    const { state, effects } = habits(this.#habits.get(extension) ?? noHabits, event);
    this.#habits.set(extension, state);
    const said: string[] = effects.map(({ type }) => type);
    if (said.includes('cutOff')) this.onChanged(true);
    else if (said.includes('learnt')) this.onChanged();
    return said;
  }
}

/** Watches for alarms, and says in the log when one is raised or cleared. */
import { createLog } from '../log.js';
import { follow, noAlarms, type Alarm, type Alarms, type Condition } from './alarms.js';

const log = createLog('system');

export class AlarmBoard {
  #alarms: Alarms = noAlarms;

  constructor(
    /** What is wrong now. */
    private readonly conditions: () => readonly Condition[],
    /** The time of day, ms since 1970. */
    private readonly nowMs: () => number,
  ) {}

  /** As of now, oldest first. */
  get standing(): readonly Alarm[] {
    return this.look().standing;
  }

  /** Those that are over, newest first. */
  get past(): readonly Alarm[] {
    return this.look().past;
  }

  /** Sees what is wrong now: to be done every some seconds, so that times are right. */
  look(): Alarms {
    const before = this.#alarms;
    this.#alarms = follow(before, this.conditions(), this.nowMs());
    if (this.#alarms === before) return before;
    for (const { id, code, text } of this.#alarms.standing)
      if (id >= before.nextId) log.warn({ code, text }, 'alarm');
    for (const { id, code, text } of before.standing)
      if (!this.#alarms.standing.some((one) => one.id === id)) log.info({ code, text }, 'alarm is over');
    return this.#alarms;
  }
}

/** Alarms: what is wrong now, since when, and what was wrong before. Pure. */

/** Something that is wrong now. The text says no more than stays the same while it is wrong. */
export type Condition = { code: string; text: string };

export type Alarm = Condition & {
  /** Grows; never used again. */
  id: number;
  /** ISO 8601, of the box's clock. */
  raised: string;
  cleared?: string;
};

export type Alarms = {
  /** Oldest first. */
  standing: readonly Alarm[];
  /** Those that are over, newest first. */
  past: readonly Alarm[];
  nextId: number;
};

export const noAlarms: Alarms = { standing: [], past: [], nextId: 1 };

const MAX_PAST = 50;

/** The alarms once these conditions are seen at `nowMs` (ms since 1970); the same object if nothing is different. */
export function follow(alarms: Alarms, conditions: readonly Condition[], nowMs: number): Alarms {
  const now = new Date(nowMs).toISOString();
  const isOf = (alarm: Condition) => (one: Condition) => one.code === alarm.code && one.text === alarm.text;
  const fresh = conditions.filter(
    (condition, at) => !alarms.standing.some(isOf(condition)) && conditions.findIndex(isOf(condition)) === at,
  );
  const over = alarms.standing.filter((alarm) => !conditions.some(isOf(alarm)));
  if (fresh.length === 0 && over.length === 0) return alarms;
  const raised = fresh.map(({ code, text }, at) => ({ id: alarms.nextId + at, code, text, raised: now }));
  return {
    standing: [...alarms.standing.filter((alarm) => !over.includes(alarm)), ...raised],
    past: [...over.map((alarm) => ({ ...alarm, cleared: now })), ...alarms.past].slice(0, MAX_PAST),
    nextId: alarms.nextId + raised.length,
  };
}

/** What keeps the box itself going: restarts, updates, and seeing after a start that it works. */
import type { Clock } from '../clock.js';
import type { Checked } from '../system/health-check.js';
import { Restart } from '../system/restart.js';
import { StartCheck } from '../system/start-check.js';
import { Updates } from '../system/updates.js';

export type CareParts = {
  data: string;
  clock: Clock;
  /** The machine restarts once this file is there; undefined: it is not ours. */
  rebootFile: string | undefined;
  /** How many are in a call. */
  callers: () => number;
};

export function takeCare({ data, clock, rebootFile, callers }: CareParts) {
  const restart = new Restart({ clock, timeMs: () => Date.now(), callers, file: rebootFile });
  let start: StartCheck | undefined;
  return {
    restart,
    updates: new Updates({ data, restart }),
    get alarms() {
      return start?.alarms ?? [];
    },
    /** The box takes calls. */
    ready(checked: Checked): void {
      start = new StartCheck(checked, clock);
      void start.run();
    },
  };
}

/** What keeps the box itself going: restarts, updates, the watchdog, and seeing after a start that it works. */
import { malloc_trim } from '../../hal/ffi/libc.js';
import type { Clock } from '../clock.js';
import type { Checked } from '../system/health-check.js';
import { AlarmLights } from '../system/alarm-lights.js';
import { Pulse, type Beats } from '../system/pulse.js';
import { Restart } from '../system/restart.js';
import { ServiceManager } from '../system/service-manager.js';
import { StartCheck } from '../system/start-check.js';
import { Updates } from '../system/updates.js';

const LIGHTS_MS = 1000;
/** Between two times at which what was freed, in pieces among others, is given back to the system: it takes some 10 ms. */
const TRIM_MS = 10 * 60_000;

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
  const manager = new ServiceManager(process.env, clock);
  const lights = new AlarmLights();
  let start: StartCheck | undefined;
  return {
    restart,
    updates: new Updates({ data, restart }),
    get alarms() {
      return start?.alarms ?? [];
    },
    /** The box takes calls; `isAlarm`: whether something is wrong now. */
    ready(checked: Checked, beats: () => Beats, isAlarm: () => boolean): void {
      const pulse = new Pulse(beats);
      manager.ready(() => pulse.look());
      setInterval(() => lights.show(isAlarm()), LIGHTS_MS).unref();
      setInterval(() => malloc_trim(0), TRIM_MS).unref();
      start = new StartCheck(checked, clock, restart);
      void start.run();
    },
    stopping: () => manager.stopping(),
  };
}

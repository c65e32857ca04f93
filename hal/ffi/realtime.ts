/** The scheduler's real-time class for the calling thread. */
import { SCHED_FIFO, SCHED_RESET_ON_FORK, sched_setscheduler } from './libc.js';

/** Low among real-time threads: above all ordinary work, below the kernel's own. */
const PRIORITY = 10;

/** Asks that this thread run as soon as it wants to; false where the system does not allow it. */
export function askForRealtime(): boolean {
  return sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, new Int32Array([PRIORITY])) === 0;
}

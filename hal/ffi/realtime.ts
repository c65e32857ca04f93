/** When and where the calling thread runs: the scheduler's real-time class, and one CPU. */
import { SCHED_FIFO, SCHED_RESET_ON_FORK, sched_setaffinity, sched_setscheduler } from './libc.js';

/** Low among real-time threads: above all ordinary work, below the kernel's own. */
const PRIORITY = 10;

/** Asks that this thread run as soon as it wants to; false where the system does not allow it. */
export function askForRealtime(): boolean {
  return sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, new Int32Array([PRIORITY])) === 0;
}

/** Of a mask of CPUs, a bit for each (`cpu_set_t` of glibc). */
const MASK_BYTES = 128;

/** Asks that this thread run on one CPU alone, numbered from 0; false where there is no such one, or not for us. */
export function askForCpu(cpu: number): boolean {
  const mask = new Uint8Array(MASK_BYTES);
  mask[cpu >> 3] = 1 << (cpu & 7);
  return sched_setaffinity(0, mask.length, mask) === 0;
}

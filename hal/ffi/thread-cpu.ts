/** How long the calling thread has worked. */
import { CLOCK_THREAD_CPUTIME_ID, clock_gettime } from './libc.js';

/** Seconds and nanoseconds (`struct timespec`); one for each thread, since each loads this file for itself. */
const timespec = new BigInt64Array(2);
const words = new Int32Array(timespec.buffer);

/** CPU time of this thread since it began, ms. Allocates nothing; seconds beyond 68 years wrap. */
export function threadCpuMs(): number {
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, timespec);
  return words[0] * 1000 + words[2] / 1e6;
}

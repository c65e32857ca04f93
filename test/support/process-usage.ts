/** What a process takes, by the operating system's own accounting. */
import { readdirSync, readFileSync } from 'node:fs';

/** CPU time of all its threads that are alive, ms. */
export function cpuMs(pid: number): number {
  return schedstat(pid, 0);
}

/** For how long its threads could have run, but had to wait for a CPU that did something else, ms. */
export function waitedMs(pid: number): number {
  return schedstat(pid, 1);
}

/** The same of its main thread alone, ms. */
export function mainWaitedMs(pid: number): number {
  return field(pid, pid, 1) / 1e6;
}

/** Fields of /proc/PID/task/TID/schedstat, nanoseconds (Linux, Documentation/scheduler/sched-stats). */
function schedstat(pid: number, at: number): number {
  const threads = readdirSync(`/proc/${pid}/task`).map(Number);
  return threads.reduce((sum, thread) => sum + field(pid, thread, at), 0) / 1e6;
}

function field(pid: number, thread: number, at: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[at]);
}

/** Resident memory. */
export function memoryMiB(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;
}

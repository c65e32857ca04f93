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

/** Fields of /proc/PID/task/TID/schedstat, nanoseconds (Linux, Documentation/scheduler/sched-stats). */
function schedstat(pid: number, field: number): number {
  const tasks = `/proc/${pid}/task`;
  const ns = (task: string) => Number(readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')[field]);
  return readdirSync(tasks).reduce((sum, task) => sum + ns(task), 0) / 1e6;
}

/** Resident memory. */
export function memoryMiB(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;
}

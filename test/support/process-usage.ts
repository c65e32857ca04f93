/** What a process takes, by the operating system's own accounting. */
import { readdirSync, readFileSync } from 'node:fs';

/** CPU time of all its threads that are alive, ms (proc(5), /proc/PID/task/TID/schedstat: nanoseconds first). */
export function cpuMs(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  const ns = (task: string) => Number(readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')[0]);
  return readdirSync(tasks).reduce((sum, task) => sum + ns(task), 0) / 1e6;
}

/** Resident memory. */
export function memoryMiB(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;
}

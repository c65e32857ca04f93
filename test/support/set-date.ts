/**
 * Loaded by Node before a program of ours (`--import`), in each of its threads: its time of day is what `FakedTime` says, and
 * may be set while it runs. The clock that only ever grows is left alone, as it is where a time of day is set.
 */
import { readFileSync } from 'node:fs';

const file = process.env.PARLEY_TEST_TIME!;
const Real = Date;
const startMs = Real.now();
const start = performance.now();

function nowMs(): number {
  const [aheadMs, rate] = readFileSync(file, 'utf8').split(' ').map(Number);
  return Math.round(startMs + aheadMs + (performance.now() - start) * rate);
}

globalThis.Date = class extends Real {
  constructor(...args: unknown[]) {
    super(...((args.length === 0 ? [nowMs()] : args) as [number]));
  }
  static override now(): number {
    return nowMs();
  }
} as DateConstructor;

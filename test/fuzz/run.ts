/** One input for one target: taken rightly, and soon. */
import { threadCpuMs } from '../../hal/ffi/thread-cpu.js';
import type { Target } from './target.js';

/** Nothing under 64 KiB may take longer. */
export const MAX_MS = 20;
/** Who waits for longer waits for ever. */
const ANSWER_MS = 30_000;
/** Of so many tries the shortest counts, so that it is not the machine that is judged. */
const TRIES = 10;

/** Input that was taken wrongly: fewer octets that are taken so too, in the message as base64. */
export class Found extends Error {
  override name = 'Found';
}

export async function run(target: Target, input: Buffer): Promise<void> {
  const fault = await faultOf(target, input);
  if (fault === undefined) return;
  const shorter = await shortened(target, input, fault);
  throw new Found(`${target.name}: ${fault.message}\ninput: ${shorter.toString('base64')}`, { cause: fault });
}

/** CPU time that it takes of the thread, which can do nothing else then, ms: the shortest of some tries. */
export async function costMs(target: Target, input: Buffer): Promise<number> {
  let least = Infinity;
  for (let attempt = 0; attempt < TRIES && least > MAX_MS / 4; attempt += 1) {
    const beforeMs = threadCpuMs();
    await answered(target.take(input));
    least = Math.min(least, threadCpuMs() - beforeMs);
  }
  return least;
}

async function faultOf(target: Target, input: Buffer): Promise<Error | undefined> {
  const startMs = performance.now();
  try {
    await answered(target.take(input));
    if (performance.now() - startMs < MAX_MS) return undefined;
    const cost = await costMs(target, input);
    return cost < MAX_MS ? undefined : new Error(`takes ${MAX_MS} ms`);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

async function answered(taken: unknown): Promise<void> {
  if (!(taken instanceof Promise)) return;
  let timer: NodeJS.Timeout | undefined;
  const never = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('is never answered')), ANSWER_MS);
  });
  await Promise.race([taken, never]).finally(() => clearTimeout(timer));
}

/** Shortening is for who reads it, and may not take for ever. */
const MAX_SHORTENINGS = 3000;

/** Leaves out what is not needed for the same fault, larger pieces first. */
async function shortened(target: Target, input: Buffer, { message }: Error): Promise<Buffer> {
  let best = input;
  let tries = 0;
  for (let size = best.length >> 1; size > 0; size >>= 1)
    for (let at = 0; at + size <= best.length && tries < MAX_SHORTENINGS; tries += 1) {
      const without = Buffer.concat([best.subarray(0, at), best.subarray(at + size)]);
      if ((await faultOf(target, without))?.message === message) best = without;
      else at += size;
    }
  return best;
}

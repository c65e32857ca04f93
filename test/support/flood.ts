/** A box under a flood of REGISTERs while people talk: what the talkers and a good phone notice. */
import { once } from 'node:events';
import { MessageChannel, Worker } from 'node:worker_threads';
import type { Box, Room, Status } from './box.js';
import { phones } from './box.js';
import { Crowd } from './crowd.js';
import type { FloodReport, FloodWorkerData } from './flood-worker.js';
import { cpuMs, memoryMiB } from './process-usage.js';

const TALKERS = 16;
/** What the collector of garbage may keep for the next flood, and how long it may take to give back the rest. */
export const MEMORY_SLACK_MIB = 20;
const SETTLING_MS = 60_000;
/** Between two REGISTERs of the good phone: enough of them in a short flood that p99 is more than the very worst. */
const EVERY_MS = 50;

export const floodConfig = {
  version: 1,
  extensions: phones(2).map((extension) => ({
    ...extension,
    sip: { ...(extension as { sip: object }).sip, maxCalls: TALKERS },
  })),
  conferences: [{ number: '800', description: '', type: 'static' }],
};

export type FloodOutcome = FloodReport & {
  /** Sorted times of the good phone's REGISTERs, challenge included. */
  registerMs: number[];
  /** Transactions that the box remembers at the end: those of the good phones. */
  transactions: number;
  /** The longest tick of the media plane during the flood. */
  maxTickCpuUs: number;
  /** Packets that the talkers missed. */
  gaps: number;
  /** Share of one core that the box took. */
  cpuShare: number;
  /** Resident memory of the box, before and after. */
  beforeMiB: number;
  afterMiB: number;
};

/** Floods a box that was started with `floodConfig`. */
export async function flood(box: Box, seconds: number, perSecond: number): Promise<FloodOutcome> {
  const crowd = await Crowd.open(TALKERS);
  try {
    const talker = await box.phone('101');
    for (let n = 0; n < TALKERS; n++) await crowd.dial(talker, '800');
    const good = await box.phone('102', { address: '127.0.8.1' });
    await box.until<Room[]>('conferences', ([room]) => room?.participants.length === TALKERS);
    await flooded(box, 2, perSecond, () => good.register()); // compiles what will be hot
    await crowd.report();
    const beforeMiB = memoryMiB(box.process.pid!);
    const before = cpuMs(box.process.pid!);
    const registerMs: number[] = [];
    const report = await flooded(box, seconds, perSecond, async () => {
      const startMs = performance.now();
      await good.register();
      registerMs.push(performance.now() - startMs);
    });
    const cpuShare = (cpuMs(box.process.pid!) - before) / 1000 / seconds;
    const { calls } = await crowd.report();
    const status = await box.get<Status>('status');
    return {
      ...report,
      registerMs: registerMs.sort((a, b) => a - b),
      transactions: status.sip.transactions,
      maxTickCpuUs: status.media.maxTickCpuUs,
      gaps: calls.reduce((sum, { gaps }) => sum + gaps, 0),
      cpuShare,
      beforeMiB,
      afterMiB: await settledMiB(box, beforeMiB + MEMORY_SLACK_MIB),
    };
  } finally {
    await crowd.close();
  }
}

/** Nearest rank. */
export function percentile(sorted: number[], share: number): number {
  return sorted[Math.ceil(share * sorted.length) - 1];
}

async function flooded(
  box: Box,
  seconds: number,
  perSecond: number,
  work: () => Promise<unknown>,
): Promise<FloodReport> {
  const { port1, port2 } = new MessageChannel();
  const workerData: FloodWorkerData = { box: box.sip, perSecond, channel: port2 };
  const worker = new Worker(new URL('./flood-worker.js', import.meta.url), {
    workerData,
    transferList: [port2],
  });
  await once(worker, 'online');
  try {
    const endMs = performance.now() + seconds * 1000;
    while (performance.now() < endMs) {
      const next = new Promise((resolve) => setTimeout(resolve, EVERY_MS));
      await work();
      await next;
    }
    port1.postMessage('end');
    const [report] = (await once(port1, 'message')) as [FloodReport];
    return report;
  } finally {
    await worker.terminate();
    port1.close();
  }
}

/** Waits until not more than the limit is taken, or long enough; returns what is taken then. */
async function settledMiB(box: Box, limitMiB: number): Promise<number> {
  const endMs = performance.now() + SETTLING_MS;
  while (memoryMiB(box.process.pid!) > limitMiB && performance.now() < endMs)
    await new Promise((resolve) => setTimeout(resolve, 500));
  return memoryMiB(box.process.pid!);
}

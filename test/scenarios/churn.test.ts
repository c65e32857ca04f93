/**
 * After whatever people, phones and pages did, the box is as it was: one round of it here. PARLEY_SOAK=1: an hour (or
 * PARLEY_SOAK_MINUTES), and what memory it takes meanwhile is printed.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Box, type Status } from '../support/box.js';
import { Churn, churnConfig } from '../support/churn.js';
import { memoryMiB } from '../support/process-usage.js';

const test = suite('churn');

const MINUTES = process.env.PARLEY_SOAK ? Number(process.env.PARLEY_SOAK_MINUTES ?? 60) : 0;
/** Between the beginnings of two rounds. */
const EVERY_MS = 15_000;
/** Shares of the time in which caches and the collector of garbage find their sizes. */
const WARM_UP = 1 / 3;
/** Asked. */
const MAX_SLOPE_MIB = 0.5;
/** What is left of transactions is remembered for at most so long (RFC 3261 §17: 64 times T1). */
const TRANSACTION_MS = 40_000;

/** Lets garbage be collected from outside, so that what is measured is what is held. */
const nodeOptions = [
  '--expose-gc',
  '--import',
  'data:text/javascript,process.on("SIGUSR2", () => globalThis.gc())',
];

/** What stays of calls, requests and connections. */
function leftovers({ calls, conferences, sip, media, timers }: Status) {
  return {
    calls,
    conferences,
    dialogs: sip.dialogs,
    connections: sip.connections.open,
    ports: media.ports,
    // Every transaction has its timer still, and few have two.
    timers: Math.max(0, timers - 2 * sip.transactions),
  };
}

test('what came is gone: calls, ports, connections, timers, files', async () => {
  const box = await Box.start(churnConfig, undefined, nodeOptions);
  try {
    const churn = await Churn.begin(box);
    const before = leftovers(await box.get<Status>('status'));
    const memory: { hours: number; mib: number }[] = [];
    const startMs = performance.now();
    do {
      const roundMs = performance.now();
      await churn.round();
      if (MINUTES === 0) break;
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS - (performance.now() - roundMs)));
      memory.push({ hours: (performance.now() - startMs) / 3.6e6, mib: await heldMiB(box) });
      if (memory.length % 20 === 0)
        console.log(`${(memory.length * EVERY_MS) / 60_000} min: ${memory.at(-1)!.mib.toFixed(1)} MiB`);
    } while (performance.now() - startMs < MINUTES * 60_000);
    const after = await box.until<Status>('status', (status) => fits(leftovers(status), before));
    assert.ok(after.alarms.length === 0, JSON.stringify(after.alarms));
    if (MINUTES > 0) {
      await box.until<Status>('status', ({ sip }) => sip.transactions === 0, TRANSACTION_MS);
      judge(memory);
    }
    await box.stop();
  } finally {
    await box.discard();
  }
});

function fits(now: ReturnType<typeof leftovers>, before: ReturnType<typeof leftovers>): boolean {
  return Object.entries(before).every(([what, count]) => now[what as keyof typeof now] <= count);
}

/** Resident memory after garbage was collected. */
async function heldMiB(box: Box): Promise<number> {
  box.process.kill('SIGUSR2');
  await box.get('status'); // answered after it
  return memoryMiB(box.process.pid!);
}

function judge(memory: { hours: number; mib: number }[]): void {
  const warm = memory.slice(memory.length * WARM_UP);
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [t, m] = [mean(warm.map(({ hours }) => hours)), mean(warm.map(({ mib }) => mib))];
  const slope =
    warm.reduce((sum, { hours, mib }) => sum + (hours - t) * (mib - m), 0) /
    warm.reduce((sum, { hours }) => sum + (hours - t) ** 2, 0);
  console.log(
    `${memory.length} rounds in ${MINUTES} min: resident ${warm[0].mib.toFixed(1)} MiB when warm, ` +
      `${warm.at(-1)!.mib.toFixed(1)} MiB at the end, slope ${slope.toFixed(2)} MiB/h`,
  );
  assert.ok(slope < MAX_SLOPE_MIB, `${slope.toFixed(2)} MiB/h`);
}

test.run();

/**
 * After whatever people, phones and pages did, the box is as it was: one round of it here. PARLEY_SOAK=1: for an hour (or
 * PARLEY_SOAK_MINUTES) after as long a warm-up, and what memory it takes meanwhile is printed.
 */
import { once } from 'node:events';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Box, type Status } from '../support/box.js';
import { Churn, churnConfig, longPast } from '../support/churn.js';
import { packagedEnvironment, packagedOptions } from '../support/packaged.js';

const test = suite('churn');

const MINUTES = process.env.PARLEY_SOAK ? Number(process.env.PARLEY_SOAK_MINUTES ?? 60) : 0;
/**
 * Before that rounds come without a pause: caches fill (the history is full from the beginning), and what runs often is
 * compiled, which takes some hundred rounds.
 */
const WARM_UP_MINUTES = MINUTES;
/** Between the beginnings of two rounds that are looked at. */
const EVERY_MS = 15_000;
/** Rounds of which the one counts that left least: beyond is what waits to be collected, or to be used again. */
const WINDOW = 10;
/** Octets an hour. */
const MAX_SLOPE = 0.5 * 2 ** 20;
/** What is left of transactions is remembered for at most so long (RFC 3261 §17: 64 times T1). */
const TRANSACTION_MS = 40_000;

const libc = new URL('../../hal/ffi/libc.js', import.meta.url).href;
/**
 * Asked from outside, the box collects its garbage, moves what is left together, gives back what is free as it does every ten
 * minutes, and says a second later how much it has: what is held, not what waits to be used again.
 */
const nodeOptions = [
  ...packagedOptions,
  '--expose-gc',
  '--import',
  `data:text/javascript,${encodeURIComponent(`
  import { setFlagsFromString } from 'node:v8';
  import { malloc_trim } from '${libc}';
  process.on('SIGUSR2', () => {
    setFlagsFromString('--compact-on-every-full-gc');
    globalThis.gc();
    setFlagsFromString('--no-compact-on-every-full-gc');
    malloc_trim(0);
    setTimeout(() => process.stderr.write('memory ' + JSON.stringify(process.memoryUsage()) + '\\n'), 1000);
  })`)}`,
];

type Memory = { hours: number; rss: number; heapUsed: number; external: number };

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
  const files = MINUTES > 0 ? longPast() : {};
  const box = await Box.start(churnConfig, undefined, nodeOptions, undefined, {
    files,
    environment: packagedEnvironment,
  });
  try {
    const churn = await Churn.begin(box);
    const before = leftovers(await box.get<Status>('status'));
    const memory: Memory[] = [];
    const startMs = performance.now();
    const warmMs = startMs + WARM_UP_MINUTES * 60_000;
    let roundMs: number;
    do {
      roundMs = performance.now();
      await churn.round();
      if (MINUTES === 0) break;
      if (roundMs >= warmMs)
        await new Promise((resolve) => setTimeout(resolve, EVERY_MS - (performance.now() - roundMs)));
      memory.push(await memoryOf(box, (performance.now() - warmMs) / 3.6e6));
      if (memory.length % 20 === 1) say(memory.at(-1)!);
    } while (roundMs < warmMs + MINUTES * 60_000);
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

async function memoryOf(box: Box, hours: number): Promise<Memory> {
  assert.not.match(box.log, /"level":(50|60)/, 'errors in the log');
  box.log = '';
  box.process.kill('SIGUSR2');
  const told = () => /^memory (.*)$/m.exec(box.log)?.[1];
  while (told() === undefined) await once(box.process.stderr!, 'data');
  return { ...(JSON.parse(told()!) as Omit<Memory, 'hours'>), hours };
}

const mib = (bytes: number) => (bytes / 2 ** 20).toFixed(1);

function say({ hours, rss, heapUsed, external }: Memory): void {
  console.log(
    `${Math.round(60 * hours)} min: resident ${mib(rss)} MiB, heap ${mib(heapUsed)}, outside it ${mib(external)}`,
  );
}

/** The slope of the line that fits best, when caches are full. */
function judge(memory: readonly Memory[]): void {
  const warm = memory.filter(({ hours }) => hours > 0);
  const least = Array.from({ length: Math.ceil(warm.length / WINDOW) }, (_, at) =>
    warm.slice(WINDOW * at, WINDOW * (at + 1)).reduce((a, b) => (b.rss < a.rss ? b : a)),
  );
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [t, m] = [mean(least.map(({ hours }) => hours)), mean(least.map(({ rss }) => rss))];
  const slope =
    least.reduce((sum, { hours, rss }) => sum + (hours - t) * (rss - m), 0) /
    least.reduce((sum, { hours }) => sum + (hours - t) ** 2, 0);
  say(least[0]);
  say(least.at(-1)!);
  console.log(`${memory.length} rounds: resident memory grows by ${mib(slope)} MiB/h`);
  assert.ok(slope < MAX_SLOPE, `${mib(slope)} MiB/h`);
}

test.run();

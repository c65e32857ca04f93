/**
 * What the pages cost: rendered one by one with 200 extensions and 64 participants, watched live by a browser, and asked
 * for again and again while the 64 talk. PAGE_SECONDS says for how long each of the last two is measured (60).
 */
import { Agent, get } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { phones, withBox, type Box, type Room, type Status } from '../support/box.js';
import { openBrowser, signedIn } from '../support/browser.js';
import { Crowd } from '../support/crowd.js';
import { cpuMs, mainWaitedMs, waitedMs } from '../support/process-usage.js';
import { Visitor } from '../support/visitor.js';
import { DOUBTFUL_WAIT } from './table.js';

const SECONDS = Number(process.env.PAGE_SECONDS ?? 60);
const PARTICIPANTS = 64;
const RENDERS = 100;
const CHANGES = 30;
const PER_SECOND = 50;

const config = {
  version: 1,
  extensions: (phones(200) as { sip: object }[]).map((one) => ({
    ...one,
    sip: { ...one.sip, maxCalls: 100 },
  })),
  conferences: Array.from({ length: 20 }, (_, at) => ({ number: String(800 + at), type: 'static' })),
};
const agent = new Agent({ keepAlive: true, maxSockets: 4 });

await withBox(config, async (box) => {
  const crowd = await Crowd.open(PARTICIPANTS);
  try {
    const phone = await box.phone('101');
    for (let caller = 0; caller < PARTICIPANTS; caller++) await crowd.dial(phone, '800', caller < 3);
    await box.until<Room[]>(
      'conferences',
      ([room]) => room?.participants.filter(({ place }) => place === 'inside').length === PARTICIPANTS,
      60_000,
    );
    const visitor = await Visitor.signIn(box, 'admin');
    const paths = await linksOf(visitor);
    const slowest = await renders(box, visitor, paths);
    const { share, shownMs } = await watched(box);
    const late = await asked(box, visitor, paths);
    const waitedShare = waitedMs(box.process.pid!) / cpuMs(box.process.pid!);
    if (waitedShare > DOUBTFUL_WAIT) {
      console.log(
        `! The machine had too much else to do for these to tell something: ${waitedShare.toFixed(1)} waited.`,
      );
      return;
    }
    assert.ok(slowest < 20, 'p95 of the slowest page');
    assert.ok(share < 0.05, 'a core for one browser that watches');
    assert.ok(shownMs < 300, 'from a change to the page');
    assert.is(late, 0, 'late media ticks');
  } finally {
    await crowd.close();
  }
});
agent.destroy();

/** Whatever the menu leads to, and the dialogs to add something. */
async function linksOf(visitor: Visitor): Promise<string[]> {
  const find = (html: string) =>
    [...html.matchAll(/href="(\/(?:status|configuration|history)[^"#]*)"/g)].map(([, path]) => path);
  const pages = [...new Set(find(await (await visitor.get('/status/conferences')).text()))];
  const dialogs: string[] = [];
  for (const path of pages)
    dialogs.push(...find(await (await visitor.get(path)).text()).filter((one) => one.endsWith('/add')));
  return [...new Set([...pages, ...dialogs])];
}

/**
 * Asks for each page again and again: from the question to the last byte, so a little more than the server takes. What
 * counts is without the time that either main thread waited for a CPU which did something else.
 */
async function renders(box: Box, visitor: Visitor, paths: readonly string[]): Promise<number> {
  const waited = () => mainWaitedMs(box.process.pid!) + mainWaitedMs(process.pid);
  let slowest = 0;
  for (const path of paths) {
    const times: number[] = [];
    const own: number[] = [];
    for (let n = 0; n < RENDERS + 10; n++) {
      const beforeMs = waited();
      const startMs = performance.now();
      await load(box, visitor, path);
      const tookMs = performance.now() - startMs;
      if (n < 10) continue;
      times.push(tookMs);
      own.push(Math.max(0, tookMs - (waited() - beforeMs)));
    }
    const p95 = percentile(own, 0.95);
    slowest = Math.max(slowest, p95);
    const [all50, all95, own50] = [percentile(times, 0.5), percentile(times, 0.95), percentile(own, 0.5)];
    console.log(
      `page: ${path.padEnd(34)} p50 ${own50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms ` +
        `(${all50.toFixed(1)} and ${all95.toFixed(1)} ms with waiting for a CPU)`,
    );
  }
  return slowest;
}

/** One browser watches the room: what of a core that takes beyond what the room takes, and how soon it sees a change. */
async function watched(box: Box): Promise<{ share: number; shownMs: number }> {
  const alone = await shareOf(box, SECONDS / 3);
  const browser = await openBrowser();
  try {
    const { page } = await signedIn(browser, box);
    await page.waitForFunction(`document.querySelectorAll('tr[data-key]').length === ${PARTICIPANTS}`);
    const times: number[] = [];
    let seen: (state: string) => void = () => {};
    await page.exposeFunction('seen', (state: string) => seen(state));
    await page.evaluate(
      "new MutationObserver(() => seen(document.querySelector('.card-head .warn') ? 'lock' : 'unlock'))" +
        ".observe(document.querySelector('.card-head'), { subtree: true, childList: true, characterData: true })",
    );
    for (let change = 0; change < CHANGES; change++) {
      const wanted = change % 2 === 0 ? 'lock' : 'unlock';
      await wait(37 * (change % 8)); // at any instant between two looks
      const shown = new Promise<void>((resolve) => (seen = (state) => void (state === wanted && resolve())));
      const startMs = performance.now();
      await (await box.ask(`conferences/800/${wanted}`, 'POST')).text();
      await shown;
      times.push(performance.now() - startMs);
    }
    const both = await shareOf(box, SECONDS / 3);
    const share = both - alone;
    const shownMs = Math.max(...times);
    console.log(
      `watched: ${(100 * share).toFixed(1)} % of a core for one browser (${(100 * alone).toFixed(1)} % without); a change is ` +
        `seen after p50 ${percentile(times, 0.5).toFixed(0)} ms, at most ${shownMs.toFixed(0)} ms`,
    );
    return { share, shownMs };
  } finally {
    await browser.close();
  }
}

/** Many questions a second, all pages in turn: the ticks of the media thread that are late meanwhile. */
async function asked(box: Box, visitor: Visitor, paths: readonly string[]): Promise<number> {
  const quiet = await lateTicks(box, () => wait((1000 * SECONDS) / 3));
  const times: number[] = [];
  const late = await lateTicks(box, async () => {
    const answers: Promise<void>[] = [];
    const startMs = performance.now();
    for (let n = 0; n < SECONDS * PER_SECOND; n++) {
      await wait(Math.max(0, startMs + (1000 * n) / PER_SECOND - performance.now()));
      const askedMs = performance.now();
      answers.push(
        load(box, visitor, paths[n % paths.length]).then(() => void times.push(performance.now() - askedMs)),
      );
    }
    await Promise.all(answers);
  });
  console.log(
    `load: ${PER_SECOND} pages a second for ${SECONDS} s: ${late} late ticks (${quiet} in ${SECONDS / 3} s without), answered in ` +
      `p50 ${percentile(times, 0.5).toFixed(1)} ms, p95 ${percentile(times, 0.95).toFixed(1)} ms`,
  );
  return late;
}

async function lateTicks(box: Box, action: () => Promise<unknown>): Promise<number> {
  const before = (await box.get<Status>('status')).media.lateTicks;
  await action();
  return (await box.get<Status>('status')).media.lateTicks - before;
}

/** Of a core, over some seconds. */
async function shareOf(box: Box, seconds: number): Promise<number> {
  const { pid } = box.process;
  const [startMs, startCpuMs] = [performance.now(), cpuMs(pid!)];
  await wait(1000 * seconds);
  return (cpuMs(pid!) - startCpuMs) / (performance.now() - startMs);
}

function load(box: Box, { cookie }: Visitor, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    get(`${box.http}${path}`, { agent, headers: { cookie: `parley=${cookie}` } }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`${path}: ${answer.statusCode}`));
      answer.resume().once('end', resolve);
    }).once('error', reject);
  });
}

function percentile(values: number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(share * (values.length - 1))];
}

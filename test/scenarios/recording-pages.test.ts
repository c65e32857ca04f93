/** Recordings in a browser: found, heard, seen in lanes, jumped to, downloaded, deleted. */
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { RecordingDocument } from '../../firmware/recording/recording-document.js';
import { Box } from '../support/box.js';
import { BROWSER, openBrowser, signedIn } from '../support/browser.js';
import { isInstalled } from '../support/program.js';
import { makeRecording, type Talker } from '../support/recording-folder.js';

const test = suite('recording pages');

const EVIL = '<img src=x onerror="document.title=\'run\'">';
const talkers: Talker[] = [
  {
    name: 'Ann Becker',
    number: '101',
    hz: 440,
    talked: [
      [2, 5],
      [20, 25],
    ],
  },
  {
    name: EVIL,
    number: '102',
    hz: 700,
    talked: [
      [8, 12],
      [30, 34],
    ],
  },
  { name: '', number: '+4915112345', hz: 300, talked: [] },
];
let box: Box;
let browser: Browser;
let folder: string;
let weekly: RecordingDocument;
test.before(async () => {
  box = await Box.start({ version: 1 });
  browser = await openBrowser();
  folder = path.join(box.directory, 'recordings');
});
test.after(async () => {
  await browser.close();
  await box.stop();
});

/** Signed in, with everything the browser complained of. */
async function open(options: Parameters<typeof signedIn>[2] = {}) {
  const { window, page } = await signedIn(browser, box, options);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  return { window, page, complaints };
}

const now = (page: Page) => page.evaluate<number>('document.querySelector("#player").currentTime');

/** Waits until an expression becomes true; without the evaluation within the page that its policy forbids. */
async function until(page: Page, expression: string): Promise<void> {
  const endMs = performance.now() + 10_000;
  while (!(await page.evaluate<boolean>(expression)))
    if (performance.now() > endMs)
      throw new Error(`not: ${expression}; the player is at ${await now(page)} s`);
}

/** Waits until the player plays on from about there. */
const playsFrom = (page: Page, seconds: number) =>
  until(
    page,
    `(({ paused, currentTime }) => !paused && currentTime > ${seconds} && currentTime < ${seconds + 2})(
      document.querySelector('#player'))`,
  );

test('before there is one, the page says what to do', async () => {
  const { window, page } = await open();
  await page.goto('/recordings');
  await page.waitForSelector('text=There is no recording yet');
  await window.close();
  weekly = makeRecording(folder, { seconds: 40, talkers });
  makeRecording(folder, { startedAt: '2026-11-23T09:00:00.000Z', number: '801', name: '55', open: true });
});

test('it is found, opened and heard; a click on a lane brings the player there', async () => {
  const { window, page, complaints } = await open();
  await page.click('nav a[href="/recordings"]');
  await page.waitForSelector('tr:has-text("801-55") >> text=goes on');
  await page.fill('#participant', 'becker');
  await page.click('main >> text=Search');
  await page.waitForSelector('text=1 recording found');
  await page.click('tbody >> text=Open');
  await page.waitForURL(`**/recordings/${weekly.id}`);
  await box.until<{ files: object | null }>(`recordings/${weekly.id}/peaks`, ({ files }) => files !== null);
  await page.reload();
  assert.is(await page.locator('.lane').count(), 4);
  assert.is(await page.locator('.lane .wave').count(), 4, 'with waveforms');
  assert.is(await page.locator('.lane .talked').count(), 2, 'of those who talked');

  await page.evaluate('document.querySelector("#player").play()');
  await playsFrom(page, 0.3);
  const lane = page.locator('.lane', { hasText: 'Ann Becker' });
  const { width } = (await lane.locator('svg').boundingBox())!;
  const click = (seconds: number) =>
    lane.locator('svg').click({ position: { x: (width * seconds) / 40, y: 20 } });
  await click(23);
  await playsFrom(page, 20); // the beginning of that turn
  await page.waitForSelector('.lane.speaking >> text=Ann Becker');
  await click(15);
  await playsFrom(page, 15); // nobody talks there
  await page.waitForSelector('.lane.speaking', { state: 'detached' });
  const at = Number(await lane.locator('.playhead').getAttribute('x'));
  assert.ok(Math.abs(at - (1000 * (await now(page))) / 40) < 20, 'the line shows where it is');
  assert.equal(complaints, []);
  assert.not.match(await page.title(), /run/);
  await window.close();
});

test('by keyboard one goes from turn to turn of one participant', async () => {
  const { window, page, complaints } = await open();
  await page.goto(`/recordings/${weekly.id}`);
  const next = page.getByLabel(`On to when ${EVIL} talks next`);
  await next.focus();
  await page.keyboard.press('Enter');
  await playsFrom(page, 8);
  await page.keyboard.press('Enter');
  await playsFrom(page, 30);
  await page.getByLabel(`Back to when ${EVIL} talked`).focus();
  await page.evaluate('document.querySelector("#player").currentTime = 15');
  await page.keyboard.press('Enter');
  await playsFrom(page, 8);
  assert.equal(complaints, []);
  await window.close();
});

test('one participant alone is heard, and then nobody else', async () => {
  const { window, page } = await open();
  await page.goto(`/recordings/${weekly.id}`);
  await page.evaluate('document.querySelector("#player").play()');
  await playsFrom(page, 0.1);
  await page.evaluate('document.querySelectorAll("td audio")[1].play()');
  await until(page, 'document.querySelectorAll("td audio")[1].currentTime > 0.3');
  assert.ok(await page.evaluate('document.querySelector("#player").paused'));
  await window.close();
});

test('without JavaScript it is found, can be played, downloaded and deleted', async () => {
  const { window, page } = await open({ javaScriptEnabled: false, acceptDownloads: true });
  const { id } = makeRecording(folder, {
    startedAt: '2026-11-20T09:00:00.000Z',
    description: 'Board',
    seconds: 40,
    talkers,
  });
  await page.goto('/recordings?day=2026-11-20');
  await page.click('tbody >> text=Open');
  await page.waitForURL(`**/recordings/${id}`);
  assert.is(await page.locator('audio[controls]').count(), 4);
  assert.is(await page.locator('.lane .talked').count(), 2);
  assert.not(await page.locator('.jumps').first().isVisible(), 'what needs JavaScript is not shown');
  for (const [text, name] of [
    ['Download everything', `${id}.zip`],
    ['Download the mix', `${id}-mix.wav`],
  ]) {
    const [download] = await Promise.all([page.waitForEvent('download'), page.click(`text=${text}`)]);
    assert.is(download.suggestedFilename(), name);
    assert.is(await download.failure(), null);
  }
  await page.click('text=Delete …');
  await page.click('text=Keep it');
  await page.click('text=Delete …');
  await page.click('button.danger');
  await page.waitForURL('**/recordings');
  assert.not(fs.existsSync(path.join(folder, id)));
  await page.click('summary');
  await page.waitForSelector(`tr:has-text("deleted"):has-text("admin") >> text=${id}`);
  await window.close();
});

test('three hours of twenty open in under a second', async () => {
  const seconds = 3 * 3600;
  const many = Array.from({ length: 20 }, (_, at): Talker => {
    const turns = Array.from({ length: 250 }, (_, turn): [number, number] => {
      const from = turn * 43 + 2 * at;
      return [from, from + 2];
    });
    return {
      name: `Talker ${at}`,
      number: String(100 + at),
      hz: 300,
      talked: at === 0 ? turns : turns.slice(0, 1),
    };
  });
  const recording = makeRecording(folder, {
    startedAt: '2026-11-19T09:00:00.000Z',
    seconds,
    rateHz: 16000,
    talkers: many,
  });
  const { id, tracks } = recording;
  for (const track of tracks)
    track.talked = many[0].talked.map(([from]) => ({
      from: 16000 * (from + track.track),
      to: 16000 * (from + track.track + 1.5),
    }));
  fs.writeFileSync(path.join(folder, id, 'recording.json'), JSON.stringify(recording));
  const { window, page } = await open();
  const opened = async (lanes: string, most: number) => {
    const startMs = performance.now();
    await page.goto(`/recordings/${id}`);
    await page.locator(lanes).last().waitFor({ state: 'attached' });
    const ms = Math.round(performance.now() - startMs);
    console.log(`3 h of 20 talkers opened in ${ms} ms`);
    assert.ok(ms < most, `${ms} ms`);
  };
  await opened('.lane .talked', 3000);
  await page.waitForSelector('text=The waveforms are being made');
  await box.until<{ files: object | null }>(`recordings/${id}/peaks`, ({ files }) => files !== null, 60_000);
  await opened('.lane .wave', 3000);
  assert.is(await page.locator('.lane .wave').count(), 21);
  await page.evaluate(
    'document.querySelector("#player").currentTime = 9000; document.querySelector("#player").play()',
  );
  await playsFrom(page, 9000);
  await window.close();
});

test('nothing is wider than a telephone', async () => {
  const { window, page } = await open({ viewport: { width: 360, height: 700 } });
  for (const place of ['', `/${weekly.id}`, `/${weekly.id}/delete`]) {
    await page.goto(`/recordings${place}`);
    const isWide = 'document.documentElement.scrollWidth > document.documentElement.clientWidth';
    assert.not(await page.evaluate(isWide), place);
  }
  await window.close();
});

for (const colorScheme of ['light', 'dark'] as const)
  test(`a checker of accessibility finds nothing serious, in ${colorScheme}`, async () => {
    const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    const { window, page } = await open({ colorScheme });
    for (const place of ['', `/${weekly.id}`, `/${weekly.id}/delete`]) {
      await page.goto(`/recordings${place}`);
      await page.evaluate(axe);
      const { violations, passes } =
        await page.evaluate<Record<string, { id: string; impact: string }[]>>('axe.run()');
      assert.ok(passes.length > 10, 'it has looked');
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      assert.equal(serious, [], place);
    }
    await window.close();
  });

if (isInstalled(BROWSER)) test.run();

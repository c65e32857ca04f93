/** The pages of what happens, as a person uses them in a browser. */
import { readFileSync } from 'node:fs';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Box, phones } from '../support/box.js';
import { BROWSER, openBrowser, signedIn } from '../support/browser.js';
import { isInstalled } from '../support/program.js';
import { toneSource } from '../support/tone.js';

const test = suite('pages');

const EVIL = '<img src=x onerror="document.title=\'run\'">';

let box: Box;
let browser: Browser;
test.before(async () => {
  box = await Box.start({
    version: 1,
    extensions: phones(3).map((one, at) => (at === 1 ? { ...one, name: EVIL } : one)),
    conferences: [{ number: '800', description: 'Weekly', type: 'static' }],
  });
  browser = await openBrowser();
});
test.after(async () => {
  await browser.close();
  await box.stop();
});

const open = (options?: BrowserContextOptions) => signedIn(browser, box, options);

test('a caller joins, talks, is muted and put out: seen and done without loading the page', async () => {
  const { window, page, complaints } = await open();
  await page.evaluate('window.mark = 1');
  await page.waitForSelector('text=Nobody is in a conference');
  const call = await (await box.phone('101')).dial('800');
  await page.waitForSelector('tbody >> text=Phone 101');
  await box.inside(1);
  call.ear.source = toneSource(440, 8000);
  await page.waitForSelector('tr.speaking >> text=Phone 101');
  await page.click('[aria-label="Mute Phone 101"]');
  await page.waitForSelector('tr:has-text("Phone 101") >> text=muted');
  await page.click('[aria-label="Unmute Phone 101"]');
  await page.waitForSelector('tr.speaking >> text=Phone 101');
  page.on('dialog', (dialog) => void dialog.accept());
  await page.click('[aria-label="Remove Phone 101"]');
  await call.ended;
  await page.waitForSelector('text=Nobody is in a conference');
  assert.is(await page.evaluate('window.mark'), 1, 'it is the same page');
  assert.equal(complaints, []);
  await window.close();
});

test('what a caller calls itself runs no script', async () => {
  const { window, page, complaints } = await open();
  const call = await (await box.phone('102')).dial('800');
  for (const part of ['conferences', 'calls', 'phones']) {
    await page.goto(`/status/${part}`);
    await page.waitForSelector(`text=${EVIL}`);
    await page.waitForTimeout(600);
  }
  for (const path of [
    '/status/dial-plan',
    '/configuration/extensions',
    '/configuration/extensions/102/edit',
  ]) {
    await page.goto(path);
    assert.match(await page.content(), /&lt;img src=x onerror/);
  }
  assert.is(await page.locator('img[onerror]').count(), 0);
  assert.not.match(await page.title(), /run/);
  assert.equal(complaints, []);
  await call.hangUp();
  await window.close();
});

test('without JavaScript the state is as of loading, and the buttons work', async () => {
  const { window, page } = await open({ javaScriptEnabled: false });
  const call = await (await box.phone('101')).dial('800');
  await box.inside(1);
  await page.goto('/status/conferences');
  await page.click('[aria-label="Mute Phone 101"]');
  await page.waitForSelector('tr:has-text("Phone 101") >> text=muted');
  await call.hangUp();
  await window.close();
});

test('the history is searched by number and by day, and kept as CSV; a conference says who was in it', async () => {
  const { window, page, complaints } = await open({ acceptDownloads: true });
  const call = await (await box.phone('103')).dial('800');
  await box.inside(1);
  await page.goto('/status/calls');
  page.on('dialog', (dialog) => void dialog.accept());
  await page.click('[aria-label="Hang up Phone 103"]');
  await call.ended;
  await page.waitForSelector('text=There is no call.');
  await page.click('nav >> text=History');
  await page.goto('/history/calls');
  await page.fill('#search', '103');
  await page.keyboard.press('Enter');
  await page.waitForSelector('tbody tr:has-text("Phone 103") >> text=hung up');
  assert.is(await page.locator('tbody tr:has-text("Phone 101")').count(), 0);
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('text=CSV')]);
  assert.is(download.suggestedFilename(), 'calls.csv');
  assert.match(readFileSync(await download.path(), 'utf8'), /^id,began,.*\r\n\d+,.*,103,Phone 103,800,/);
  await page.fill('#day', '2020-02-29');
  await page.click('text=Search >> nth=-1');
  await page.waitForSelector('text=Nothing fits.');
  await page.goto('/history/conferences?search=Phone+103');
  await page.click('text=1 participant >> nth=0');
  await page.waitForSelector('h1 >> text=Conference 8');
  await page.waitForSelector('tbody tr:has-text("Phone 103")');
  await page.goto('/history/calls?day=yesterday');
  await page.waitForSelector('text=right would be: 2026-01-31');
  assert.equal(
    complaints.filter((one) => !one.includes('400')),
    [],
  );
  await window.close();
});

test('the log follows what happens, and shows what is looked for', async () => {
  const { window, page, complaints } = await open();
  await page.goto('/status/log?search=leg+opened');
  await page.evaluate('window.mark = 1');
  const lines = () => page.locator('tbody tr').count();
  const before = await lines();
  const call = await (await box.phone('101')).dial('800');
  await page.locator('tbody tr').nth(before).waitFor();
  assert.is(await page.locator('tbody tr:has-text("leg closed")').count(), 0);
  assert.is(await page.evaluate('window.mark'), 1, 'it is the same page');
  await call.hangUp();
  assert.equal(complaints, []);
  await window.close();
});

test('what happens when somebody dials a number is said in words', async () => {
  const { window, page } = await open();
  await page.goto('/status/dial-plan');
  await page.fill('#number', '9123');
  await page.click('text=Explain');
  await page.waitForSelector('text=refused: nobody has 9123');
  await page.waitForSelector('text=/With 3 digits: 100, 10\\d–799, 801–999/');
  await page.fill('#search', 'week');
  await page.click('text=Search >> nth=-1');
  await page.waitForSelector('td >> text=800');
  assert.is(await page.locator('tbody tr').count(), 1);
  await window.close();
});

if (isInstalled(BROWSER)) test.run();

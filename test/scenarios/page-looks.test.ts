/** What every page owes to small screens, and to those who do not see it. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Box, phones } from '../support/box.js';
import { BROWSER, openBrowser, seriousFlaws, signedIn } from '../support/browser.js';
import { isInstalled } from '../support/program.js';

const test = suite('how pages look');

const PATHS = [
  ...['conferences', 'calls', 'phones', 'trunks', 'lines', 'system', 'log', 'dial-plan'].map(
    (part) => `/status/${part}`,
  ),
  ...['calls', 'conferences'].map((rest) => `/history/${rest}`),
  ...['', '/factory-reset'].map((rest) => `/configuration/backup${rest}`),
  ...['', '/add', '/800/edit', '/800/delete'].map((rest) => `/configuration/conferences${rest}`),
  ...['extensions', 'trunks', 'routes', 'services', 'permissionGroups', 'lines', 'audioPorts'].flatMap(
    (list) => [`/configuration/${list}`, `/configuration/${list}/add`],
  ),
  '/configuration/extensions/101/phone',
  '/configuration/lines/town/learn',
  '/configuration/versions',
  '/configuration/network',
  '/configuration/media',
  ...['security', 'recordings', 'time-and-language', 'administrators'].map(
    (page) => `/configuration/${page}`,
  ),
  ...['/add', '/admin/edit', '/admin/delete'].map((rest) => `/configuration/administrators${rest}`),
  ...['', '/add'].flatMap((rest) => [`/configuration/tokens${rest}`, `/configuration/webhooks${rest}`]),
  '/configuration/extensions',
];
let box: Box;
let browser: Browser;
test.before(async () => {
  box = await Box.start({
    version: 1,
    extensions: phones(2),
    conferences: [{ number: '800', description: 'Weekly', type: 'static' }],
    lines: [
      { name: 'hall', card: 'simulated', place: 1, kind: 'fxs', extension: '101' },
      { name: 'town', card: 'simulated', place: 9, kind: 'fxo', to: '800' },
    ],
  });
  await (await (await box.phone('101')).dial('800')).hangUp();
  browser = await openBrowser();
});
test.after(async () => {
  await browser.close();
  await box.stop();
});

const open = (options?: BrowserContextOptions) => signedIn(browser, box, options);

/** The page of a conference that is over. */
async function pastConference(): Promise<string> {
  const { records } = await box.get<{ records: { id: number; ended?: string }[] }>('history/conferences');
  return `/history/conferences/${records.find(({ ended }) => ended !== undefined)!.id}`;
}

async function isWide(page: Page): Promise<boolean> {
  return page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
}

test('nothing is wider than a telephone; the menu opens without JavaScript', async () => {
  const { window, page } = await open({ javaScriptEnabled: false, viewport: { width: 360, height: 700 } });
  const call = await (await box.phone('101')).dial('800');
  for (const path of [await pastConference(), ...PATHS]) {
    await page.goto(path);
    assert.not(await isWide(page), path);
  }
  await page.click('text=Menu');
  await page.click('nav >> text=Calls');
  await page.waitForURL('**/status/calls');
  await call.hangUp();
  await window.close();
});

test('a checker of accessibility finds nothing serious', async () => {
  const { window, page } = await open();
  const call = await (await box.phone('101')).dial('800');
  await box.inside(1);
  for (const path of [await pastConference(), ...PATHS, '/status/nowhere']) {
    await page.goto(path);
    assert.equal(await seriousFlaws(page), [], path);
  }
  await call.hangUp();
  await window.close();
});

if (isInstalled(BROWSER)) test.run();

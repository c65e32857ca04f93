/** A person's browser: Debian's chromium without its windows, driven by playwright-core. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core';
import * as assert from 'uvu/assert';
import { ADMIN_PASSWORD, type Box } from './box.js';

/** The program: half of the CPU that `chromium --headless` takes. */
export const BROWSER = 'chromium-headless-shell';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Starts it, with a new profile that is thrown away when it is closed. */
export function openBrowser(): Promise<Browser> {
  const executablePath = spawnSync('sh', ['-c', `command -v ${BROWSER}`], { encoding: 'utf8' }).stdout.trim();
  return chromium.launch({ executablePath, args: FLAGS, headless: true });
}

/** A window with cookies of its own, and its first page: signed in at a box. `complaints`: all the browser complains of. */
export async function signedIn(
  browser: Browser,
  box: Box,
  options: BrowserContextOptions = {},
): Promise<{ window: BrowserContext; page: Page; complaints: string[] }> {
  const window = await browser.newContext({ baseURL: box.http, ...options });
  const page = await window.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    // The status of an answer is no complaint: a form that is not right is answered 422.
    if (message.type() === 'error' && !message.text().includes('422')) complaints.push(message.text());
  });
  await page.goto('/');
  await page.fill('[name=name]', 'admin');
  await page.fill('[name=password]', ADMIN_PASSWORD);
  await page.click('text=Sign in >> nth=-1');
  await page.waitForURL('**/status/conferences');
  return { window, page, complaints };
}

type Flaw = { id: string; impact: string; nodes: object[] };

/**
 * What a checker of accessibility finds serious or worse on a page in light and in dark, where nothing but its colours
 * differs; each with where it is.
 */
export async function seriousFlaws(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  await page.emulateMedia({ colorScheme: 'light' });
  const light = await page.evaluate<Record<string, Flaw[]>>('axe.run()');
  assert.ok(light.passes.length > 10, 'it has looked');
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = await page.evaluate<Record<string, Flaw[]>>('axe.run({ runOnly: ["color-contrast"] })');
  assert.is(dark.passes.length + dark.violations.length, 1, 'it has looked at the colours');
  return [...light.violations, ...dark.violations]
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${JSON.stringify(nodes)}`);
}

/** Whatever a caller puts into its messages, and a link into its address: no page runs it, no page is changed by it. */
import type { Browser, Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Box, phones, type Room } from '../support/box.js';
import { BROWSER, openBrowser, signedIn } from '../support/browser.js';
import { freeUdpPort, isInstalled } from '../support/program.js';
import type { TestCall } from '../support/test-call.js';
import { Refused, TestPhone, type TestPhoneOptions } from '../support/test-phone.js';

const test = suite('hostile callers');

/** Each would leave a mark: an element or an attribute `data-foreign`, or `ran`. */
const EVIL = [
  '<img src=x data-foreign onerror=ran=1>',
  '"><svg data-foreign onload=ran=1>',
  '</script><script data-foreign>ran=1</script>',
  "' data-foreign onfocus='ran=1' autofocus='",
  '</td></table><iframe data-foreign srcdoc="<script>top.ran=1</script>"></iframe>',
  '{{ range.constructor("ran=1")() }}<a data-foreign href="javascript:ran=1">x</a>',
];
const quoted = (text: string) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;

let box: Box;
let browser: Browser;
const outsiders: TestPhone[] = [];
test.before(async () => {
  box = await Box.start({
    version: 1,
    extensions: phones(EVIL.length),
    conferences: [{ number: '800', description: 'Weekly', type: 'static' }],
    trunks: [
      {
        name: 'outside',
        type: 'peer',
        server: '127.0.0.2',
        port: await freeUdpPort(),
        transport: 'udp',
        qualifySeconds: 0,
        inbound: { numbers: [{ number: '5000', to: '800' }] },
      },
    ],
  });
  browser = await openBrowser();
});
test.after(async () => {
  await browser.close();
  for (const phone of outsiders) await phone.close();
  await box.stop();
});

/** Somebody who calls by the trunk, and may call itself anything. */
async function outsider(options: Partial<TestPhoneOptions>): Promise<TestPhone> {
  const phone = await TestPhone.open({
    box: box.sip,
    address: '127.0.0.2',
    username: 'x',
    password: '',
    ...options,
  });
  outsiders.push(phone);
  return phone;
}

/** A window, and everything that its pages complained of: a script that is kept from running is one. */
async function open() {
  const { window, page } = await signedIn(browser, box);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text()))
      complaints.push(message.text());
  });
  const check = async (path: string) => {
    assert.is(await page.evaluate('typeof ran'), 'undefined', `${path}: a script ran`);
    assert.is(await page.locator('[data-foreign]').count(), 0, `${path}: a foreign element`);
    assert.equal(complaints, [], path);
  };
  return { window, page, check };
}

async function pagesOf(page: Page): Promise<string[]> {
  await page.goto('/');
  const links = await page.evaluate<string[]>(
    "[...document.querySelectorAll('nav a')].map((one) => one.getAttribute('href'))",
  );
  assert.ok(links.length >= 10);
  return links;
}

test('what callers say in From, Contact, User-Agent, Reason and what they dial stays text on every page', async () => {
  const { window, page, check } = await open();
  const links = await pagesOf(page);
  const calls: TestCall[] = [];
  for (const [at, evil] of EVIL.entries()) {
    const headers = {
      'User-Agent': evil,
      Reason: `Q.850;cause=16;text=${quoted(evil)}`,
      Subject: evil,
      Organization: evil,
    };
    const user = encodeURIComponent(evil).replaceAll("'", '%27');
    const inside = await box.phone(String(101 + at), {
      headers,
      contact: `sip:${user}@127.0.0.1:9;x=${user}`,
      from: `${quoted(evil)} <sip:${101 + at}@127.0.0.1>`,
    });
    const from = `${quoted(evil)} <sip:${user}@127.0.0.2>`;
    const unknown = await outsider({ from, headers: { ...headers, 'P-Asserted-Identity': from } });
    const refusal = await inside.dial(user).catch((error: unknown) => error);
    assert.instance(refusal, Refused, 'nobody has that number, but it was dialled');
    calls.push(await inside.dial('800'), await unknown.dial('5000'));
  }
  await box.until<Room[]>('conferences', ([room]) => room?.participants.length === calls.length);
  for (const path of links) {
    await page.goto(path);
    if (['/status/conferences', '/status/calls', '/status/phones'].includes(path)) {
      const shown = await page.locator('main').innerText();
      for (const evil of EVIL) assert.ok(shown.includes(evil), `${path} shows ${evil}`);
      await page.evaluate('new Promise((resolve) => setTimeout(resolve, 600))'); // the live part comes again
    }
    await check(path);
  }
  for (const call of calls) await call.hangUp();
  await box.until<object[]>('calls', (all) => all.length === 0);
  for (const path of links) {
    await page.goto(path);
    await check(path);
  }
  await window.close();
});

test('what a link brings stays text, too', async () => {
  const { window, page, check } = await open();
  const links = await pagesOf(page);
  const all = EVIL.join('');
  const names = ['search', 'from', 'to', 'number', 'saved', 'name', 'version', 'before', 'level', 'format'];
  const query = new URLSearchParams(names.map((name): [string, string] => [name, all])).toString();
  for (const path of [
    ...links.map((link) => `${link}?${query}`),
    `/${encodeURIComponent(all)}`,
    `/configuration/extensions/${encodeURIComponent(all)}`,
  ]) {
    await page.goto(path);
    await check(path);
  }
  await window.clearCookies();
  await page.goto(`/sign-in?to=${encodeURIComponent(all)}`);
  await page.fill('[name=name]', all);
  await page.fill('[name=password]', 'x');
  await page.click('main button');
  await page.waitForSelector('[role=alert]');
  assert.is(await page.inputValue('[name=name]'), all);
  await check('/sign-in');
  await window.close();
});

if (isInstalled(BROWSER)) test.run();

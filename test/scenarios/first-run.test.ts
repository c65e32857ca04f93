/** A new box is set up in a browser, until its first two phones meet. */
import type { Browser } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ADMIN_PASSWORD, Box } from '../support/box.js';
import { BROWSER, openBrowser, seriousFlaws } from '../support/browser.js';
import { isInstalled } from '../support/program.js';

const test = suite('first run in a browser');

let browser: Browser;
test.before(async () => {
  browser = await openBrowser();
});
test.after(() => browser.close());

for (const javaScriptEnabled of [true, false])
  test(`an administrator is named, the first phones register, and meet${javaScriptEnabled ? '' : ', without JavaScript'}`, async () => {
    const box = await Box.start(undefined, '127.0.0.1', [], '');
    const window = await browser.newContext({
      baseURL: box.http,
      javaScriptEnabled,
      timezoneId: 'Europe/Berlin',
      viewport: { width: 360, height: 740 },
    });
    const page = await window.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('422')) complaints.push(message.text());
    });
    const flaws = async () => {
      if (javaScriptEnabled) {
        assert.equal(await seriousFlaws(page), []);
        assert.not(
          await page.evaluate('document.documentElement.scrollWidth > innerWidth'),
          'fits a telephone',
        );
      }
    };
    try {
      await page.goto('/');
      await page.waitForURL('**/first-run');
      await flaws();
      const zone = javaScriptEnabled ? 'Europe/Berlin' : 'UTC';
      assert.is(await page.inputValue('[name=timeZone]'), zone, 'that of the browser, if it can tell');
      await page.fill('[name=password]', ADMIN_PASSWORD);
      await page.fill('[name=repeated]', 'something else');
      await page.selectOption('[name=country]', { label: 'Germany' });
      await page.selectOption('[name=timeZone]', 'Europe/Vienna');
      await page.click('button:text("Set up")');
      await page.waitForSelector('#repeated-error >> text=the same as above');
      assert.is(await page.inputValue('[name=timeZone]'), 'Europe/Vienna', 'nothing typed is lost');
      await page.fill('[name=password]', ADMIN_PASSWORD);
      await page.fill('[name=repeated]', ADMIN_PASSWORD);
      await page.focus('[name=repeated]');
      await page.keyboard.press('Enter');
      await page.waitForURL('**/first-run/phones');
      await flaws();
      const passwords = await page.locator('.phones dt:text("Password") + dd').allTextContents();
      assert.is(passwords.length, 4);
      assert.is(await page.locator('svg.qr').count(), 4);
      assert.ok(await page.isVisible(`text=${box.sip.port} by UDP or TCP`));
      const pin = /PIN (\d+)/.exec(await page.innerText('main'))![1];
      for (const [at, number] of ['101', '102'].entries()) {
        const call = await (await box.phone(number, { password: passwords[at] })).dial('800');
        call.ear.keys(`${pin}#`);
      }
      await page.click('text=Done: see who is registered');
      await page.waitForSelector('tr:has-text("Phone 101") >> text=registered');
      await box.inside(2);
      await page.goto('/status/conferences');
      for (const number of ['101', '102']) await page.waitForSelector(`text=Phone ${number}`);
      await page.goto('/first-run');
      await page.waitForURL('**/status/conferences');
      assert.equal(complaints, []);
    } finally {
      await window.close();
      await box.discard();
    }
  });

if (isInstalled(BROWSER)) test.run();

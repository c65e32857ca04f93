/** Trunks, routes, permissions, ports: set up as a person does, in a browser. */
import type { Browser, Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Box, phones } from '../support/box.js';
import { BROWSER, openBrowser, signedIn } from '../support/browser.js';
import { isInstalled } from '../support/program.js';

const test = suite('pages of the dial plan');

const SAVE = '.actions button:text("Save")';
const APPLY = 'button:text("Apply")';
let box: Box;
let browser: Browser;
test.before(async () => {
  box = await Box.start({
    version: 1,
    extensions: phones(2),
    conferences: [{ number: '800', description: 'Weekly', type: 'static' }],
  });
  browser = await openBrowser();
});
test.after(async () => {
  await browser.close();
  await box.stop();
});

const open = (javaScriptEnabled = true) => signedIn(browser, box, { javaScriptEnabled });
const config = <T>(what: string) => box.get<T>(`config/${what}`);
const explained = async (number: string) =>
  (await box.get<{ result: string }>(`dial-plan/explain?from=101&number=${number}`)).result;

async function saved(page: Page): Promise<void> {
  await page.click(SAVE);
  await page.click(APPLY);
  await page.waitForSelector('[role=status] >> text=saved');
}

test('a trunk, a route over it and who may use it are set up; the password is taken and never shown', async () => {
  const { window, page } = await open();
  await page.goto('/configuration/routes');
  await page.click('text=add a trunk first');
  await page.fill('#name', 'main');
  await page.fill('#server', '127.0.0.1');
  await page.fill('[name=number-0]', '4930801');
  await page.fill('[name=to-0]', '899');
  await page.click(SAVE);
  await page.waitForSelector('#username-error >> text=what the provider gave');
  await page.waitForSelector('#to-0-error >> text=an extension, a conference or an audio port that exists');
  await page.fill('#username', 'box');
  await page.fill('#password', 'from-the-provider');
  await page.fill('[name=to-0]', '800');
  await page.click(SAVE);
  await page.waitForSelector('li >> text=trunk main is new');
  await page.click(APPLY);
  await page.waitForSelector('text=Trunk main is saved and in use');

  await page.goto('/configuration/trunks/main/edit');
  assert.not.match(await page.content(), /from-the-provider/);
  await page.fill('#callerId', '+4930800');
  await saved(page);
  const [trunk] = (await config<{ trunks: Record<string, unknown>[] }>('trunks')).trunks;
  assert.equal([trunk.hasPassword, trunk.password, trunk.callerId], [true, undefined, '+4930800']);
  assert.match(await (await fetch(`${box.http}/`)).text(), /Sign in/);

  await page.goto('/configuration/routes/add');
  await page.fill('#prefix', '1');
  await page.selectOption('[name=trunks-0]', 'main');
  await page.click(SAVE);
  await page.waitForSelector('#prefix-error >> text=number 101 of extension "Phone 101" does not begin with');
  await page.fill('#prefix', '9');
  await saved(page);
  assert.match(await explained('9123'), /refused: the caller has no permission group/);

  await page.goto('/configuration/permissionGroups/add');
  await page.fill('#name', 'office');
  await page.selectOption('[name=rule-0]', 'deny');
  await page.fill('[name=prefix-0]', '900');
  await page.fill('[name=prefix-1]', '9');
  await page.click(SAVE);
  await page.waitForSelector('#prefix-1-error >> text=Choose');
  await page.selectOption('[name=rule-1]', 'allow');
  await saved(page);
  await page.goto('/configuration/extensions/101/edit');
  await page.selectOption('#permissions', 'office');
  await saved(page);
  assert.is(await explained('9123'), 'calls 123 over trunk main');
  assert.match(await explained('900123'), /refused: rule 1 of permission group office denies/);

  await page.goto('/configuration/trunks/main/delete');
  await page.waitForSelector('text=Route 1, trunks 1: has to be the name of a trunk');
  assert.is(await page.locator('main button').count(), 0, 'it is still used');
  await window.close();
});

test('routes are in an order that can be changed, without JavaScript', async () => {
  const { window, page } = await open(false);
  const order = async () =>
    (await config<{ routes: { prefix: string }[] }>('routes')).routes.map(({ prefix }) => prefix);
  for (const [prefix, place] of [
    ['+', '2'],
    ['90', '1'],
  ]) {
    await page.goto('/configuration/routes/add');
    await page.fill('#prefix', prefix);
    await page.selectOption('[name=trunks-0]', 'main');
    assert.is(await page.inputValue('#place'), String((await order()).length + 1));
    if (prefix === '90') {
      await page.click(SAVE);
      await page.waitForSelector('#prefix-error >> text=or let this route come before that one');
    }
    await page.fill('#place', place);
    await saved(page);
  }
  assert.equal(await order(), ['90', '9', '+']);
  await page.click('[aria-label="Move + up"]');
  await page.waitForSelector('li >> text=the order of every route is 90, +, 9');
  await page.click(APPLY);
  await page.waitForURL('**/configuration/routes');
  assert.equal(await order(), ['90', '+', '9']);
  await page.click('[aria-label="Edit +"]');
  assert.is(await page.inputValue('#place'), '2');
  await page.fill('#callerId', '12');
  await page.click(SAVE);
  await page.waitForSelector('li >> text=route +: callerId is "12"');
  assert.is(await page.locator('.changes li').count(), 1);
  await page.click(APPLY);
  await page.click('[aria-label="Move 9 up"]');
  await page.click(APPLY);
  await page.click('[aria-label="Move 9 up"]');
  await page.waitForSelector('text=which route 1 takes');
  assert.is(await page.locator('main button').count(), 0);
  await page.goto('/configuration/routes/%2B/delete');
  await page.click('button:text("Delete")');
  await page.waitForURL('**/configuration/routes');
  assert.equal(await order(), ['90', '9']);
  await window.close();
});

test('a form that makes a new one replaces none; what somebody else changed meanwhile is shown first', async () => {
  const { window, page } = await open();
  await page.goto('/configuration/conferences/add');
  await page.fill('#number', '800');
  await page.click(SAVE);
  await page.waitForSelector('#number-error >> text=conference "Weekly" has this one');
  await page.goto('/configuration/conferences/800/edit');
  await page.fill('#description', 'Daily');
  await page.click(SAVE);
  await page.waitForSelector('li >> text=description is "Daily", was "Weekly"');
  await box.ask('config/conferences/800', 'PUT', { description: 'Monthly', type: 'static' });
  await page.click(APPLY);
  await page.waitForSelector('text=meanwhile something else was changed');
  await page.waitForSelector('li >> text=description is "Daily", was "Monthly"');
  await page.click(APPLY);
  await page.waitForSelector('text=Conference 800 is saved');
  await window.close();
});

test('addresses and ports: wrong ones are said beside their fields, the certificate stays', async () => {
  const before = await config<object>('network');
  const { window, page } = await open(false);
  await page.goto('/configuration/network');
  await page.fill('#rtpFirst', '30000');
  await page.fill('#rtpLast', '30001');
  await page.fill('#localNetworks', '10.0.0.0/8\nsomewhere');
  await page.click(SAVE);
  await page.waitForSelector('#localNetworks-error >> text=a network such as');
  assert.match(await page.inputValue('#localNetworks'), /somewhere/);
  await page.fill('#localNetworks', '10.0.0.0/8');
  await page.click(SAVE);
  await page.waitForSelector('#rtpFirst-error >> text=a range of at least two ports');
  await page.fill('#rtpLast', '30999');
  await saved(page);
  const wanted = { ...before, localNetworks: ['10.0.0.0/8'], rtpPorts: [30000, 30999] };
  assert.equal(await config('network'), wanted);

  await page.goto('/configuration/media');
  await page.selectOption('[name=codecs-0]', 'PCMA');
  await page.selectOption('[name=codecs-1]', '');
  await page.click(SAVE);
  await page.waitForSelector('#codecs-0-error');
  await page.selectOption('[name=codecs-3]', 'PCMU');
  await page.selectOption('[name=codecs-2]', '');
  await saved(page);
  assert.equal(await config('media'), { codecs: ['PCMA', 'PCMU'] });
  await window.close();
});

test('versions are listed with what they changed, compared, and brought back after a look', async () => {
  const { window, page } = await open(false);
  await box.ask('config/conferences/800', 'PUT', { description: 'Board', type: 'static' });
  await box.ask('config/conferences/801', 'PUT', { description: 'New', type: 'dynamic' });
  await page.goto('/configuration/versions');
  const row = (text: string) => page.locator(`tr:has-text("${text}")`);
  assert.match(await row('conference 801 is new').innerText(), /in use[^]*\d\d:\d\d:\d\d[^]*admin/);
  const [{ version }] = await config<{ version: number }[]>('versions');
  await page.selectOption('#from', String(version - 2));
  await page.selectOption('#to', String(version - 1));
  await page.click('button:text("Compare")');
  await page.waitForSelector('.changes >> text=conference 800: description is "Board", was "Daily"');
  assert.is(await page.locator('.changes li').count(), 1);
  await page.click(`[aria-label="Bring back version ${version - 2}"]`);
  await page.waitForSelector('li >> text=conference 801 is removed');
  await page.click('button:text("Bring back")');
  await page.waitForURL('**/configuration/versions');
  const { description } = await config<{ description: string }>('conferences/800');
  assert.is(description, 'Daily');
  assert.match(await page.locator('tbody tr').first().innerText(), /conference 801 is removed/);
  await window.close();
});

if (isInstalled(BROWSER)) test.run();

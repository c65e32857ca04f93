/** The pages as a person uses them, in a browser. */
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Box, phones, type Room } from '../support/box.js';
import { openBrowser, seriousFlaws, signedIn } from '../support/browser.js';
import { isInstalled } from '../support/program.js';
import { Receiver } from '../support/receiver.js';
import { toneSource } from '../support/tone.js';

const test = suite('pages');

const EVIL = '<img src=x onerror="document.title=\'run\'">';
const SAVE = 'dialog .actions button';
const APPLY = 'button:text("Apply")';
const PATHS = [
  ...['conferences', 'calls', 'phones', 'trunks', 'system', 'log', 'dial-plan'].map(
    (part) => `/status/${part}`,
  ),
  ...['calls', 'conferences'].map((rest) => `/history/${rest}`),
  ...['', '/factory-reset'].map((rest) => `/configuration/backup${rest}`),
  ...['', '/add', '/800/edit', '/800/delete'].map((rest) => `/configuration/conferences${rest}`),
  ...['extensions', 'trunks', 'routes', 'services', 'permissionGroups', 'audioPorts'].flatMap((list) => [
    `/configuration/${list}`,
    `/configuration/${list}/add`,
  ]),
  '/configuration/extensions/101/phone',
  '/configuration/versions',
  '/configuration/network',
  '/configuration/media',
  ...['security', 'time-and-language', 'administrators'].map((page) => `/configuration/${page}`),
  ...['/add', '/admin/edit', '/admin/delete'].map((rest) => `/configuration/administrators${rest}`),
  ...['', '/add'].flatMap((rest) => [`/configuration/tokens${rest}`, `/configuration/webhooks${rest}`]),
  '/configuration/extensions',
];
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

/** The page of a conference that is over. */
async function pastConference(): Promise<string> {
  const { records } = await box.get<{ records: { id: number; ended?: string }[] }>('history/conferences');
  return `/history/conferences/${records.find(({ ended }) => ended !== undefined)!.id}`;
}

/** Signed in, with everything the browser complained of. */
async function open(options: Parameters<typeof signedIn>[2] = {}) {
  const { window, page } = await signedIn(browser, box, options);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    // The status of an answer is no complaint: a form that is not right is answered 422.
    if (message.type() === 'error' && !message.text().includes('422')) complaints.push(message.text());
  });
  return { window, page, complaints };
}

const inside = (count: number) =>
  box.until<Room[]>(
    'conferences',
    ([room]) => room?.participants.filter(({ place }) => place === 'inside').length === count,
  );

async function isWide(page: Page): Promise<boolean> {
  return page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
}

test('a caller joins, talks, is muted and put out: seen and done without loading the page', async () => {
  const { window, page, complaints } = await open();
  await page.evaluate('window.mark = 1');
  await page.waitForSelector('text=Nobody is in a conference');
  const call = await (await box.phone('101')).dial('800');
  await page.waitForSelector('tbody >> text=Phone 101');
  await inside(1);
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

for (const javaScriptEnabled of [true, false])
  test(`a static and a dynamic conference are added, ${javaScriptEnabled ? 'by keyboard' : 'without JavaScript'}`, async () => {
    const { window, page, complaints } = await open({ javaScriptEnabled });
    const save = async (button = SAVE) => {
      if (javaScriptEnabled) await page.keyboard.press('Enter');
      else await page.click(button);
    };
    await page.goto('/configuration/conferences/add');
    assert.is(await page.inputValue('#number'), '801', 'the free number');
    await page.fill('#description', 'Board');
    await page.fill('#number', '101');
    await page.fill('#pin', 'abc');
    await page.focus('#description');
    await save();
    await page.waitForSelector('#number-error >> text=extension "Phone 101" has this one');
    await page.waitForSelector('#pin-error >> text=1 to 12 digits');
    assert.is(await page.inputValue('#description'), 'Board', 'nothing typed is lost');
    await page.fill('#number', '810');
    await page.click('button:text("Make one")');
    await page.waitForSelector('#pin:not([value="abc"])');
    const pin = await page.inputValue('#pin');
    assert.match(pin, /^\d{6}$/);
    await page.focus('#description');
    await save();
    await page.waitForSelector('li >> text=conference 810 is new');
    await page.click('button:text("Back")');
    assert.equal([await page.inputValue('#description'), await page.inputValue('#pin')], ['Board', pin]);
    await page.focus('#description');
    await save();
    await page.waitForSelector(`${APPLY}:focus`);
    await save(APPLY);
    await page.waitForSelector('text=Conference 810 is saved and in use');

    await page.goto('/configuration/conferences/add');
    await page.fill('#number', '811');
    await page.check('[value=dynamic]');
    assert.not(await page.isVisible('#pin'), 'callers set the PIN');
    await page.check('[name=record][value=always]');
    await page.waitForSelector('text=subject to special laws in many countries');
    await page.focus('#number');
    await save();
    await page.waitForSelector('#recordAccepted-error >> text=tick it');
    await page.check('[name=recordAccepted]');
    await page.focus('#number');
    await save();
    await page.click(APPLY);
    await page.waitForSelector('text=Conference 811 is saved and in use');
    const { conferences } = await box.get<{ conferences: Record<string, unknown>[] }>('config/conferences');
    const told = (number: string) => conferences.find((one) => one.number === number);
    assert.is(told('810')?.hasPin, true);
    assert.equal([told('811')?.type, told('811')?.record], ['dynamic', 'always']);

    const call = await (await box.phone('103')).dial('810');
    call.ear.keys(`${pin}#`);
    await inside(1);
    await call.hangUp();
    for (const number of ['810', '811']) {
      await page.goto(`/configuration/conferences/${number}/delete`);
      await page.click('button:text("Delete")');
      await page.waitForURL('**/configuration/conferences');
    }
    assert.equal(complaints, []);
    await window.close();
  });

test('an extension is added: its phone registers; without another password the one there is stays', async () => {
  const { window, page } = await open();
  await page.goto('/configuration/extensions/add');
  assert.is(await page.inputValue('#number'), '104');
  await page.fill('#name', 'Lobby');
  const password = await page.inputValue('#password');
  await page.click(SAVE);
  await page.click(APPLY);
  await page.waitForSelector('text=Extension 104 is saved');
  await page.click('text=How its phone registers');
  await page.waitForSelector('text=No phone is registered yet');
  const { address, port } = box.sip;
  for (const told of [address, port, '104']) await page.waitForSelector(`dd >> text=${told}`);
  assert.not.match(await page.content(), new RegExp(password));
  await page.click('text=Show the password');
  await page.waitForSelector(`dd >> text=${password}`);
  assert.is(await page.locator('svg.qr').count(), 1);
  await box.phone('104', { password });
  await page.click('text=Look again');
  await page.waitForSelector('text=A phone is registered, at 127.0.0.1');
  await page.goto('/configuration/extensions/104/edit');
  assert.is(await page.inputValue('#password'), '');
  await page.fill('#name', 'Entrance');
  await page.click(SAVE);
  await page.waitForSelector('li >> text=extension 104: name is "Entrance", was "Lobby"');
  await page.click(APPLY);
  await page.waitForSelector('td >> text=Entrance');
  await box.phone('104', { password });
  await page.goto('/status/phones');
  await page.waitForSelector('tr:has-text("Entrance") >> text=registered');
  await window.close();
});

test('a token is made, shown once, used and revoked', async () => {
  const { window, page, complaints } = await open();
  await page.goto('/configuration/tokens');
  await page.click('text=Make the first');
  await page.fill('#name', 'wall board');
  await page.click(SAVE);
  await page.waitForSelector('#name-error >> text=1 to 32 of');
  await page.fill('#name', 'wallboard');
  await page.click(SAVE);
  const token = await page.innerText('code.secret');
  const status = () =>
    fetch(`${box.http}/api/v1/status`, { headers: { authorization: `Bearer ${token}` } }).then(
      (answer) => answer.status,
    );
  assert.is(await status(), 200);
  await page.goto('/configuration/tokens');
  assert.not.match(await page.content(), new RegExp(token));
  await page.click('[aria-label="Revoke wallboard"]');
  await page.click('button:text("Revoke")');
  await page.waitForSelector('text=There is no token yet');
  assert.is(await status(), 401);
  assert.equal(complaints, []);
  await window.close();
});

test('a webhook is added and tested, and how that went is shown', async () => {
  const { window, page, complaints } = await open({ javaScriptEnabled: false });
  const receiver = await Receiver.open();
  await page.goto('/configuration/webhooks/add');
  await page.fill('#name', 'crm');
  await page.fill('#url', 'ftp://x');
  receiver.secret = await page.inputValue('#secret');
  await page.uncheck('[name="on-recording.ready"]');
  await page.click(SAVE);
  await page.waitForSelector('#url-error >> text=begins with http:// or https://');
  assert.not(await page.isChecked('[name="on-recording.ready"]'), 'nothing typed is lost');
  await page.fill('#url', receiver.url);
  await page.click(SAVE);
  await page.click(APPLY);
  await page.waitForSelector('text=Webhook crm is saved');
  await page.click('[aria-label="Send a test to crm"]');
  await page.waitForSelector('tbody tr:has-text("delivered") >> text=answered 204');
  assert.is(receiver.told.length, 1);
  receiver.close();
  await page.click('[aria-label="Send a test to crm"]');
  await page.waitForSelector('tbody tr:first-child >> text=failed');
  await page.click('[aria-label="Edit crm"]');
  assert.is(await page.inputValue('#secret'), '');
  await page.click('text=Cancel');
  await page.click('[aria-label="Delete crm"]');
  await page.click('button:text("Delete")');
  await page.waitForSelector('text=There is none yet');
  assert.equal(complaints, []);
  await window.close();
});

test('without JavaScript the state is as of loading, and the buttons work', async () => {
  const { window, page } = await open({ javaScriptEnabled: false });
  const call = await (await box.phone('101')).dial('800');
  await inside(1);
  await page.goto('/status/conferences');
  await page.click('[aria-label="Mute Phone 101"]');
  await page.waitForSelector('tr:has-text("Phone 101") >> text=muted');
  await call.hangUp();
  await window.close();
});

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

for (const colorScheme of ['light', 'dark'] as const)
  test(`a checker of accessibility finds nothing serious, in ${colorScheme}`, async () => {
    const { window, page } = await open({ colorScheme });
    const call = await (await box.phone('101')).dial('800');
    await inside(1);
    for (const path of [await pastConference(), ...PATHS, '/status/nowhere']) {
      await page.goto(path);
      assert.equal(await seriousFlaws(page), [], path);
    }
    await call.hangUp();
    await window.close();
  });

test('a setting is shown before it is applied, and can be taken back into the form', async () => {
  const { window, page } = await open();
  await page.goto('/configuration/security');
  await page.fill('#trustedNetworks', '10.0.0.0/8\n2001:db8::/32');
  await page.click('.actions button:text("Save")');
  await page.waitForSelector('li >> text=security.trustedNetworks is ["10.0.0.0/8","2001:db8::/32"]');
  await page.click('button:text-is("Back")');
  assert.is(await page.inputValue('#trustedNetworks'), '10.0.0.0/8\n2001:db8::/32');
  await page.click('.actions button:text("Save")');
  await page.click(APPLY);
  await page.waitForSelector('text=It is saved and in use.');
  await window.close();
});

test('the history is searched by number and by day, and kept as CSV; a conference says who was in it', async () => {
  const { window, page, complaints } = await open({ acceptDownloads: true });
  const call = await (await box.phone('103')).dial('800');
  await inside(1);
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

for (const javaScriptEnabled of [true, false])
  test(`a backup is made and restored, a call going on, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async () => {
    const { window, page } = await open({ javaScriptEnabled, acceptDownloads: true });
    await page.goto('/configuration/backup');
    await page.fill('#passphrase', 'correct horse');
    await page.fill('#repeated', 'correct hose');
    await page.click('button:text("Download")');
    await page.waitForSelector('#repeated-error >> text=the same as above');
    await page.fill('#passphrase', 'correct horse');
    await page.fill('#repeated', 'correct horse');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.click('button:text("Download")'),
    ]);
    assert.match(download.suggestedFilename(), /^parley-\d{4}-\d\d-\d\d\.json$/);
    const file = await download.path();
    assert.not.match(readFileSync(file, 'utf8'), /secret-101/);

    assert.is((await box.ask('config/extensions/102', 'DELETE')).status, 200);
    const call = await (await box.phone('101')).dial('800');
    await inside(1);
    const look = async (passphrase: string) => {
      await page.goto('/configuration/backup');
      await page.setInputFiles('#backup', file);
      await page.fill('#opens', passphrase);
      await page.click('text=Show what will change');
    };
    await look('wrong horse');
    await page.waitForSelector('#opens-error >> text=not the one');
    await look('correct horse');
    await page.waitForSelector('li >> text=extension 102 is new');
    await page.click('button:text("Restore")');
    await page.waitForSelector('text=The backup is restored and in use');
    await box.phone('102');
    await inside(1);
    await call.hangUp();
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

if (isInstalled('chromium')) test.run();

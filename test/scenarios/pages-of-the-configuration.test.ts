/** The pages of what is configured, as a person uses them in a browser. */
import { readFileSync } from 'node:fs';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Box, phones } from '../support/box.js';
import { BROWSER, openBrowser, signedIn } from '../support/browser.js';
import { isInstalled } from '../support/program.js';
import { Receiver } from '../support/receiver.js';
import { sim } from '../support/sim-phone.js';

const test = suite('pages of the configuration');

const SAVE = 'dialog .actions button';
const APPLY = 'button:text("Apply")';

let box: Box;
let browser: Browser;
test.before(async () => {
  box = await Box.start({
    version: 1,
    extensions: phones(3),
    conferences: [{ number: '800', description: 'Weekly', type: 'static' }],
  });
  browser = await openBrowser();
});
test.after(async () => {
  await browser.close();
  await box.stop();
});

const open = (options?: BrowserContextOptions) => signedIn(browser, box, options);

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
    await box.inside(1);
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

test('a line is added, shown, learned, changed with what it has learned, and deleted', async () => {
  const { window, page } = await open();
  await page.goto('/configuration/lines/add');
  await page.check('[name=kind][value=fxo]');
  assert.not(await page.isVisible('#extension'), 'nobody has it as a phone');
  for (const [field, text] of Object.entries({ name: 'city', card: 'simulated', place: '9' }))
    await page.fill(`#${field}`, text);
  await page.click(SAVE);
  await page.click(APPLY);
  await page.waitForSelector('text=Line city is saved and in use');
  await page.goto('/status/lines');
  await page.waitForSelector('tr:has-text("city") >> text=idle');
  await page.waitForSelector('text=Not in use, card simulated');
  const line = await box.get<object>('config/lines/city');
  // Its exchange is American.
  await box.ask('config/lines/city', 'PUT', { ...line, country: 'de' });
  await sim(box, 'exchange 1 on 123 busy');
  await page.goto('/configuration/lines');
  await page.click('a:text("Learn")');
  await page.fill('#number', '123');
  await page.click('button:text("Learn line")');
  await page.waitForSelector('text=Learned, and in use');
  await page.waitForSelector('tr:has-text("busy") >> text=480 and 620 Hz');
  const { tones } = await box.get<{ tones: object }>('config/lines/city');
  assert.equal(tones, {
    dial: { frequenciesHz: [350, 440], onOffMs: [] },
    busy: { frequenciesHz: [480, 620], onOffMs: [500, 500] },
  });
  await page.goto('/configuration/lines/city/edit');
  await page.click('summary');
  await page.fill('#rxGainDb', '3');
  await page.click(SAVE);
  await page.click(APPLY);
  await page.waitForSelector('text=Line city is saved');
  const after = await box.get<Record<string, unknown>>('config/lines/city');
  assert.equal([after.place, after.rxGainDb, after.tones], [9, 3, tones]);
  await page.goto('/configuration/lines/city/delete');
  await page.click('button:text("Delete")');
  await page.waitForSelector('text=There is none yet');
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
    await box.inside(1);
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
    await box.inside(1);
    await call.hangUp();
    await window.close();
  });

if (isInstalled(BROWSER)) test.run();

/** From a new box to a conference that was watched and moderated, in a browser and with real callers. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ADMIN_PASSWORD, Box } from '../support/box.js';
import { BROWSER, openBrowser } from '../support/browser.js';
import { isInstalled } from '../support/program.js';
import { amplitudeOf, decibels, rms, toneSource } from '../support/tone.js';

const test = suite('set up and watch');

const SAVE = 'dialog .actions button';
const AMPLITUDE = 4000;

test('first run, two conferences, callers seen talking, muted, put out, and found in the history', async () => {
  const box = await Box.start(undefined, '127.0.0.1', [], '');
  const browser = await openBrowser();
  try {
    const page = await browser.newPage({ baseURL: box.http });
    await page.goto('/');
    for (const name of ['password', 'repeated']) await page.fill(`[name=${name}]`, ADMIN_PASSWORD);
    await page.click('button:text("Set up")');
    await page.waitForURL('**/first-run/phones');
    const passwords = await page.locator('.phones dt:text("Password") + dd').allTextContents();
    const phone = (at: number) => box.phone(String(101 + at), { password: passwords[at] });

    await page.goto('/configuration/conferences/add');
    await page.fill('#number', '101');
    await page.click(SAVE);
    await page.waitForSelector('#number-error >> text=extension "Phone 101" has this one');
    await page.fill('#number', '810');
    await page.fill('#description', 'Board');
    await page.click('button:text("Make one")');
    await page.waitForSelector('#pin:not([value=""])');
    const pin = await page.inputValue('#pin');
    await page.click(SAVE);
    await page.click('button:text("Apply")');
    await page.waitForSelector('text=Conference 810 is saved and in use');
    await page.goto('/configuration/conferences/add');
    await page.fill('#number', '811');
    await page.check('[value=dynamic]');
    await page.click(SAVE);
    await page.click('button:text("Apply")');
    await page.waitForSelector('text=Conference 811 is saved and in use');

    await page.goto('/status/conferences');
    const [ann, bob] = await Promise.all([0, 1].map(async (at) => (await phone(at)).dial('810')));
    for (const { ear } of [ann, bob]) ear.keys(`${pin}#`);
    await box.inside(2);
    ann.ear.source = toneSource(600, AMPLITUDE);
    const level = async () => decibels(amplitudeOf(await bob.ear.listen(40), 600), AMPLITUDE);
    await page.waitForSelector('tr.speaking >> text=Phone 101');
    assert.ok((await level()) > -6, 'the other hears it');
    await page.click('[aria-label="Mute Phone 101"]');
    assert.ok(rms(await ann.ear.listen(50)) > 300, 'it is told');
    await page.waitForSelector('tr:has-text("Phone 101") >> text=muted');
    assert.ok((await level()) < -60, 'the other hears nothing');
    page.on('dialog', (dialog) => void dialog.accept());
    await page.click('[aria-label="Remove Phone 101"]');
    await ann.ended;
    await page.waitForSelector('tbody:not(:has-text("Phone 101")) >> text=Phone 102');
    await bob.hangUp();
    await page.waitForSelector('text=Nobody is in a conference');

    const host = await (await phone(2)).dial('811');
    host.ear.keys('55##');
    await page.waitForSelector('tbody >> text=Phone 103');
    await host.hangUp();
    await page.goto('/history/conferences?search=Board');
    await page.click('text=2 participants');
    for (const name of ['Phone 101', 'Phone 102']) await page.waitForSelector(`tbody >> text=${name}`);
  } finally {
    await browser.close();
    await box.discard();
  }
});

if (isInstalled(BROWSER)) test.run();

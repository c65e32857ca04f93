/** Security, time and language: by the API and by their pages, where what will change is shown first. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { configSchema } from '../../firmware/config/schema.js';
import { folderChoices } from '../../web-ui/pages/recording-settings.js';
import { Box } from '../support/box.js';
import { Visitor } from '../support/visitor.js';

const test = suite('settings');

const SECURITY = 'config/security';
const LOCALE = 'config/time-and-language';
let box: Box;
test.before(async () => {
  box = await Box.start({ version: 1, country: 'li' });
});
test.after(() => box.discard());

const put = async (path: string, body: object) => {
  const answer = await box.ask(path, 'PUT', body);
  return { status: answer.status, text: await answer.text() };
};

test('a section is replaced whole; what does not belong there is refused', async () => {
  const before = await box.get(SECURITY);
  assert.equal(before, { digestAlgorithms: ['SHA-256', 'MD5'], trustedNetworks: [] });
  assert.match(
    (await put(SECURITY, { trustedNetworks: ['10.0.0.0/8'] })).text,
    /security.trustedNetworks is/,
  );
  assert.equal(await box.get(SECURITY), { ...(before as object), trustedNetworks: ['10.0.0.0/8'] });
  assert.match(
    (await put(LOCALE, { country: 'li', timeZone: 'Asia/Tokyo' })).text,
    /timeZone is .*Asia\/Tokyo.*, was .*UTC/,
  );
  assert.equal(await box.get(LOCALE), {
    country: 'li',
    timeZone: 'Asia/Tokyo',
    language: 'en',
    recordingTone: false,
  });
  for (const [path, body, problem] of [
    [LOCALE, { administrators: [] }, '"path":"/administrators"'],
    [LOCALE, { timeZone: 'Tokyo' }, '"path":"/timeZone"'],
    [SECURITY, { trustedNetworks: ['lan'] }, '"path":"/trustedNetworks/0"'],
    [SECURITY, [], '"path":""'],
  ] as const) {
    const { status, text } = await put(path, body);
    assert.is(status, 422);
    assert.ok(text.includes(problem), text);
  }
  assert.is((await box.get<object[]>('config/versions')).length, 3);
});

test('a page shows what will change, and applies it only then', async () => {
  const visitor = await Visitor.signIn(box, 'admin');
  const post = async (step: string, networks: string, shown = '') => {
    const form = {
      token: visitor.token,
      step,
      shown,
      digestAlgorithms: 'SHA-256',
      trustedNetworks: networks,
    };
    const answer = await visitor.post('/configuration/security', form);
    return { answer, html: await answer.text() };
  };
  const wrong = await post('show', '10.0.0.0/8\r\nlan');
  assert.is(wrong.answer.status, 422);
  assert.match(wrong.html, /id="trustedNetworks-error">Has to be a network such as/);
  assert.match(wrong.html, />\s*10\.0\.0\.0\/8\r?\nlan<\/textarea>/, 'nothing typed is lost');
  const networks = '192.168.0.0/16\r\n2001:db8::/32\r\n';
  const { html } = await post('show', networks);
  assert.match(html, /<li>security\.digestAlgorithms is \[&quot;SHA-256&quot;\], was/);
  assert.equal((await box.get<{ trustedNetworks: string[] }>(SECURITY)).trustedNetworks, ['10.0.0.0/8']);
  assert.match((await post('back', networks)).html, /2001:db8::\/32\r?\n<\/textarea>/);
  assert.match(
    (await post('apply', networks, 'another')).html,
    /meanwhile something else was changed/,
    'shown first',
  );
  const applied = await post('apply', networks, /name="shown" value="(\w+)"/.exec(html)![1]);
  assert.is(applied.answer.headers.get('location'), '/configuration/security?saved');
  assert.equal(await box.get(SECURITY), {
    digestAlgorithms: ['SHA-256'],
    trustedNetworks: ['192.168.0.0/16', '2001:db8::/32'],
  });
  assert.match((await post('show', networks)).html, /Nothing is different from what is in use/);
});

test('a country without tones of its own stays chosen; times are shown in the time zone that is set', async () => {
  const visitor = await Visitor.signIn(box, 'admin');
  const html = await (await visitor.get('/configuration/time-and-language')).text();
  assert.match(html, /<option value="li" selected>LI, with the tones of the United States/);
  assert.match(html, /<option value="de">Germany/);
  assert.match(html, /<option value="Asia\/Tokyo" selected>/);
  assert.match(
    await (await visitor.get('/status/system')).text(),
    /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \(Asia\/Tokyo\)/,
  );
});

test('where recordings are kept is chosen among the disks that are plugged in, and what is configured', async () => {
  const GB = 1e9;
  const usb = { mountedAt: '/media/usb', freeBytes: 58 * GB };
  const now = { flashFreeBytes: 12 * GB, disks: [usb] };
  const flash = ['', 'Flash of the box, 12.0 GB free'];
  assert.equal(folderChoices(now, undefined), [
    flash,
    ['/media/usb/recordings', 'Disk at /media/usb, 58.0 GB free'],
  ]);
  assert.equal(folderChoices(now, '/media/usb/own'), [
    flash,
    ['/media/usb/own', 'Disk at /media/usb, 58.0 GB free'],
  ]);
  assert.equal(folderChoices({ ...now, disks: [] }, '/media/usb/own'), [
    flash,
    ['/media/usb/own', '/media/usb/own, whose disk is not plugged in'],
  ]);
  assert.is((await put('config/recordings', { folder: '/media/usb/own', keepDays: 30 })).status, 200);
  const visitor = await Visitor.signIn(box, 'admin');
  const page = '/configuration/recordings';
  const html = await (await visitor.get(page)).text();
  assert.match(html, /<option value="\/media\/usb\/own" selected>.*not plugged in/);
  const form = { token: visitor.token, step: 'show', folder: '', keepDays: 'ever', maxMegabytes: '' };
  assert.match(await (await visitor.post(page, form)).text(), /id="keepDays-error">Has to be 0 to 3650/);
  assert.match(
    await (await visitor.post(page, { ...form, keepDays: '30' })).text(),
    /<li>recordings.*folder/,
  );
});

test('every language that can be set has its prompts', () => {
  for (const language of configSchema.properties.language.enum)
    assert.ok(
      existsSync(fileURLToPath(new URL(`../../../firmware/prompts/${language}/16k`, import.meta.url))),
    );
});

test.run();

/** Secrets of a box at work: in its configuration and nowhere else, and whatever it writes is for its user alone. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ADMIN_PASSWORD, Box, phones, withBox } from '../support/box.js';
import { Refused, TestPhone } from '../support/test-phone.js';
import { Visitor } from '../support/visitor.js';

const test = suite('secrets');

const TRUNK = 'Planted-trunk-secret';
const PIN = '480917365';
const WRONG_PIN = '591028476';
/** Of a room that its first caller opened. */
const ROOM_PIN = '736251948';
const WEBHOOK = `whsec_${Buffer.from('planted secret of a webhook').toString('base64')}`;
const PASSPHRASE = 'Planted-passphrase';

const config = {
  version: 1,
  extensions: phones(2),
  conferences: [
    { number: '800', type: 'static', pin: PIN },
    { number: '801', type: 'dynamic' },
  ],
  trunks: [
    {
      name: 'main',
      type: 'register',
      server: '127.0.0.2',
      port: 9,
      transport: 'udp',
      username: 'us',
      password: TRUNK,
      qualifySeconds: 0,
    },
  ],
  webhooks: [{ name: 'crm', url: 'http://127.0.0.1:9/', secret: WEBHOOK }],
};

const filesOf = (box: Box) =>
  readdirSync(box.directory, { recursive: true, encoding: 'utf8' }).map((name) =>
    path.join(box.directory, name),
  );

/** What the pages lead and send to, for an administrator. */
async function urlsOf(visitor: Visitor): Promise<string[]> {
  const urls = new Set<string>();
  const pages = new Set(['/status/conferences']);
  for (const page of pages) {
    const answer = await visitor.get(page);
    const isHtml = answer.headers.get('content-type')?.startsWith('text/html');
    const html = isHtml ? await answer.text() : '';
    if (!isHtml) await answer.body?.cancel();
    for (const [, attribute, url] of html.matchAll(/ (href|action|src)="([^"]*)"/g)) {
      urls.add(url);
      if (attribute === 'href' && url.startsWith('/')) pages.add(url.replaceAll('&amp;', '&'));
    }
  }
  return [...urls];
}

test('a whole run: logins right and wrong, PINs, pages, changes, a backup', () =>
  withBox(config, async (box) => {
    const call = await (await box.phone('101')).dial('800');
    call.ear.keys(`${WRONG_PIN}#${PIN}#`);
    const opened = await (await box.phone('102')).dial('801');
    opened.ear.keys(`5#${ROOM_PIN}#`);
    await box.inside(2);
    const guesser = await TestPhone.open({ box: box.sip, username: '102', password: 'Wrong-guess' });
    assert.instance(await guesser.register().catch((error: unknown) => error), Refused);
    await guesser.close();
    const bearer = { authorization: 'Bearer Wrong-token' };
    assert.is((await fetch(`${box.http}/api/v1/status`, { headers: bearer })).status, 401);
    const made = await box.ask('config/tokens', 'POST', { name: 'wallboard', scope: 'viewer' });
    const { token } = (await made.json()) as { token: string };
    const number = { name: 'Third', sip: { username: '103', password: 'Planted-new-secret' } };
    const put = await box.ask('config/extensions/103', 'PUT', number);
    assert.is(put.status, 200, await put.clone().text());
    const backup = await (await box.ask('backup', 'POST', { passphrase: PASSPHRASE })).text();
    const urls = await urlsOf(await Visitor.signIn(box, 'admin'));
    assert.ok(urls.length > 50, `${urls.length} URLs`);
    while (!filesOf(box).some((name) => name.endsWith('/seats.json')))
      await new Promise((resolve) => setTimeout(resolve, 50));
    for (const one of [call, opened]) await one.hangUp();
    await box.until<object[]>('calls', (all) => all.length === 0);

    const kept = ['secret-101', 'secret-102', 'Planted-new-secret', TRUNK, PIN, WEBHOOK, ROOM_PIN];
    const never = [ADMIN_PASSWORD, token, PASSPHRASE, 'Wrong-guess', 'Wrong-token', WRONG_PIN];
    const has = (text: string, secrets: string[]) => secrets.filter((secret) => text.includes(secret));
    const { pid } = box.process;
    assert.equal(has(readFileSync(`/proc/${pid}/cmdline`, 'utf8'), [...kept, ...never]), [], 'argv');
    assert.equal(has(box.log + box.stdout.join('\n'), [...kept, ...never]), [], 'log and terminal');
    assert.equal(has(await (await box.ask('log')).text(), [...kept, ...never]), [], 'the log on the page');
    assert.equal(has(backup, [...kept, ...never]), [], 'a backup');
    assert.equal(has(urls.join('\n'), [...kept, ...never]), [], 'URLs');
    for (const file of filesOf(box)) {
      const stat = statSync(file);
      const name = path.relative(box.directory, file);
      assert.is((stat.mode & 0o077).toString(8), '0', `${name} is for others too`);
      if (!stat.isFile()) continue;
      const content = readFileSync(file, 'latin1');
      assert.equal(has(content, never), [], name);
      if (/^(config\.json|versions\/)/.test(name)) assert.equal(has(content, [ROOM_PIN]), [], name);
      else if (!/^seats\.json/.test(name)) assert.equal(has(content, kept), [], name);
      else assert.equal(has(content, kept.slice(0, -1)), [], name);
    }
    assert.ok(filesOf(box).length >= 5);
  }));

test.run();

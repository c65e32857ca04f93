/** Secrets of a box at work: in its configuration and nowhere else, and whatever it writes is for its user alone. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ADMIN_PASSWORD, Box, phones, withBox } from '../support/box.js';
import { Refused, TestPhone } from '../support/test-phone.js';

const test = suite('secrets');

const TRUNK = 'Planted-trunk-secret';
const PIN = '480917365';
const WRONG_PIN = '591028476';
const WEBHOOK = `whsec_${Buffer.from('planted secret of a webhook').toString('base64')}`;
const PASSPHRASE = 'Planted-passphrase';

const config = {
  version: 1,
  extensions: phones(2),
  conferences: [{ number: '800', type: 'static', pin: PIN }],
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

test('a whole run: logins right and wrong, PINs, changes, a backup', () =>
  withBox(config, async (box) => {
    const call = await (await box.phone('101')).dial('800');
    call.ear.keys(`${WRONG_PIN}#${PIN}#`);
    await box.inside(1);
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
    await call.hangUp();
    await box.until<object[]>('calls', (all) => all.length === 0);

    const kept = ['secret-101', 'secret-102', 'Planted-new-secret', TRUNK, PIN, WEBHOOK];
    const never = [ADMIN_PASSWORD, token, PASSPHRASE, 'Wrong-guess', 'Wrong-token', WRONG_PIN];
    const has = (text: string, secrets: string[]) => secrets.filter((secret) => text.includes(secret));
    const { pid } = box.process;
    assert.equal(has(readFileSync(`/proc/${pid}/cmdline`, 'utf8'), [...kept, ...never]), [], 'argv');
    assert.equal(has(box.log + box.stdout.join('\n'), [...kept, ...never]), [], 'log and terminal');
    assert.equal(has(await (await box.ask('log')).text(), [...kept, ...never]), [], 'the log on the page');
    assert.equal(has(backup, [...kept, ...never]), [], 'a backup');
    for (const file of filesOf(box)) {
      const stat = statSync(file);
      const name = path.relative(box.directory, file);
      assert.is((stat.mode & 0o077).toString(8), '0', `${name} is for others too`);
      if (!stat.isFile()) continue;
      const content = readFileSync(file, 'latin1');
      assert.equal(has(content, never), [], name);
      if (!/^(config\.json|versions\/)/.test(name)) assert.equal(has(content, kept), [], name);
    }
    assert.ok(filesOf(box).length >= 5);
  }));

test.run();

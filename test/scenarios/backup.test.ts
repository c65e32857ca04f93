/** A backup over the API: brought back on another box; and a box made as new. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Box, phones, withBox } from '../support/box.js';
import { Refused } from '../support/test-phone.js';
import { Visitor } from '../support/visitor.js';

const test = suite('backup of a box');

const PASSPHRASE = 'correct horse';
const config = {
  version: 1,
  extensions: phones(2),
  conferences: [{ number: '800', description: 'Board', type: 'static', pin: '4711' }],
};

test('the configuration of one box comes to another, its calls going on; who restores stays in', async () => {
  let backup: object | undefined;
  await withBox(config, async (box) => {
    const answer = await box.ask('backup', 'POST', { passphrase: PASSPHRASE });
    assert.match(answer.headers.get('content-disposition')!, /filename="parley-[\d-]+\.json"/);
    backup = (await answer.json()) as object;
    assert.not.match(JSON.stringify(backup), /secret-101|4711/);
    const short = await box.ask('backup', 'POST', { passphrase: 'short' });
    assert.is(short.status, 422);
    assert.match(await short.text(), /passphrase.*8 to 128 characters/);
    assert.not.match(box.log, /correct horse/);
  });
  const other = { ...config, extensions: phones(1), conferences: [{ number: '801', type: 'static' }] };
  await withBox(other, async (box) => {
    const call = await (await box.phone('101')).dial('801');
    await box.inside(1);
    const wrong = await box.ask('backup/restore', 'POST', { backup, passphrase: 'wrong horse' });
    assert.is(wrong.status, 422);
    assert.match(await wrong.text(), /the passphrase is not the one/);
    const damaged = { backup: { ...backup, made: 'never' }, passphrase: PASSPHRASE };
    assert.match(await (await box.ask('backup/restore', 'POST', damaged)).text(), /damaged/);
    const body = { backup, passphrase: PASSPHRASE };
    const told = await box.ask('backup/restore?dryRun=1', 'POST', body);
    const changes = await told.json();
    assert.match(JSON.stringify(changes), /extension 102 is new/);
    assert.match(JSON.stringify(changes), /conference 801 is removed/);
    assert.is((await box.ask('config/extensions/102')).status, 404, 'only looked at');
    await box.ask('config/tokens', 'POST', { name: 'wallboard', scope: 'viewer' });
    const done = await box.ask('backup/restore', 'POST', body);
    assert.equal(await done.json(), changes);
    await box.phone('102');
    const tokens = await box.get<{ name: string }[]>('config/tokens');
    assert.equal(
      tokens.map(({ name }) => name),
      ['wallboard'],
      'they stay as they are',
    );
    assert.is((await box.get<object[]>('calls')).length, 1);
    assert.is((await box.get<{ by: string }[]>('config/versions'))[0].by, 'admin');
    await call.hangUp();
  });
});

test('a factory reset wants its word, and leaves nothing behind', async () => {
  const box = await Box.start(config);
  try {
    const call = await (await box.phone('101')).dial('899').catch((error: unknown) => error);
    assert.instance(call, Refused);
    const visitor = await Visitor.signIn(box, 'admin');
    const { token } = visitor;
    const page = '/configuration/backup/factory-reset';
    assert.is((await visitor.post(page, { token, confirm: 'yes' })).status, 422);
    assert.is((await box.ask('factory-reset', 'POST', {})).status, 422);
    assert.is((await box.get<{ total: number }>('history/calls')).total, 1);
    assert.is((await visitor.post(page, { token, confirm: ' reset ' })).status, 303);
    assert.match((await visitor.get('/status/calls')).headers.get('location')!, /^\/sign-in/, 'signed out');
    const files = readdirSync(box.directory, { recursive: true, encoding: 'utf8' });
    const kept = files.filter((name) => /json/.test(name)).sort();
    assert.equal(
      kept.filter((name) => !name.startsWith('versions')),
      ['config.json'],
    );
    assert.is(kept.length, 2, 'and the version in use');
    for (const name of kept)
      assert.not.match(readFileSync(path.join(box.directory, name), 'utf8'), /secret-101|4711|Board/);
    assert.ok(existsSync(path.join(box.directory, 'config.json')));
  } finally {
    await box.discard();
  }
});

test.run();

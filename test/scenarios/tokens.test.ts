/** API tokens of a box: made once, used by programs, expired, revoked, guessed. */
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Box, phones } from '../support/box.js';

const test = suite('API tokens');

let box: Box;
test.before(async () => {
  box = await Box.start({ version: 1, extensions: phones(1) });
});
// The last test has locked us out, so nobody asks whether all is closed.
test.after(() => box.discard());

const withToken = (token: string, what: string, method = 'GET', body?: object) =>
  fetch(`${box.http}/api/v1/${what}`, {
    method,
    body: body && JSON.stringify(body),
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  });

async function make(body: object): Promise<{ token: string; expires?: string }> {
  const answer = await box.ask('config/tokens', 'POST', body);
  assert.is(answer.status, 200, await answer.clone().text());
  return (await answer.json()) as { token: string };
}

type Listed = { name: string; lastUsed?: string; expired: boolean };
const told = async (name: string) =>
  (await box.get<Listed[]>('config/tokens')).find((one) => one.name === name)!;

test('made, it is told once and kept as a hash; it may what its scope says; when it was used last is told', async () => {
  const { token } = await make({ name: 'wallboard', scope: 'viewer' });
  assert.match(token, /^parley_[\w-]{43}$/);
  const file = readFileSync(path.join(box.directory, 'config.json'), 'utf8');
  assert.not.match(
    file + JSON.stringify(await told('wallboard')) + box.log,
    new RegExp(token.slice('parley_'.length)),
  );
  const saves = file;
  assert.is((await told('wallboard')).lastUsed, undefined);
  assert.is((await withToken(token, 'status')).status, 200);
  assert.ok(Math.abs(Date.parse((await told('wallboard')).lastUsed!) - Date.now()) < 60_000);
  assert.is(readFileSync(path.join(box.directory, 'config.json'), 'utf8'), saves, 'flash is not worn by it');
  assert.is((await withToken(token, 'conferences/800/lock', 'POST')).status, 403);
  assert.is((await withToken(token, 'config/extensions')).status, 403);

  const { token: moderator } = await make({ name: 'crm', scope: 'operator' });
  assert.is((await withToken(moderator, 'conferences/800/lock', 'POST')).status, 404);
  const { token: all } = await make({ name: 'provisioning', scope: 'administrator' });
  const made = await withToken(all, 'config/conferences/810', 'PUT', { type: 'static' });
  assert.is(made.status, 200, await made.text());
  const [version] = await box.get<{ by: string }[]>('config/versions');
  assert.is(version.by, 'token provisioning');
});

test('a token makes, lists and revokes no tokens', async () => {
  const { token } = await make({ name: 'all', scope: 'administrator' });
  assert.is((await withToken(token, 'config/tokens')).status, 403);
  assert.is((await withToken(token, 'config/tokens', 'POST', { name: 'b', scope: 'viewer' })).status, 403);
  assert.is((await withToken(token, 'config/tokens/all', 'DELETE')).status, 403);
});

test('a token plants no accounts: administrators, backups and a reset are for people', async () => {
  const { token } = await make({ name: 'planter', scope: 'administrator' });
  for (const [what, method, body] of [
    ['config/administrators', 'GET', undefined],
    ['config/administrators/eve', 'PUT', { role: 'administrator', password: 'long enough' }],
    ['config/administrators/admin', 'DELETE', undefined],
    ['backup', 'POST', { passphrase: 'correct horse' }],
    ['backup/restore', 'POST', { backup: {}, passphrase: 'correct horse' }],
    ['factory-reset', 'POST', { confirm: 'reset' }],
  ] as const)
    assert.is((await withToken(token, what, method, body)).status, 403, `${method} ${what}`);
});

test('revoked it is worth nothing at once, also in a stream, also when an earlier configuration comes back', async () => {
  const { token } = await make({ name: 'lost', scope: 'viewer' });
  const [{ version }] = await box.get<{ version: number }[]>('config/versions');
  const stream = await withToken(token, 'events');
  assert.is(stream.status, 200);
  assert.is((await box.ask('config/tokens/lost', 'DELETE')).status, 200);
  await stream.text().catch(() => ''); // it ends
  for (let n = 0; n < 8; n += 1)
    assert.is((await withToken(token, 'status')).status, 401, 'what was right once is no guess');
  const refused = await withToken(token, 'status');
  assert.is(refused.status, 401);
  assert.match(refused.headers.get('www-authenticate')!, /^Bearer .*error="invalid_token"/);
  assert.is((await box.ask(`config/versions/${version}/restore`, 'POST')).status, 200);
  assert.is((await withToken(token, 'status')).status, 401);
  assert.is((await box.ask('config/tokens/lost', 'DELETE')).status, 404);
});

test('expired it says so, and does not count as guessing', async () => {
  const expires = new Date(Date.now() + 1500).toISOString();
  const { token } = await make({ name: 'short', scope: 'viewer', expires });
  assert.is((await withToken(token, 'status')).status, 200);
  await wait(Date.parse(expires) - Date.now() + 10);
  for (let n = 0; n < 8; n += 1) {
    const answer = await withToken(token, 'status');
    assert.is(answer.status, 401);
    assert.match(await answer.text(), /has expired/);
  }
  assert.ok((await told('short')).expired);
});

test('what cannot be is said by field: a name that is taken, a time that is over, a scope that is none', async () => {
  await make({ name: 'one', scope: 'viewer' });
  const problems = async (body: object) => {
    const answer = await box.ask('config/tokens', 'POST', body);
    assert.is(answer.status, 422);
    return ((await answer.json()) as { problems: { path: string }[] }).problems.map(({ path }) => path);
  };
  assert.equal(await problems({ name: 'one', scope: 'viewer' }), ['/name']);
  assert.equal(await problems({ name: 'two', scope: 'viewer', expires: '2020-01-01' }), ['/expires']);
  assert.equal(await problems({ name: 'two', scope: 'viewer', expires: 'tomorrow' }), ['/expires']);
  assert.equal(await problems({ name: 'a b', scope: 'root', tokenHash: 'x' }), [
    '/tokenHash',
    '/name',
    '/scope',
  ]);
});

test('who guesses tokens is locked out like who guesses passwords', async () => {
  const { token } = await make({ name: 'good', scope: 'viewer' });
  for (let guess = 0; guess < 5; guess += 1)
    assert.is((await withToken(`parley_${String(guess).repeat(43)}`, 'status')).status, 401);
  const statuses = [(await withToken(token, 'status')).status, (await box.ask('status')).status];
  assert.equal(statuses, [429, 429]);
});

test.run();

/** Administrators by the API and by their page: nobody locks anybody out by a slip. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hashPassword } from '../../firmware/config/password.js';
import { ADMIN_PASSWORD, Box } from '../support/box.js';
import { Visitor } from '../support/visitor.js';

const test = suite('administrators');

const PATH = 'config/administrators';
let box: Box;
test.before(async () => {
  const passwordHash = await hashPassword(ADMIN_PASSWORD);
  box = await Box.start({
    version: 1,
    administrators: [
      { name: 'admin', passwordHash },
      { name: 'second', passwordHash },
    ],
  });
});
test.after(() => box.discard());

const put = (name: string, body: object, as?: string, query = '') =>
  box.ask(`${PATH}/${name}${query}`, 'PUT', body, as);
const told = async () => (await box.get<{ administrators: object[] }>(PATH)).administrators;
const problemsOf = async (answer: Response) => {
  assert.is(answer.status, 422);
  const { problems } = (await answer.json()) as { problems: { path: string; expected: string }[] };
  return problems.map(({ path, expected }) => `${path}: ${expected}`);
};

test('one is made, told without password, changed and deleted', async () => {
  const body = { role: 'viewer', password: ADMIN_PASSWORD };
  const dry = (await (await put('vera', body, undefined, '?dryRun=1')).json()) as { changes: string[] };
  assert.equal(dry.changes, ['administrator vera is new']);
  assert.is((await told()).length, 2, 'nothing was made');
  assert.is((await put('vera', body)).status, 200);
  assert.equal((await told()).at(-1), { name: 'vera', role: 'viewer' });
  assert.is((await box.ask(PATH, 'GET', undefined, 'vera')).status, 403);
  const { changes } = (await (await put('vera', { role: 'administrator' })).json()) as { changes: string[] };
  assert.equal(changes, ['administrator vera: role is "administrator", was "viewer"']);
  assert.is((await box.ask(PATH, 'GET', undefined, 'vera')).status, 200, 'the password stays');
  assert.is((await put('vera', { name: 'vroni' })).status, 200);
  assert.equal(await box.get(`${PATH}/vroni`), { name: 'vroni', role: 'administrator' });
  assert.is((await box.ask(`${PATH}/vroni`, 'DELETE')).status, 200);
  assert.is((await box.ask(`${PATH}/vroni`, 'DELETE')).status, 404);
});

test('what is wrong is said by field', async () => {
  assert.equal(await problemsOf(await put('nora', {})), [
    '/password: 8 to 128 characters',
    '/role: "administrator", "operator" (watches and moderates) or "viewer" (watches)',
  ]);
  assert.equal(await problemsOf(await put('nora', { name: 'a b', role: 'boss', password: 'short' })), [
    '/name: 1 to 32 of A-Z a-z 0-9 . _ -, no dot at the beginning',
    '/role: "administrator", "operator" (watches and moderates) or "viewer" (watches)',
    '/password: 8 to 128 characters',
  ]);
  assert.equal(await problemsOf(await put('second', { name: 'admin' })), [
    '/name: one that no other administrator has',
  ]);
  assert.match((await problemsOf(await put('second', { passwordHash: 'x' })))[0], /^\/passwordHash: one of/);
  assert.is((await told()).length, 2);
});

test('nobody deletes or demotes themselves; so the last administrator stays', async () => {
  assert.is((await box.ask(`${PATH}/admin`, 'DELETE')).status, 409);
  assert.match(
    (await problemsOf(await put('admin', { role: 'viewer' })))[0],
    /^\/role: "administrator": only another/,
  );
  assert.is((await put('second', { role: 'operator' })).status, 200);
  assert.is((await box.ask(`${PATH}/admin`, 'DELETE', undefined, 'second')).status, 403);
  assert.is((await put('second', { role: 'administrator' })).status, 200);
});

/** Posts a form, sees what will change, and applies that. */
async function afterALook(visitor: Visitor, path: string, form: Record<string, string>): Promise<Response> {
  const html = await (await visitor.post(path, form)).text();
  const shown = /name="shown" value="(\w+)"/.exec(html);
  assert.ok(shown, html);
  return visitor.post(path, { ...form, step: 'apply', shown: shown[1] });
}

test('with another password of their own one goes on in a new session; every other session of it ends', async () => {
  await put('carla', { role: 'administrator', password: ADMIN_PASSWORD });
  const here = await Visitor.signIn(box, 'carla');
  const elsewhere = await Visitor.signIn(box, 'carla');
  const base = '/configuration/administrators';
  const form = { token: here.token, name: 'carla', role: 'administrator', password: 'another-password' };
  const differing = await here.post(`${base}/carla/edit`, { ...form, repeated: 'an other password' });
  assert.is(differing.status, 422);
  assert.match(await differing.text(), /id="repeated-error">Has to be the same/);
  const before = here.cookie;
  const done = await afterALook(here, `${base}/carla/edit`, { ...form, repeated: form.password });
  assert.is(done.status, 303);
  assert.is.not(here.cookie, before);
  assert.match(await (await here.get(`${base}?saved=carla`)).text(), /Administrator carla is saved/);
  assert.is(
    (await elsewhere.get(base)).headers.get('location'),
    '/sign-in?to=%2Fconfiguration%2Fadministrators',
  );
});

test('by the page one is added, and deleted, but not oneself', async () => {
  const visitor = await Visitor.signIn(box, 'admin');
  const { token } = visitor;
  const base = '/configuration/administrators';
  const form = { token, name: 'olga', role: 'operator', password: ADMIN_PASSWORD, repeated: ADMIN_PASSWORD };
  const added = await afterALook(visitor, `${base}/add`, form);
  assert.is(added.headers.get('location'), `${base}?saved=olga`);
  const taken = await visitor.post(`${base}/add`, form);
  assert.match(await taken.text(), /id="name-error">Has to be one that no other administrator has/);
  const olga = await Visitor.signIn(box, 'olga');
  const deleted = await afterALook(visitor, `${base}/olga/delete`, { token });
  assert.is(deleted.headers.get('location'), base);
  assert.is((await olga.get('/status/calls')).status, 303, 'signed out at once');
  const own = await visitor.post(`${base}/admin/delete`, { token });
  assert.is(own.status, 409);
  assert.match(await own.text(), /This is your own account/);
  const list = await (await visitor.get(base)).text();
  assert.match(list, /second\/delete/);
  assert.not.match(list, /admin\/delete/);
});

test.run();

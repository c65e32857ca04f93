/** Every page of the box: for whom it is, and that nothing can be sent to it from elsewhere. */
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock as clock } from '../../firmware/clock.js';
import { hashPassword } from '../../firmware/config/password.js';
import { GuessGuard } from '../../firmware/guess-guard.js';
import { AdministratorCheck } from '../../web-ui/administrator-check.js';
import { api } from '../../web-ui/api/api.js';
import { liveEvents } from '../../web-ui/api/live.js';
import type { ApiSources } from '../../web-ui/api/sources.js';
import { menu } from '../../web-ui/pages/menu.js';
import { boxPages } from '../../web-ui/pages/pages.js';
import { ADMIN_PASSWORD, Box, phones } from '../support/box.js';
import { Visitor } from '../support/visitor.js';

const test = suite('page walk');

const ROLES = ['viewer', 'operator', 'administrator'];
const sources = { clock, switchboard: { conferences: {} } } as unknown as ApiSources;
const { pages } = boxPages({
  folder: fileURLToPath(new URL('../../../web-ui/', import.meta.url)),
  sources,
  routes: api(sources, liveEvents(sources)),
  administrators: new AdministratorCheck(() => [], clock, new GuessGuard(clock)),
});
const filled = (path: string) => path.replaceAll(/:\w+/g, '800');
const gets = pages.filter(({ get }) => get).map(({ path, role }) => ({ path: filled(path), role }));
const posts = pages.filter(({ post }) => post).map(({ path, role }) => ({ path: filled(path), role }));

let box: Box;
test.before(async () => {
  const passwordHash = await hashPassword(ADMIN_PASSWORD);
  box = await Box.start({
    version: 1,
    extensions: phones(1),
    conferences: [{ number: '800', type: 'static' }],
    administrators: ROLES.map((role) => ({ name: role, passwordHash, role })),
  });
});
test.after(() => box.discard());

test('there is something to walk', () => assert.ok(gets.length > 40 && posts.length > 30));

test('every line of the menu leads to a page that is for whoever sees the line', () => {
  for (const { role, pages: lines } of menu)
    for (const { path } of lines)
      assert.is(pages.find((page) => page.path === path && page.get)?.role, role, path);
});

test('what is sent without a token of the own session changes nothing', async () => {
  const visitor = await Visitor.signIn(box, 'administrator');
  const foreign = await Visitor.signIn(box, 'administrator');
  for (const { path } of posts)
    for (const token of [undefined, '', 'x', foreign.token]) {
      const answer = await visitor.post(path, token === undefined ? {} : { token });
      assert.is(answer.status, 403, `${path} with ${token}`);
      assert.match(await answer.text(), /did not come from a page of this box/);
    }
});

test('who is not signed in is sent to sign in', async () => {
  const visitor = await Visitor.come(box);
  for (const { path, role } of gets) {
    if (role === 'anybody') continue;
    const answer = await visitor.get(path);
    assert.is(answer.status, 303, path);
    assert.match(answer.headers.get('location')!, /^\/sign-in/);
  }
  for (const { path, role } of posts) {
    if (role === 'anybody') continue;
    const answer = await visitor.post(path, { token: visitor.token });
    assert.is(answer.headers.get('location'), '/sign-in', path);
  }
});

for (const role of ROLES)
  test(`a ${role} sees and does what is for that role`, async () => {
    const visitor = await Visitor.signIn(box, role);
    const isRefused = async (path: string, form?: Record<string, string>) => {
      const answer = await (form ? visitor.post(path, form) : visitor.get(path));
      await answer.body?.cancel();
      return answer.status === 403;
    };
    const may = (least: string) => ROLES.indexOf(role) >= ROLES.indexOf(least);
    for (const { path, role: least } of gets)
      if (least !== 'anybody') assert.is(await isRefused(path), !may(least), path);
    for (const { path, role: least } of posts) {
      // Who may do it would change the configuration under the others.
      if (least === 'anybody' || (may(least) && path.startsWith('/configuration'))) continue;
      assert.is(await isRefused(path, { token: visitor.token }), !may(least), `POST ${path}`);
    }
  });

test('every page has the headers that keep others out', async () => {
  const visitor = await Visitor.signIn(box, 'administrator');
  for (const path of ['/', '/sign-in', '/status/conferences', '/nowhere', '/assets/parley.js']) {
    const { headers } = await visitor.get(path);
    const policy = headers.get('content-security-policy')!;
    assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self'/);
    assert.not.match(policy, /unsafe|\*/);
    assert.is(headers.get('x-frame-options'), 'DENY');
    assert.is(headers.get('x-content-type-options'), 'nosniff');
  }
});

test('the cookie is new after signing in, for this box alone, and void after signing out', async () => {
  const before = await Visitor.come(box);
  const { cookie } = before;
  assert.match(before.setCookie, /^parley=[\w-]{43}; path=\/; samesite=strict; httponly$/);
  await before.signIn('viewer');
  assert.is.not(before.cookie, cookie);
  const inside = await Visitor.signIn(box, 'viewer');
  const { cookie: signedIn } = inside;
  assert.is((await inside.post('/sign-out', { token: inside.token })).status, 303);
  inside.cookie = signedIn;
  assert.is((await inside.get('/status/calls')).status, 303, 'the old cookie is worth nothing');
});

test('a cookie that somebody else has chosen is never signed in, and its form token is void afterwards', async () => {
  const chosen = 'A'.repeat(43);
  const victim = await Visitor.come(box);
  victim.setCookie = `parley=${chosen}`;
  victim.cookie = chosen;
  const html = await (await victim.get('/sign-in')).text();
  victim.token = /name="token" value="([^"]+)"/.exec(html)![1];
  assert.is((await victim.signIn('administrator')).status, 303);
  assert.is.not(victim.cookie, chosen);
  assert.is((await victim.get('/status/calls')).status, 200);
  assert.is((await victim.post('/sign-out', { token: victim.token })).status, 403, 'the token of before');
  const thief = await Visitor.come(box);
  thief.setCookie = `parley=${chosen}`;
  thief.cookie = chosen;
  assert.is((await thief.get('/status/calls')).status, 303);
});

test('after signing in one is where one wanted to be, but never elsewhere', async () => {
  for (const [to, there] of [
    ['/status/calls', '/status/calls'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['https://evil.example', '/'],
  ]) {
    const visitor = await Visitor.come(box);
    assert.is((await visitor.signIn('viewer', ADMIN_PASSWORD, to)).headers.get('location'), there);
  }
});

test('five wrong passwords lock their source out, even with the right one; who is in stays in', async () => {
  const inside = await Visitor.signIn(box, 'viewer');
  const visitor = await Visitor.come(box);
  const statuses: number[] = [];
  for (let guess = 0; guess < 5; guess += 1)
    statuses.push((await visitor.signIn('viewer', `wrong-${guess}`)).status);
  statuses.push((await visitor.signIn('viewer')).status, (await box.ask('status')).status);
  assert.equal(statuses, [401, 401, 401, 401, 401, 429, 429]);
  assert.is((await inside.get('/status/calls')).status, 200);
});

test.run();

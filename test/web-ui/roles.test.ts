/** Who may ask for what: every route with every role, and pages of others. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hashPassword } from '../../firmware/config/password.js';
import { api } from '../../web-ui/api/api.js';
import { liveEvents } from '../../web-ui/api/live.js';
import type { ApiSources } from '../../web-ui/api/sources.js';
import { systemClock as clock } from '../../firmware/clock.js';
import { ADMIN_PASSWORD, Box, phones } from '../support/box.js';
import { Visitor } from '../support/visitor.js';

const test = suite('roles');

/** The least role of every route: one that is new has to be thought about here too. */
const LEAST: Record<string, string> = {
  'GET status': 'viewer',
  'GET calls': 'viewer',
  'GET conferences': 'viewer',
  'GET lines': 'viewer',
  'POST lines/:name/test': 'administrator',
  'POST lines/:name/learn': 'administrator',
  'DELETE lines/:name/test': 'administrator',
  'GET audio-ports': 'viewer',
  'POST audio-ports/:number/press': 'operator',
  'GET phones': 'viewer',
  'GET events': 'viewer',
  'POST calls/:id/hang-up': 'operator',
  'GET system': 'viewer',
  'GET alarms': 'viewer',
  'GET log': 'viewer',
  'POST backup': 'administrator',
  'POST backup/restore': 'administrator',
  'POST factory-reset': 'administrator',
  'POST backup/to-disk': 'administrator',
  'GET support-bundle': 'administrator',
  'POST support-bundle/to-disk': 'administrator',
  'GET disks': 'administrator',
  'GET restart': 'administrator',
  'POST restart': 'administrator',
  'DELETE restart': 'administrator',
  'GET update': 'administrator',
  'POST update': 'administrator',
  'POST update/from-disk': 'administrator',
  'POST update/install': 'administrator',
  'DELETE update': 'administrator',
  'GET history/calls/:id': 'viewer',
  'GET history/conferences/:id': 'viewer',
  'GET history/calls': 'viewer',
  'GET history/conferences': 'viewer',
  'GET recordings': 'operator',
  'GET recordings/:id': 'operator',
  'DELETE recordings/:id': 'administrator',
  'GET recordings/:id/peaks': 'operator',
  'GET recordings/:id/files/:file': 'operator',
  'GET recordings/:id/zip': 'operator',
  'GET recording-access': 'administrator',
  'GET dial-plan': 'viewer',
  'GET dial-plan/free': 'viewer',
  'GET dial-plan/explain': 'viewer',
  'POST conferences/:number/lock': 'operator',
  'POST conferences/:number/unlock': 'operator',
  'POST conferences/:number/end': 'operator',
  'POST conferences/:number/announce': 'operator',
  'POST conferences/:number/recording': 'operator',
  'POST conferences/:number/participants/:id/mute': 'operator',
  'POST conferences/:number/participants/:id/unmute': 'operator',
  'POST conferences/:number/participants/:id/remove': 'operator',
  'POST conferences/:number/participants/:id/volume': 'operator',
  'GET openapi.json': 'viewer',
  'GET config/extensions': 'administrator',
  'GET config/extensions/:number': 'administrator',
  'PUT config/extensions/:number': 'administrator',
  'DELETE config/extensions/:number': 'administrator',
  'POST config/extensions/:number/phone': 'administrator',
  'GET config/conferences': 'administrator',
  'GET config/conferences/:number': 'administrator',
  'PUT config/conferences/:number': 'administrator',
  'DELETE config/conferences/:number': 'administrator',
  'GET config/trunks': 'administrator',
  'GET config/trunks/:name': 'administrator',
  'PUT config/trunks/:name': 'administrator',
  'DELETE config/trunks/:name': 'administrator',
  'GET config/routes': 'administrator',
  'GET config/routes/:prefix': 'administrator',
  'PUT config/routes/:prefix': 'administrator',
  'DELETE config/routes/:prefix': 'administrator',
  'GET config/services': 'administrator',
  'GET config/services/:number': 'administrator',
  'PUT config/services/:number': 'administrator',
  'DELETE config/services/:number': 'administrator',
  'GET config/permissionGroups': 'administrator',
  'GET config/permissionGroups/:name': 'administrator',
  'PUT config/permissionGroups/:name': 'administrator',
  'DELETE config/permissionGroups/:name': 'administrator',
  'GET phones/cut-off': 'viewer',
  'POST phones/:extension/release': 'administrator',
  'POST simulated-card': 'administrator',
  'GET config/lines': 'administrator',
  'GET config/lines/:name': 'administrator',
  'PUT config/lines/:name': 'administrator',
  'DELETE config/lines/:name': 'administrator',
  'GET config/audioPorts': 'administrator',
  'GET config/audioPorts/:number': 'administrator',
  'PUT config/audioPorts/:number': 'administrator',
  'DELETE config/audioPorts/:number': 'administrator',
  'GET config/network': 'administrator',
  'PUT config/network': 'administrator',
  'GET config/console': 'administrator',
  'PUT config/console': 'administrator',
  'GET config/media': 'administrator',
  'PUT config/media': 'administrator',
  'GET config/security': 'administrator',
  'PUT config/security': 'administrator',
  'GET config/recordings': 'administrator',
  'PUT config/recordings': 'administrator',
  'GET config/time-and-language': 'administrator',
  'PUT config/time-and-language': 'administrator',
  'GET config/administrators': 'administrator',
  'GET config/administrators/:name': 'administrator',
  'PUT config/administrators/:name': 'administrator',
  'DELETE config/administrators/:name': 'administrator',
  'GET config/versions': 'administrator',
  'GET config/versions/:version/changes': 'administrator',
  'POST config/versions/:version/restore': 'administrator',
  'GET config/tokens': 'administrator',
  'POST config/tokens': 'administrator',
  'DELETE config/tokens/:name': 'administrator',
  'GET config/webhooks': 'administrator',
  'GET config/webhooks/:name': 'administrator',
  'PUT config/webhooks/:name': 'administrator',
  'DELETE config/webhooks/:name': 'administrator',
  'GET config/webhooks/:name/deliveries': 'administrator',
  'POST config/webhooks/:name/test': 'administrator',
};
const ROLES = ['viewer', 'operator', 'administrator'];

const sources = { clock, switchboard: { conferences: {} } } as unknown as ApiSources;
const routes = api(sources, liveEvents(sources));
let box: Box;
test.before(async () => {
  const passwordHash = await hashPassword(ADMIN_PASSWORD);
  box = await Box.start({
    version: 1,
    extensions: phones(1),
    administrators: ROLES.map((role) => ({ name: role, passwordHash, role })),
  });
});
test.after(() => box.discard());

test('every route is in the list, and is for whom the list says', () =>
  assert.equal(
    Object.fromEntries(routes.map(({ method, path, role }) => [`${method} ${path}`, role])),
    LEAST,
  ));

for (const role of ROLES)
  test(`a ${role} may do what the list says and nothing else`, async () => {
    for (const { method, path } of routes) {
      const what = path.replaceAll(/:\w+/g, '99');
      const least = LEAST[`${method} ${path}`];
      const answer = await box.ask(what, method, method === 'GET' ? undefined : {}, role);
      await answer.body?.cancel();
      const refused = ROLES.indexOf(role) < ROLES.indexOf(least);
      assert.is(answer.status === 403, refused, `${method} ${what}: ${answer.status}`);
    }
  });

test("a page of somebody else changes nothing with an administrator's credentials; the box's own does", async () => {
  const authorization = `Basic ${Buffer.from(`administrator:${ADMIN_PASSWORD}`).toString('base64')}`;
  const post = (headers: Record<string, string>, body = '{}') =>
    fetch(`${box.http}/api/v1/conferences/99/lock`, {
      method: 'POST',
      body,
      headers: { authorization, ...headers },
    });
  const json = { 'content-type': 'application/json' };
  for (const origin of ['http://evil.example', 'null', box.http.replace(/\d+$/, '1')])
    assert.is((await post({ ...json, origin })).status, 403, origin);
  assert.is((await post({ ...json, origin: box.http })).status, 404);
  assert.is((await post({ 'content-type': 'text/plain' })).status, 415, 'what a form can send');
  assert.is((await post(json, '{"a":')).status, 400);
  assert.is((await post(json, JSON.stringify('x'.repeat(70_000)))).status, 413);
});

test('the cookie of the pages is nothing to the API: no page of somebody else can make use of it', async () => {
  const visitor = await Visitor.signIn(box, 'administrator');
  for (const { method, path } of routes) {
    const answer = await fetch(`${box.http}/api/v1/${path.replaceAll(/:\w+/g, '99')}`, {
      method,
      body: method === 'GET' ? undefined : JSON.stringify({ token: visitor.token }),
      headers: { cookie: `parley=${visitor.cookie}`, 'content-type': 'application/json' },
    });
    await answer.body?.cancel();
    assert.is(answer.status, 401, `${method} ${path}`);
  }
});

test("no route that changes something does so for a page of somebody else, whoever's browser it is", async () => {
  const authorization = `Basic ${Buffer.from(`administrator:${ADMIN_PASSWORD}`).toString('base64')}`;
  for (const { method, path } of routes) {
    if (method === 'GET') continue;
    const answer = await fetch(`${box.http}/api/v1/${path.replaceAll(/:\w+/g, '99')}`, {
      method,
      body: '{}',
      headers: { authorization, origin: 'http://evil.example', 'content-type': 'application/json' },
    });
    assert.is(answer.status, 403, `${method} ${path}`);
    assert.match(await answer.text(), /evil\.example may change nothing/);
  }
});

test.run();

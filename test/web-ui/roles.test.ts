/** Who may ask for what: every route with every role, and pages of others. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hashPassword } from '../../firmware/config/password.js';
import { api } from '../../web-ui/api/api.js';
import { liveEvents } from '../../web-ui/api/live.js';
import type { ApiSources } from '../../web-ui/api/sources.js';
import { systemClock as clock } from '../../firmware/clock.js';
import { ADMIN_PASSWORD, Box, phones } from '../support/box.js';

const test = suite('roles');

/** The least role of every route: one that is new has to be thought about here too. */
const LEAST: Record<string, string> = {
  'GET status': 'viewer',
  'GET calls': 'viewer',
  'GET conferences': 'viewer',
  'GET phones': 'viewer',
  'GET events': 'viewer',
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
  'GET dial-plan/explain': 'viewer',
  'POST conferences/:number/lock': 'operator',
  'POST conferences/:number/unlock': 'operator',
  'POST conferences/:number/end': 'operator',
  'POST conferences/:number/announce': 'operator',
  'POST conferences/:number/participants/:id/mute': 'operator',
  'POST conferences/:number/participants/:id/unmute': 'operator',
  'POST conferences/:number/participants/:id/remove': 'operator',
  'POST conferences/:number/participants/:id/volume': 'operator',
  'GET openapi.json': 'viewer',
  'GET config/extensions': 'administrator',
  'GET config/extensions/:number': 'administrator',
  'PUT config/extensions/:number': 'administrator',
  'DELETE config/extensions/:number': 'administrator',
  'GET config/conferences': 'administrator',
  'GET config/conferences/:number': 'administrator',
  'PUT config/conferences/:number': 'administrator',
  'DELETE config/conferences/:number': 'administrator',
  'GET config/versions': 'administrator',
  'GET config/versions/:version/changes': 'administrator',
  'POST config/versions/:version/restore': 'administrator',
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

test.run();

/** Who is signed in, and for how long. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ManualClock } from '../../firmware/clock.js';
import type { Administrator } from '../../firmware/config/schema.js';
import { Sessions } from '../../web-ui/sessions.js';

const test = suite('sessions');
const MINUTE_MS = 60_000;
const admin: Administrator = { name: 'admin', passwordHash: 'one', role: 'administrator' };

function start() {
  const clock = new ManualClock();
  const administrators = [admin];
  return { clock, administrators, sessions: new Sessions(() => administrators, clock) };
}

test('a session is known by a new cookie until it is ended', () => {
  const { sessions } = start();
  const cookie = sessions.begin(admin);
  assert.ok(sessions.isCookie(cookie));
  assert.is.not(sessions.begin(admin), cookie);
  assert.is(sessions.administratorOf(cookie)?.name, 'admin');
  assert.is(sessions.administratorOf(sessions.newCookie()), undefined);
  sessions.end(cookie);
  assert.is(sessions.administratorOf(cookie), undefined);
});

test('30 minutes without anything end it; watching a page is nothing', () => {
  const { clock, sessions } = start();
  const cookie = sessions.begin(admin);
  clock.advance(29 * MINUTE_MS);
  sessions.used(cookie);
  clock.advance(29 * MINUTE_MS);
  assert.ok(sessions.administratorOf(cookie));
  clock.advance(MINUTE_MS);
  assert.is(sessions.administratorOf(cookie), undefined);
});

test('12 hours end it, however much is done', () => {
  const { clock, sessions } = start();
  const cookie = sessions.begin(admin);
  for (let minute = 0; minute < 12 * 60; minute += 10) {
    assert.ok(sessions.administratorOf(cookie), `after ${minute} minutes`);
    sessions.used(cookie);
    clock.advance(10 * MINUTE_MS);
  }
  assert.is(sessions.administratorOf(cookie), undefined);
});

test('another password, another role or no account any more counts at once', () => {
  const { administrators, sessions } = start();
  const cookie = sessions.begin(admin);
  administrators[0] = { ...admin, role: 'viewer' };
  assert.is(sessions.administratorOf(cookie)?.role, 'viewer');
  administrators[0] = { ...admin, passwordHash: 'two' };
  assert.is(sessions.administratorOf(cookie), undefined);
  administrators[0] = admin;
  assert.is(sessions.administratorOf(cookie), undefined, 'and is over for good');
});

test('of too many sessions the one used longest ago goes', () => {
  const { sessions } = start();
  const [first, second] = [sessions.begin(admin), sessions.begin(admin)];
  sessions.used(first);
  for (let more = 0; more < 99; more += 1) sessions.begin(admin);
  assert.ok(sessions.administratorOf(first));
  assert.is(sessions.administratorOf(second), undefined);
});

test('the token of a form belongs to one cookie and one start of the box', () => {
  const { sessions } = start();
  const [one, other] = [sessions.newCookie(), sessions.newCookie()];
  assert.ok(sessions.isFormToken(one, sessions.formToken(one)));
  for (const token of [sessions.formToken(other), start().sessions.formToken(one), '', null, 'ä'.repeat(43)])
    assert.not(sessions.isFormToken(one, token));
});

test.run();

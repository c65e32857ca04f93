/** A restart that is planned: when it takes place, and when it does not. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ManualClock } from '../../firmware/clock.js';
import { Restart } from '../../firmware/system/restart.js';

const test = suite('restart');

const folder = mkdtempSync(path.join(tmpdir(), 'parley-restart-'));
const file = path.join(folder, 'reboot');
test.after(() => rmSync(folder, { recursive: true }));
test.after.each(() => rmSync(file, { force: true }));

function planner(callers: () => number) {
  const clock = new ManualClock();
  return { clock, restart: new Restart({ clock, timeMs: () => 0, callers, file }) };
}

test('where nobody is in a call it is at once, but not before the answer', () => {
  const { clock, restart } = planner(() => 0);
  restart.plan('test', 60);
  assert.not(existsSync(file));
  clock.advance(0);
  assert.ok(existsSync(file));
});

test('it waits for the last call', () => {
  let callers = 2;
  const { clock, restart } = planner(() => callers);
  restart.plan('test', 60);
  assert.equal(restart.planned, { why: 'test', atLatest: '1970-01-01T01:00:00.000Z' });
  clock.advance(59 * 60_000);
  assert.not(existsSync(file));
  callers = 0;
  clock.advance(1000);
  assert.ok(existsSync(file));
});

test('but not for ever, and for 0 minutes not at all', () => {
  const { clock, restart } = planner(() => 1);
  restart.plan('test', 1);
  clock.advance(60_999);
  assert.ok(existsSync(file));
  rmSync(file);
  restart.plan('now', 0);
  clock.advance(0);
  assert.ok(existsSync(file));
});

test('called off, it does not take place; planned anew, the first plan is forgotten', () => {
  const { clock, restart } = planner(() => 1);
  restart.plan('first', 1);
  restart.plan('second', 60);
  clock.advance(120_000);
  assert.is(restart.planned?.why, 'second');
  restart.cancel();
  assert.is(restart.planned, undefined);
  clock.advance(3_600_000);
  assert.not(existsSync(file));
});

test.run();

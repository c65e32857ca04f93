/** Who guesses passwords and PINs is refused for longer and longer, and nobody else is. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ManualClock } from '../firmware/clock.js';
import { KeptState } from '../firmware/config/kept-state.js';
import { flashWear } from '../firmware/flash-wear.js';
import { GuessGuard } from '../firmware/guess-guard.js';
import type { Secret } from '../firmware/guesses.js';
import { heldBytes } from './support/heap.js';

const test = suite('guess guard');

const HOUR_MS = 3_600_000;

function start(clock = new ManualClock(), timeMs = () => clock.nowMs() + 1e12) {
  const guard = new GuessGuard(clock, timeMs);
  const guess = (source: string, times = 1, target = 'SIP account 101', secret: Secret = 'password') =>
    Array.from({ length: times }, () => guard.wrong({ secret, sources: [source], target })).at(-1)! / 1000;
  return { clock, guard, guess };
}

test('a few wrong passwords are free, the fifth costs a minute, the next ten, then twice as long, up to an hour', () => {
  const { clock, guard, guess } = start();
  assert.is(guess('192.0.2.1', 4), 0);
  assert.not(guard.refuses('password', '192.0.2.1'));
  assert.is(guess('192.0.2.1'), 60);
  assert.ok(guard.refuses('password', '192.0.2.1'));
  assert.ok(guard.refuses('password', '192.0.2.9', '192.0.2.1'), 'one of several sources is enough');
  assert.not(guard.refuses('password', '192.0.2.2'), 'others are not concerned');
  assert.not(guard.refuses('pin', '192.0.2.1'), 'nor are its PINs');
  assert.is(guard.refused, 1);
  clock.advance(60_000);
  assert.is(guard.refused, 0);
  const costs = [1, 2, 3, 4, 5].map(() => guess('192.0.2.1', 1, 'SIP account 102'));
  assert.equal(costs, [600, 1200, 2400, 3600, 3600]);
});

test('every two quiet hours one wrong answer is forgiven', () => {
  const { clock, guess } = start();
  assert.is(guess('192.0.2.1', 5), 60);
  clock.advance(4 * HOUR_MS);
  assert.is(guess('192.0.2.1'), 0);
  assert.is(guess('192.0.2.1'), 60);
  clock.advance(24 * HOUR_MS);
  assert.is(guess('192.0.2.1', 4), 0);
});

/** Judges as often as it may, waiting in between as told; returns when (ms). */
function attack(secret: Secret, waitsMs: readonly number[], restarts: boolean): number[] {
  const judged: number[] = [];
  const clock = new ManualClock();
  let { guard } = start(clock);
  for (const waitMs of waitsMs) {
    clock.advance(waitMs);
    if (restarts) {
      const snapshot: unknown = JSON.parse(JSON.stringify(guard.snapshot()));
      ({ guard } = start(clock));
      guard.restore(snapshot);
    }
    while (!guard.refuses(secret, 'a')) {
      judged.push(clock.nowMs());
      guard.wrong({ secret, sources: ['a'], target: `target ${judged.length % 3}` });
    }
  }
  return judged;
}

const most = (judged: number[], windowMs: number) =>
  Math.max(...judged.map((fromMs) => judged.filter((at) => at >= fromMs && at < fromMs + windowMs).length));

test('however it waits, restarts or not: of a source at most 6 passwords in 10 minutes, and 50 PINs in a day', () => {
  const waits = (longestMs: number) =>
    fc.array(fc.oneof(fc.integer({ min: 0, max: 90_000 }), fc.integer({ min: 0, max: longestMs })), {
      minLength: 1,
      maxLength: 60,
    });
  fc.assert(
    fc.property(waits(3 * HOUR_MS), fc.boolean(), (waitsMs, restarts) => {
      assert.ok(most(attack('password', waitsMs, restarts), 600_000) <= 6);
      assert.ok(most(attack('pin', waitsMs, restarts), 24 * HOUR_MS) <= 50);
    }),
    { numRuns: 200 },
  );
  // Without pause, and at one pace each, for three days.
  for (const everyMs of [30_000, 1, 2, 5, 10, 30, 60, 119, 120, 121].map((n) =>
    n > 1000 ? n : n * 60_000,
  )) {
    const waitsMs = Array.from({ length: Math.ceil((72 * HOUR_MS) / everyMs) }, () => everyMs);
    assert.ok(most(attack('password', waitsMs, false), 600_000) <= 6, `${everyMs} ms`);
    assert.ok(most(attack('pin', waitsMs, false), 24 * HOUR_MS) <= 50, `${everyMs} ms`);
  }
});

test('whatever others do, a source that gave no wrong answer is heard: the owner elsewhere gets in', () => {
  const act = fc.record({
    source: fc.integer({ min: 0, max: 30 }),
    secret: fc.constantFrom<Secret>('password', 'pin'),
    waitMs: fc.integer({ min: 0, max: 600_000 }),
  });
  fc.assert(
    fc.property(fc.array(act, { maxLength: 300 }), (acts) => {
      const { clock, guard, guess } = start();
      for (const { source, secret, waitMs } of acts) {
        clock.advance(waitMs);
        guess(String(source), 1, 'conference 800', secret);
        assert.not(guard.refuses(secret, 'owner'));
      }
    }),
    { numRuns: 100 },
  );
});

test('an account that many places guess at: an alarm, and each gets two tries; it fades within hours', () => {
  const { clock, guard, guess } = start();
  for (let n = 0; n < 5; n += 1) assert.is(guess(`192.0.2.${n}`), 0);
  assert.equal(guard.alarms, []);
  guess('192.0.2.6');
  assert.equal(guard.alarms, [
    {
      code: 'guessing',
      text: 'somebody guesses the password of SIP account 101, or uses an old one: see the log',
    },
  ]);
  assert.is(guess('192.0.2.7'), 0);
  assert.is(guess('192.0.2.7'), 60);
  assert.is(guess('192.0.2.8', 2, 'SIP account 102'), 0, 'another account');
  clock.advance(4 * HOUR_MS);
  assert.equal(guard.alarms, []);
  assert.is(guess('192.0.2.9', 4), 0);
});

test('names that do not exist: no alarm of their own, but the same answers', () => {
  const { guard } = start();
  const wrong = (source: string) =>
    guard.wrong({ secret: 'password', sources: [source], target: undefined }) / 1000;
  for (let n = 0; n < 6; n += 1) wrong(`192.0.2.${n}`);
  assert.equal(guard.alarms, []);
  assert.equal([wrong('192.0.2.7'), wrong('192.0.2.7')], [0, 60]);
  for (let n = 0; n < 100; n += 1) wrong(`198.51.100.${n}`);
  assert.equal(
    guard.alarms.map(({ text }) => text),
    ['somebody guesses passwords or PINs, from many places: see the log'],
  );
});

test('no more sources are remembered than fit', () => {
  const { guard, guess } = start();
  for (let n = 0; n < 10_001; n++) guess(`192.${n >> 16}.${(n >> 8) & 255}.${n & 255}`, 2);
  assert.is(guard.refused, 10_000 - 1, 'those that came before the attack was one have a try left');
});

test('guesses in large messages: the messages are not remembered', () => {
  const { guard } = start();
  const before = heldBytes();
  for (let n = 0; n < 200; n += 1) {
    const message = Buffer.alloc(60_000, `a name that is long, ${n}. `).toString();
    guard.wrong({ secret: 'password', sources: [message.slice(0, 30)], target: message.slice(30, 60) });
  }
  const grown = heldBytes() - before;
  assert.ok(grown < 1e6, `${grown} octets`);
});

test('kept on flash: one write soon, the next ten minutes later at the earliest, none at rest; 0600', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'parley-guesses-'));
  try {
    const file = path.join(directory, 'guesses.json');
    const { clock, guard, guess } = start();
    const kept = KeptState.open(file, clock, guard);
    const { writes } = flashWear;
    guess('192.0.2.1', 4);
    clock.advance(10_000);
    assert.is(flashWear.writes, writes + 1);
    for (let n = 0; n < 60; n += 1) {
      clock.advance(10_000);
      guess('192.0.2.2');
    }
    assert.is(flashWear.writes, writes + 2);
    clock.advance(24 * HOUR_MS);
    const end = flashWear.writes;
    clock.advance(24 * HOUR_MS);
    kept.flush();
    assert.is(flashWear.writes, end);
    assert.is(statSync(file).mode & 0o777, 0o600);
    guess('192.0.2.1', 1);
    kept.flush();

    const again = start(new ManualClock(), () => clock.nowMs() + 1e12);
    KeptState.open(file, again.clock, again.guard);
    assert.equal(again.guard.snapshot(), guard.snapshot());
    const stepped = start(new ManualClock(), () => 0);
    KeptState.open(file, stepped.clock, stepped.guard);
    assert.is(stepped.guard.refused, guard.refused, 'a clock that was not set forgives nothing');

    for (const bad of [
      '',
      'null',
      '{}',
      '{"sources":[1],"targets":[],"savedAt":1}',
      '[',
      'x'.repeat(2 << 20),
    ]) {
      writeFileSync(file, bad);
      rmSync(`${file}.previous`, { force: true });
      const fresh = start();
      const { alarms } = KeptState.open(file, fresh.clock, fresh.guard);
      assert.is(fresh.guard.refused, 0);
      assert.is(alarms.length, bad === '{}' ? 0 : 1, bad.slice(0, 9));
    }
    kept.clear();
    assert.throws(() => readFileSync(file));
    assert.is(guard.refused, 0);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test.run();

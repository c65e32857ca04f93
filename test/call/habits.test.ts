/** Which calls outside are unusual, and who is cut off for them. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { habits, noHabits, type HabitEvent } from '../../firmware/call/habits.js';
import { kindOf } from '../../firmware/call/number-kind.js';

const test = suite('habits');

const HOUR_MS = 3_600_000;

for (const [number, country, kind] of [
  ['112', 'de', 'emergency'],
  ['911', 'us', 'emergency'],
  ['0401234567', 'de', 'national'],
  ['+49401234567', 'de', 'national'],
  ['0049401234567', 'de', 'national'],
  ['+442079460000', 'de', 'international'],
  ['00442079460000', 'de', 'international'],
  ['01134960000', 'gb', 'national'],
  ['011442079460000', 'us', 'international'],
  ['12125550100', 'us', 'national'],
  ['+18765550100', 'us', 'premium'],
  ['8765550100', 'ca', 'premium'],
  ['19005550100', 'us', 'premium'],
  ['0900123456', 'de', 'premium'],
  ['+4990012345', 'de', 'premium'],
  ['+49401234567', 'xx', 'international'],
])
  test(`${number} in ${country} is ${kind}`, () => assert.is(kindOf(number, country).kind, kind));

/** Calls in a row; what became of each. */
function line(limit = 10) {
  let state = noHabits;
  let nowMs = Date.UTC(2026, 10, 24, 12);
  const dispatch = (event: HabitEvent) => {
    const step = habits(state, event);
    state = step.state;
    return step.effects.map(({ type }) => type).join();
  };
  return {
    call: (number: string, hour = 12, waitMs = 120_000) => {
      nowMs += waitMs;
      const said = dispatch({ type: 'call', number, country: 'de', nowMs, hour, limit });
      return /cutOff|refuse/.exec(said)?.[0] ?? 'ok';
    },
    /** The clock is set. */
    set: (byMs: number) => void (nowMs += byMs),
    release: () => dispatch({ type: 'release' }),
    known: () => state.known.length,
  };
}
/** Some number of another country. */
const abroad = (n: number) => `00${20 + n}1234567`;

test('ten unusual calls pass, the next one cuts off; then nothing but emergencies, until released', () => {
  const { call, release } = line();
  for (let n = 0; n < 10; n += 1) assert.is(call(abroad(n)), 'ok');
  assert.is(call('0401234567'), 'ok', 'a usual one');
  assert.is(call(abroad(10)), 'refuse');
  assert.is(call('0401234567'), 'refuse');
  assert.is(call('112'), 'ok');
  release();
  assert.is(call('0401234567'), 'ok');
  for (let n = 0; n < 10; n += 1)
    assert.is(call(abroad(n)), 'ok', 'what a thief called has not become usual');
  assert.is(call(abroad(0)), 'refuse');
});

test('the same dear number again and again is as unusual as many', () => {
  const { call } = line();
  for (let n = 0; n < 10; n += 1) assert.is(call('0900123456'), 'ok');
  assert.is(call('0900123456'), 'refuse');
});

test('where an extension has called for three days is usual, at any hour', () => {
  const { call } = line();
  assert.is(call(abroad(1)), 'ok');
  assert.is(call(abroad(1), 12, 73 * HOUR_MS), 'ok');
  for (let n = 0; n < 40; n += 1) assert.is(call(abroad(1), 3), 'ok');
});

test('places of the own country: usual by day, unusual at night or by machine', () => {
  const at = (n: number) => `0${2000 + n}12345`;
  const { call } = line();
  for (let n = 0; n < 60; n += 1) assert.is(call(at(n)), 'ok');
  const night = line();
  for (let n = 0; n < 10; n += 1) assert.is(night.call(at(n), 23), 'ok');
  assert.is(night.call(at(10), 5), 'refuse');
  const machine = line();
  for (let n = 0; n < 20; n += 1) assert.is(machine.call(at(n), 12, 1000), 'ok', `${n}`);
  assert.is(machine.call(at(20), 12, 1000), 'refuse');
});

test('a clock that was years ahead for a while: what was called then counts from the day it was set right', () => {
  const { call, set } = line();
  const years = 10 * 365 * 24 * HOUR_MS;
  set(years);
  for (let n = 0; n < 9; n += 1) assert.is(call('+442079460000'), 'ok');
  set(-years);
  assert.is(call('+442079460000'), 'ok', 'the tenth of a day');
  for (let day = 0; day < 3; day += 1) assert.is(call('+442079460000', 12, 25 * HOUR_MS), 'ok');
  for (let n = 0; n < 20; n += 1) assert.is(call('+442079460000'), 'ok', 'usual by now');
});

test('an unusual call is forgotten after a day; without a limit nobody is cut off', () => {
  const { call } = line();
  for (let n = 0; n < 30; n += 1) assert.is(call(abroad(n), 12, 3 * HOUR_MS), 'ok');
  const free = line(0);
  for (let n = 0; n < 100; n += 1) assert.is(free.call(abroad(n % 60)), 'ok');
});

test('however a thief paces calls and whatever else is called: no more than ten a day where nobody called before', () => {
  const step = fc.record({
    dear: fc.boolean(),
    n: fc.integer({ min: 0, max: 70 }),
    hour: fc.integer({ min: 0, max: 23 }),
    waitMs: fc.oneof(fc.integer({ min: 0, max: 600_000 }), fc.integer({ min: 0, max: 6 * HOUR_MS })),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const { call, known } = line();
      const firstMs = new Map<string, number>();
      const passed: number[] = [];
      let nowMs = 0;
      for (const { dear, n, hour, waitMs } of steps) {
        nowMs += waitMs;
        const number = dear ? abroad(n) : `0${2000 + n}1`;
        if (call(number, hour, waitMs) === 'refuse') break;
        const first = firstMs.get(number) ?? nowMs;
        firstMs.set(number, first);
        if (dear && nowMs - first < 72 * HOUR_MS) passed.push(nowMs);
        assert.ok(passed.filter((at) => at > nowMs - 24 * HOUR_MS).length <= 10);
      }
      assert.ok(known() <= 40);
    }),
  );
});

test.run();

/** Alarms: raised once, cleared once, remembered for a while. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { AlarmBoard } from '../../firmware/system/alarm-board.js';
import { follow, noAlarms, type Condition } from '../../firmware/system/alarms.js';

const test = suite('alarms');

const START_MS = Date.UTC(2026, 0, 31, 12);
const at = (seconds: number) => new Date(START_MS + 1000 * seconds).toISOString();
const disk = { code: 'disk-full', text: 'nearly full' };
const trunk = (name: string) => ({ code: 'trunk-unreachable', text: `trunk ${name} does not answer` });

/** Sees each list of conditions a second after the one before. */
const seen = (...looks: Condition[][]) =>
  looks.reduce(
    (alarms, conditions, second) => follow(alarms, conditions, START_MS + 1000 * second),
    noAlarms,
  );

test('raised when it begins, cleared when it ends, with the times of both', () => {
  const { standing, past } = seen([], [disk], [disk, trunk('a')], [trunk('a')]);
  assert.equal(standing, [{ id: 2, ...trunk('a'), raised: at(2) }]);
  assert.equal(past, [{ id: 1, ...disk, raised: at(1), cleared: at(3) }]);
});

test('nothing is different: the same alarms, as they were', () => {
  const before = seen([disk, trunk('a')]);
  assert.is(follow(before, [trunk('a'), disk], START_MS + 60_000), before);
});

test('two of one kind are two alarms; one that is said twice is one', () => {
  const { standing } = seen([trunk('a'), trunk('b'), trunk('a')]);
  assert.equal(
    standing.map(({ id, text }) => [id, text]),
    [
      [1, trunk('a').text],
      [2, trunk('b').text],
    ],
  );
});

test('one that comes back is a new one; fifty that are over are remembered, newest first', () => {
  const looks = Array.from({ length: 200 }, (_, second) => (second % 2 === 0 ? [disk] : []));
  const { standing, past } = seen(...looks);
  assert.equal(standing, []);
  assert.is(past.length, 50);
  assert.equal([past[0].id, past[49].id], [100, 51]);
});

test('the board is up to date whenever it is asked', () => {
  let conditions: Condition[] = [];
  const board = new AlarmBoard(
    () => conditions,
    () => START_MS,
  );
  assert.equal(board.standing, []);
  conditions = [disk];
  assert.equal(board.standing, [{ id: 1, ...disk, raised: at(0) }]);
  conditions = [];
  assert.equal(board.past, [{ id: 1, ...disk, raised: at(0), cleared: at(0) }]);
});

test.run();

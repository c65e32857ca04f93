/** Which recordings go, and when. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { overdue, quotaWarning, type Kept } from '../../firmware/recording/retention.js';

const test = suite('retention');

const NOW = Date.parse('2026-11-24T12:00:00Z');
const daysAgo = (days: number) => new Date(NOW - days * 86_400_000).toISOString();
const kept = (...rows: [id: string, daysOld: number | null, megabytes: number][]): Kept[] =>
  rows.map(([id, days, megabytes]) => ({
    id,
    endedAt: days === null ? null : daysAgo(days),
    bytes: megabytes * 1e6,
  }));
const rows: [what: string, kept: Kept[], keepDays: number, maxMegabytes: number, gone: string[]][] = [
  ['nothing is there', [], 1, 1, []],
  ['age alone', kept(['a', 91, 1], ['b', 90, 1], ['c', 89.9, 1]), 90, 0, ['a age', 'b age']],
  ['no limits', kept(['a', 9999, 1e6]), 0, 0, []],
  ['the oldest until the rest fits', kept(['a', 3, 5], ['b', 2, 4], ['c', 1, 4]), 0, 8, ['a quota']],
  ['exactly full is not too full', kept(['a', 2, 4], ['b', 1, 4]), 0, 8, []],
  ['what goes for its age makes room', kept(['a', 100, 5], ['b', 1, 8]), 90, 8, ['a age']],
  ['what goes on stays', kept(['a', null, 100], ['b', 1, 1]), 90, 8, ['b quota']],
  ['one of a clock that was not set has no age', kept(['a', 20_000, 1], ['b', 91, 1]), 90, 0, ['b age']],
  ['and never goes for its age', kept(['a', null, 1]), 1, 0, []],
  ['all of them, if one alone is too much', kept(['a', 1, 100]), 90, 8, ['a quota']],
];
for (const [what, recordings, keepDays, maxMegabytes, gone] of rows)
  test(what, () =>
    assert.equal(
      overdue(recordings, { keepDays, maxMegabytes }, NOW).map(({ id, why }) => `${id} ${why}`),
      gone,
    ),
  );

test('it is said before the oldest goes for want of space', () => {
  const limits = { keepDays: 0, maxMegabytes: 100 };
  assert.is(quotaWarning(kept(['a', 1, 89]), limits), undefined);
  assert.match(quotaWarning(kept(['a', 1, 90]), limits)!, /90 of 100 MB: the oldest will be deleted/);
  assert.is(quotaWarning(kept(['a', 1, 1e6]), { keepDays: 0, maxMegabytes: 0 }), undefined);
});

test.run();

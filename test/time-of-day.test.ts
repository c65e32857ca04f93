/** A clock that is set wrong for a while deletes nothing. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ManualClock } from '../firmware/clock.js';
import { CautiousTime } from '../firmware/time-of-day.js';

const test = suite('time of day');

const HOUR_MS = 3_600_000;
const YEARS_MS = 10 * 365 * 24 * HOUR_MS;

function start() {
  const clock = new ManualClock();
  const set = { aheadMs: 0 };
  const realMs = () => 1e12 + clock.nowMs();
  const cautious = new CautiousTime(clock, () => realMs() + set.aheadMs);
  /** By how much it is ahead of the truth. */
  const wrongMs = () => cautious.nowMs() - realMs();
  const passes = (hours: number) => {
    for (let n = 0; n < 6 * hours; n += 1) {
      clock.advance(HOUR_MS / 6);
      cautious.nowMs();
    }
  };
  return { set, wrongMs, passes };
}

test('ten years forward and right again within a day: nobody noticed', () => {
  const { set, wrongMs, passes } = start();
  set.aheadMs = YEARS_MS;
  assert.is(wrongMs(), 0);
  passes(23);
  assert.is(wrongMs(), 0);
  set.aheadMs = 0;
  passes(48);
  set.aheadMs = YEARS_MS;
  passes(23);
  assert.is(wrongMs(), 0, 'the day counts anew');
});

test('who leaves it so is believed a day later', () => {
  const { set, wrongMs, passes } = start();
  set.aheadMs = YEARS_MS;
  wrongMs();
  passes(24);
  assert.is(wrongMs(), YEARS_MS);
});

test('back, and an hour forward, it goes at once; one that runs too fast is followed', () => {
  const { set, wrongMs, passes } = start();
  set.aheadMs = HOUR_MS;
  assert.is(wrongMs(), HOUR_MS);
  set.aheadMs = -YEARS_MS;
  assert.is(wrongMs(), -YEARS_MS);
  for (let hour = 0; hour < 48; hour += 1) {
    set.aheadMs += HOUR_MS / 2;
    passes(1);
    assert.is(wrongMs(), set.aheadMs);
  }
});

test.run();

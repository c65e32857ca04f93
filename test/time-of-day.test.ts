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

const DAY_MS = 24 * HOUR_MS;
const NOW_MS = Date.UTC(2026, 10, 30);

/** A box that starts at this time of day, with what was kept. */
function boot(startMs: number, kept?: object) {
  const clock = new ManualClock();
  let set = startMs;
  const time = new CautiousTime(clock, () => set + clock.nowMs());
  if (kept) time.restore(kept);
  let writes = 0;
  time.onChanged = () => {
    writes += 1;
    time.snapshot();
  };
  time.nowMs();
  return {
    time,
    set: (ms: number) => (set = ms - clock.nowMs()),
    passes(hours: number) {
      for (let n = 0; n < 6 * hours; n += 1) {
        clock.advance(HOUR_MS / 6);
        time.nowMs();
      }
    },
    codes: () => time.alarms.map(({ code }) => code).join(),
    /** As after a restart. */
    kept: () => JSON.parse(JSON.stringify(time.snapshot())) as object,
    writes: () => writes,
  };
}

test('a box that starts ten years ahead goes on from what was kept, and says so, until the clock is set right', () => {
  const box = boot(NOW_MS + YEARS_MS, boot(NOW_MS).kept());
  assert.is(box.time.nowMs(), NOW_MS);
  assert.is(box.codes(), 'clock-ahead');
  box.passes(1);
  box.set(NOW_MS + 2 * HOUR_MS);
  assert.is(box.time.nowMs(), NOW_MS + 2 * HOUR_MS);
  assert.is(box.codes(), '');
});

test('where it always starts there it is never believed; where it goes on from there, a day later, off or not', () => {
  let kept = boot(NOW_MS).kept();
  for (let start = 0; start < 3; start += 1) {
    const box = boot(NOW_MS + YEARS_MS, kept);
    box.passes(12);
    assert.is(box.time.nowMs(), NOW_MS + (start + 1) * 12 * HOUR_MS);
    kept = box.kept();
  }
  assert.is(boot(NOW_MS + YEARS_MS + 23 * HOUR_MS, kept).codes(), 'clock-ahead');
  const later = boot(NOW_MS + YEARS_MS + DAY_MS, kept);
  assert.is(later.time.nowMs(), NOW_MS + YEARS_MS + DAY_MS);
  assert.is(later.codes(), '');
});

test('a box whose clock stopped says so, and believes a time server at once', () => {
  for (const startMs of [0, Date.UTC(2026, 0, 2)]) {
    const box = boot(startMs, boot(NOW_MS).kept());
    box.passes(1);
    assert.is(box.codes(), 'clock-behind');
    assert.ok(box.time.nowMs() < NOW_MS, 'nothing is deleted too soon');
    assert.is(box.writes(), 0);
    box.set(NOW_MS + 3 * DAY_MS);
    assert.is(box.time.nowMs(), NOW_MS + 3 * DAY_MS);
    assert.is(box.codes(), '');
  }
});

test('one that was set back for good is believed a day later', () => {
  const box = boot(NOW_MS, boot(NOW_MS + YEARS_MS).kept());
  assert.is(box.codes(), 'clock-behind');
  box.passes(25);
  assert.is(box.codes(), '');
  assert.equal(box.kept(), { version: 1, believedMs: NOW_MS + 25 * HOUR_MS });
});

test('off for three weeks: nobody notices; on for four: written once a week', () => {
  const box = boot(NOW_MS + 21 * DAY_MS, boot(NOW_MS).kept());
  assert.is(box.time.nowMs(), NOW_MS + 21 * DAY_MS);
  assert.is(box.codes(), '');
  assert.is(box.writes(), 1);
  box.passes(28 * 24);
  assert.is(box.writes(), 5);
});

test.run();

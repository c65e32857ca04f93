import * as assert from 'uvu/assert';
import { suite } from 'uvu';
import { Ticker } from '../../firmware/media/ticker.js';

const test = suite('ticker');

/** Each sleep oversleeps by the next of these milliseconds. */
function run(oversleepMs: number[]) {
  let nowMs = 1000;
  const left = oversleepMs.slice();
  const ticker = new Ticker(
    () => nowMs,
    (ms) => (nowMs += ms + left.shift()!),
  );
  const ticks: number[] = [];
  while (left.length > 0) ticks.push(ticker.wait());
  return { ticks, counters: ticker.counters, nowMs };
}

test('keeps an absolute schedule', () => {
  const { ticks, nowMs, counters } = run([3, 0, 5, 0]);
  assert.equal(ticks, [1, 1, 1, 1]);
  assert.is(nowMs, 1080);
  assert.equal(counters, { lateTicks: 0, maxLatenessMs: 5, skippedTicks: 0 });
});

test('catches up after a late tick', () => {
  const { ticks, nowMs, counters } = run([45, 0, 0]);
  assert.equal(ticks, [3, 1, 1]);
  assert.is(nowMs, 1100);
  assert.equal(counters, { lateTicks: 1, maxLatenessMs: 45, skippedTicks: 0 });
});

test('gives up what is more than five ticks', () => {
  const { ticks, nowMs, counters } = run([500, 0]);
  assert.equal(ticks, [5, 1]);
  assert.is(nowMs, 1540);
  assert.equal(counters, { lateTicks: 1, maxLatenessMs: 500, skippedTicks: 21 });
});

test('sleeps again when it wakes early', () => {
  const { ticks } = run([-5, 0, 0]);
  assert.equal(ticks, [1, 1]);
});

test.run();

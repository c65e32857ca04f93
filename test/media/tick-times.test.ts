/** The median and the longest of ten seconds of ticks. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { TickTimes } from '../../firmware/media/tick-times.js';

const test = suite('tick times');

test('nothing before ten seconds are over; then the median to 20 us, and the longest', () => {
  const times = new TickTimes();
  for (let tick = 0; tick < 499; tick += 1) times.took(tick < 250 ? 300 : 1500);
  assert.equal([times.p50Us, times.longestUs], [0, 0]);
  times.took(7777);
  assert.equal([times.p50Us, times.longestUs], [310, 7777]);
});

test('each ten seconds stand for themselves; what is out of reach does no harm', () => {
  const times = new TickTimes();
  for (let tick = 0; tick < 500; tick += 1) times.took(1e9);
  assert.ok(times.p50Us >= 24_000);
  for (let tick = 0; tick < 500; tick += 1) times.took(tick % 3 === 0 ? -1 : 105);
  assert.equal([times.p50Us, times.longestUs], [110, 105]);
  for (let tick = 0; tick < 500; tick += 1) times.took(1000);
  assert.equal([times.p50Us, times.longestUs], [1010, 1000]);
});

test.run();

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { OutboundLimits } from '../../firmware/call/outbound-limits.js';
import { ManualClock } from '../../firmware/clock.js';

const test = suite('limits of calls to the outside');

const HOUR_MS = 3_600_000;

test('so many at the same time, each extension for itself', () => {
  const limits = new OutboundLimits(new ManualClock());
  const two = { maxOutboundCalls: 2 };
  assert.is(limits.begin(1, '101', two), undefined);
  assert.is(limits.begin(2, '101', two), undefined);
  assert.is(limits.begin(3, '101', two), 'busy');
  assert.is(limits.begin(4, '102', two), undefined);
  limits.end(3);
  assert.is(limits.begin(5, '101', two), 'busy');
  limits.end(1);
  assert.is(limits.begin(6, '101', two), undefined);
});

test('so many within any hour; calls that were not let do not count', () => {
  const clock = new ManualClock();
  const limits = new OutboundLimits(clock);
  const two = { maxCallsPerHour: 2 };
  assert.is(limits.begin(1, '101', two), undefined);
  limits.end(1);
  clock.advance(HOUR_MS / 2);
  assert.is(limits.begin(2, '101', two), undefined);
  limits.end(2);
  assert.is(limits.begin(3, '101', two), 'barred');
  assert.is(limits.begin(4, '102', two), undefined);
  clock.advance(HOUR_MS / 2);
  assert.is(limits.begin(5, '101', two), undefined);
  assert.is(limits.begin(6, '101', two), 'barred');
  clock.advance(HOUR_MS / 2);
  assert.is(limits.begin(7, '101', two), undefined);
});

test('without limits nothing is refused', () => {
  const limits = new OutboundLimits(new ManualClock());
  for (let leg = 0; leg < 100; leg += 1) assert.is(limits.begin(leg, '101', {}), undefined);
});

test.run();

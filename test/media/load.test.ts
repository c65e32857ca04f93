import * as assert from 'uvu/assert';
import { suite } from 'uvu';
import { LoadMeter, isFull } from '../../firmware/media/load.js';

const test = suite('load');

test('one long tick does not shut the door, a second of them does, and it opens again', () => {
  const meter = new LoadMeter();
  for (let i = 0; i < 200; i++) meter.spent(5000, 1);
  assert.ok(Math.abs(meter.tickUs - 5000) < 100);
  meter.spent(100_000, 1);
  assert.not(isFull(meter.tickUs));
  for (let i = 0; i < 100; i++) meter.spent(17_000, 1);
  assert.ok(isFull(meter.tickUs));
  for (let i = 0; i < 50; i++) meter.spent(9000, 1);
  assert.not(isFull(meter.tickUs));
});

test('ticks that are caught up with count as what they are', () => {
  const [one, many] = [new LoadMeter(), new LoadMeter()];
  for (let i = 0; i < 100; i++) one.spent(6000, 1);
  for (let i = 0; i < 20; i++) many.spent(30_000, 5);
  assert.is(Math.round(one.tickUs), Math.round(many.tickUs));
});

test.run();

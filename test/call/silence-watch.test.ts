import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SilenceWatch, type WatchedLeg } from '../../firmware/call/silence-watch.js';
import { ManualClock } from '../../firmware/clock.js';

const test = suite('silence watch');

function watch(limitSeconds: number) {
  const clock = new ManualClock();
  const leg = { id: 1, port: 7, expectsMedia: true };
  const legs: WatchedLeg[] = [leg];
  const seen = { packets: 0, silentAtMs: -1 };
  const silence = new SilenceWatch({
    clock,
    limitSeconds: () => limitSeconds,
    legs: () => legs,
    rxPackets: () => seen.packets,
    silent: () => (seen.silentAtMs = clock.nowMs()),
  });
  silence.wake();
  return { clock, leg, legs, seen };
}

test('a leg is silent when nothing came for the time set, not before', () => {
  const { clock, legs, seen } = watch(60);
  for (let s = 0; s < 100; s += 1) {
    seen.packets += 50;
    clock.advance(1000);
  }
  clock.advance(59_000);
  assert.is(seen.silentAtMs, -1);
  clock.advance(8000);
  assert.ok(seen.silentAtMs >= 160_000);
  legs.pop();
  clock.advance(10_000);
  assert.is(clock.pending, 0, 'no timer without a leg');
});

test('time on hold does not count', () => {
  const { clock, leg, seen } = watch(60);
  clock.advance(50_000);
  leg.expectsMedia = false;
  clock.advance(500_000);
  leg.expectsMedia = true;
  clock.advance(59_000);
  assert.is(seen.silentAtMs, -1);
});

test('0 is never', () => {
  const { clock, seen } = watch(0);
  clock.advance(1_000_000);
  assert.is(seen.silentAtMs, -1);
});

test.run();

/** Pulses, flashes and hanging up, by a clock that is turned by hand. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ManualClock } from '../../firmware/clock.js';
import {
  hookTiming,
  onHookState,
  type HookEffect,
  type HookEvent,
  type HookState,
} from '../../firmware/line/hook-timing.js';
import { MachineRunner } from '../../firmware/machine.js';

const test = suite('hook timing');

/** What a phone means that opens and closes its loop by turns, for these times; it begins by being lifted. */
function meaning(timesMs: number[]): string {
  const clock = new ManualClock();
  const heard: string[] = [];
  const runner = new MachineRunner<HookState, HookEvent, HookEffect>(
    hookTiming,
    onHookState,
    clock,
    (effect) => heard.push(effect.type === 'digit' ? effect.digit : effect.type),
  );
  clock.advance(20);
  runner.dispatch({ type: 'hook', off: true, atMs: clock.nowMs() });
  let off = true;
  for (const ms of timesMs) {
    clock.advance(ms);
    off = !off;
    runner.dispatch({ type: 'hook', off, atMs: clock.nowMs() });
  }
  clock.advance(2000);
  return heard.join(' ');
}

const dial = (digit: number, openMs = 60, closedMs = 40) =>
  Array.from({ length: 2 * digit }, (_, i) => (i % 2 === 0 ? openMs : closedMs)).slice(0, -1);

test('a digit of any number of pulses, at 8 to 12 a second; ten are 0', () => {
  for (const [openMs, closedMs] of [
    [60, 40],
    [50, 50],
    [75, 50],
    [55, 28],
  ])
    for (let pulses = 1; pulses <= 10; pulses++) {
      const times = [800, openMs, ...dial(pulses, openMs, closedMs).slice(1)];
      assert.is(meaning(times), `offHook ${pulses % 10}`);
    }
});

test('digits one after the other', () => {
  const times = [800, ...dial(8), 700, ...dial(10), 700, ...dial(10)];
  assert.is(meaning(times), 'offHook 8 0 0');
});

test('a flash, two flashes, hung up, and lifted again', () => {
  assert.is(meaning([800, 300]), 'offHook flash');
  assert.is(meaning([800, 120, 500, 800]), 'offHook flash flash');
  assert.is(meaning([800]), 'offHook onHook');
  assert.is(meaning([800, 1500]), 'offHook onHook offHook');
});

test('bouncing is nothing, and eleven pulses are no digit', () => {
  assert.is(meaning([800, 5, 5, 5]), 'offHook');
  assert.is(meaning([800, ...dial(11)]), 'offHook');
  assert.is(meaning([800, ...dial(3).slice(0, -1), 60, 1]), 'offHook onHook');
});

test.run();

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ManualClock } from '../firmware/clock.js';
import { MachineRunner, type Step, type TimerEffect, type TimerEvent } from '../firmware/machine.js';

const test = suite('machine runner');

type Event = { type: 'ping' } | { type: 'again' } | { type: 'stop' };
type Effect = { type: 'say'; text: string };

function next(count: number, event: Event | TimerEvent): Step<number, Effect | TimerEffect> {
  switch (event.type) {
    case 'ping':
      return { state: count + 1, effects: [{ type: 'startTimer', name: 'A', ms: 500 }] };
    case 'again':
      return { state: count, effects: [{ type: 'say', text: 'again' }] };
    case 'stop':
      return { state: count, effects: [{ type: 'stopTimer', name: 'A' }] };
    case 'timer':
      return { state: count + 100, effects: [{ type: 'say', text: `timer ${event.name}` }] };
  }
}

function start() {
  const clock = new ManualClock();
  const said: string[] = [];
  const runner: MachineRunner<number, Event, Effect> = new MachineRunner<number, Event, Effect>(
    next,
    0,
    clock,
    (effect) => {
      said.push(effect.text);
      if (effect.text === 'timer A') runner.dispatch({ type: 'again' });
    },
  );
  return { clock, said, runner };
}

test('a timer started twice rings once, at its later time', () => {
  const { clock, said, runner } = start();
  runner.dispatch({ type: 'ping' });
  clock.advance(499);
  runner.dispatch({ type: 'ping' });
  clock.advance(499);
  assert.equal(said, []);
  clock.advance(1);
  assert.equal(said, ['timer A', 'again']);
  assert.is(runner.state, 102);
  assert.is(clock.pending, 0);
});

test('a stopped timer does not ring', () => {
  const { clock, said, runner } = start();
  runner.dispatch({ type: 'ping' });
  runner.dispatch({ type: 'stop' });
  clock.advance(1000);
  assert.equal(said, []);
});

test('a stopped runner leaves no timer and ignores events', () => {
  const { clock, runner } = start();
  runner.dispatch({ type: 'ping' });
  runner.stop();
  assert.is(clock.pending, 0);
  runner.dispatch({ type: 'ping' });
  assert.is(runner.state, 1);
  assert.is(clock.pending, 0);
});

test.run();

/** What one webhook is told, as scripts of events. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ManualClock } from '../../firmware/clock.js';
import { MachineRunner } from '../../firmware/machine.js';
import {
  delivery,
  idle,
  MAX_AGE_MS,
  MAX_ATTEMPTS,
  MAX_WAITING,
  MAX_WAITING_CHARACTERS,
  type DeliveryEffect,
  type DeliveryEvent,
  type DeliveryState,
} from '../../firmware/webhook/delivery.js';

const test = suite('webhook delivery');

/** A receiver that answers when it is told to. */
function start() {
  const clock = new ManualClock();
  const sent: { id: string; atMs: number }[] = [];
  const ends: string[] = [];
  const runner: MachineRunner<DeliveryState, DeliveryEvent, DeliveryEffect> = new MachineRunner<
    DeliveryState,
    DeliveryEvent,
    DeliveryEffect
  >(delivery, idle, clock, (effect) => {
    if (effect.type === 'send') sent.push({ id: effect.message.id, atMs: clock.nowMs() });
    if (effect.type === 'note' && effect.state !== 'waiting')
      ends.push(`${effect.message.id} ${effect.state}`);
  });
  const happen = (id: string, body = '{}') =>
    runner.dispatch({
      type: 'happened',
      message: { id, event: 'test', time: '', atMs: clock.nowMs(), body },
    });
  const answer = (ok: boolean) =>
    runner.dispatch({ type: 'tried', outcome: { ok, why: ok ? 'yes' : 'no' }, nowMs: clock.nowMs() });
  return { clock, sent, ends, runner, happen, answer, ids: () => sent.map(({ id }) => id) };
}

test('one after the other, in order', () => {
  const { happen, answer, ids, ends } = start();
  happen('a');
  happen('b');
  assert.equal(ids(), ['a']);
  answer(true);
  assert.equal(ids(), ['a', 'b']);
  answer(true);
  assert.equal(ends, ['a delivered', 'b delivered']);
});

test('a failed one is tried again, each pause twice the one before, then given up; the next goes on', () => {
  const { clock, sent, ends, happen, answer } = start();
  happen('a');
  happen('b');
  for (let attempt = 1; attempt < MAX_ATTEMPTS; attempt += 1) {
    answer(false);
    clock.advance(1000 * 2 ** (attempt - 1) - 1);
    assert.is(sent.length, attempt, 'not too soon');
    clock.advance(1);
    assert.is(sent.length, attempt + 1);
  }
  assert.equal(ends, []);
  answer(false);
  assert.equal(ends, ['a failed']);
  assert.is(sent.at(-1)!.id, 'b');
  answer(true);
  assert.equal(ends, ['a failed', 'b delivered']);
  assert.is(clock.pending, 0);
});

test('what waited for an hour is not told any more', () => {
  const { clock, ends, happen, answer, ids } = start();
  happen('a');
  happen('b');
  clock.advance(MAX_AGE_MS + 1);
  happen('c');
  answer(false);
  assert.equal(ends, ['a failed', 'b failed']);
  assert.is(ids().at(-1), 'c');
});

test('of too many, and of too much, the oldest that wait are lost; what is on its way is not', () => {
  const many = start();
  for (let n = 0; n <= MAX_WAITING + 2; n += 1) many.happen(String(n));
  assert.equal(many.ends, ['1 failed', '2 failed', '3 failed']);
  assert.is(many.runner.state.waiting.length, MAX_WAITING);
  const long = start();
  const body = 'x'.repeat(MAX_WAITING_CHARACTERS / 2);
  for (const id of ['a', 'b', 'c']) long.happen(id, body);
  assert.equal(long.ends, ['b failed']);
});

type Action = 'happen' | 'yes' | 'no' | 'wait';
const actions = fc.array(fc.constantFrom<Action>('happen', 'happen', 'yes', 'no', 'wait'), {
  maxLength: 400,
});

test('whatever happens, order is kept, one is sent at a time, and each ends once', () =>
  fc.assert(
    fc.property(actions, (all) => {
      const bench = start();
      let happened = 0;
      let answered = 0;
      const onItsWay = () => bench.sent.length > answered;
      for (const what of all) {
        if (what === 'happen') bench.happen(String(happened++));
        else if (what === 'wait') bench.clock.advance(60_000);
        else if (onItsWay()) {
          answered += 1;
          bench.answer(what === 'yes');
        }
        assert.ok(bench.sent.length - answered <= 1, 'one at a time');
      }
      for (let n = 0; n < 20 * happened + 20; n += 1) {
        if (onItsWay()) {
          answered += 1;
          bench.answer(true);
        }
        bench.clock.advance(300_000);
      }
      const order = bench.sent.map(({ id }) => Number(id));
      assert.equal(
        order,
        [...order].sort((a, b) => a - b),
      );
      assert.is(bench.ends.length, happened);
      assert.is(new Set(bench.ends.map((end) => end.split(' ')[0])).size, happened);
      assert.is(bench.clock.pending, 0);
    }),
  ));

test.run();

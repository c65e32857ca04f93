/** Who is served when there is too much to serve. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FairInbox } from '../../firmware/sip/fair-inbox.js';

const test = suite('fair inbox');

function start() {
  const served: string[] = [];
  const turns: (() => void)[] = [];
  const inbox = new FairInbox<string>(
    (item) => served.push(item),
    (work) => turns.push(work),
  );
  const put = (source: string, count: number, { first = false, octets = 400 } = {}) => {
    for (let n = 1; n <= count; n++) inbox.put(`${source}${n}`, source, octets, first);
  };
  return { inbox, served, put, turn: () => turns.shift()?.(), turns };
}

test('sources have their turn: a flood does not hold up a single phone', () => {
  const { put, turn, served } = start();
  put('flood', 100);
  put('phone', 2);
  turn();
  assert.equal(served.slice(0, 4), ['flood1', 'phone1', 'flood2', 'phone2']);
  assert.is(served.length, 8);
});

test('phones in calls come first, but do not starve the others', () => {
  const { put, turn, served } = start();
  put('other', 10);
  put('talker', 40, { first: true });
  turn();
  assert.equal(served.slice(0, 2), ['talker1', 'talker2']);
  assert.is(served.length, 40);
  assert.is(served.filter((item) => item.startsWith('other')).length, 8);
});

test('everything is served at last, and then nothing is scheduled', () => {
  const { put, turn, turns, served } = start();
  put('a', 30);
  for (let n = 0; n < 4; n++) turn();
  assert.is(served.length, 30);
  assert.is(turns.length, 0);
  put('a', 1);
  turn();
  assert.is(served.length, 31);
});

test('what has no room is dropped and counted: 64 KiB a source, 2 MiB in all, the first lane apart', () => {
  const { inbox, put } = start();
  put('greedy', 200);
  assert.is(inbox.dropped, 200 - Math.floor(65_536 / 400));
  const before = inbox.dropped;
  for (let n = 0; n < 40; n++) put(`source${n}`, 1, { octets: 65_000 });
  assert.ok(inbox.dropped > before);
  const full = inbox.dropped;
  put('talker', 1, { first: true });
  assert.is(inbox.dropped, full);
});

test('after clear nothing is served', () => {
  const { inbox, put, turn, served } = start();
  put('a', 3);
  inbox.clear();
  turn();
  assert.equal(served, []);
});

test.run();

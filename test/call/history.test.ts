/** What is remembered of calls and conferences. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { History, type HistoryRecord } from '../../firmware/call/history.js';
import type { OpenRoom } from '../../firmware/call/conference-directory.js';
import type { OpenLeg } from '../../firmware/call/switchboard.js';

const test = suite('history');

const START_MS = Date.UTC(2026, 0, 31, 12);
const at = (seconds: number) => new Date(START_MS + 1000 * seconds).toISOString();

class Bench {
  seconds = 0;
  kept: HistoryRecord[] = [];
  readonly history = new History(() => START_MS + 1000 * this.seconds);
  constructor() {
    this.history.keepBy((record) => this.kept.push(structuredClone(record)));
  }
}

const party = (number: string) => ({ number, name: `Phone ${number}` });
const leg = (id: number, more: object = {}) =>
  ({
    leg: { id, direction: 'incoming', party: party(`10${id}`), peerAddress: '192.0.2.7', ...more },
    extension: undefined,
    dialled: '800',
  }) as unknown as OpenLeg;

test('a call is kept when it begins and when it ends, with how long it was answered and why it ended', () => {
  const bench = new Bench();
  bench.history.legOpened(leg(1));
  bench.seconds = 70;
  bench.history.legClosed(leg(1, { answeredMs: 5000, endedMs: 65_000, codec: 'PCMU', cause: 'normal' }));
  bench.history.legClosed(leg(9));
  const [began, ended] = bench.kept;
  assert.is(bench.kept.length, 2);
  assert.is(began.ended, undefined);
  assert.equal(ended, {
    kind: 'call',
    id: 1,
    began: at(0),
    direction: 'incoming',
    number: '101',
    name: 'Phone 101',
    with: '800',
    address: '192.0.2.7',
    codec: 'PCMU',
    answered: at(10),
    ended: at(70),
    seconds: 60,
    cause: 'normal',
  });
  assert.equal([...bench.history.records], [ended]);
});

test('a conference is kept with who was in it and when', () => {
  const bench = new Bench();
  const room = {
    conference: { number: '800', description: 'Weekly' },
    number: '',
    state: { members: [], locked: false },
    legs: new Map([1, 2].map((id) => [id, { leg: { party: party(`10${id}`) } }])),
  } as unknown as OpenRoom;
  const members = (seconds: number, ...there: [leg: number, place: string][]) => {
    bench.seconds = seconds;
    room.state = { ...room.state, members: there.map(([leg, place]) => ({ leg, place })) as never };
    bench.history.roomChanged(room);
  };
  members(0, [1, 'entering']);
  members(5, [1, 'inside']);
  members(10, [1, 'inside'], [2, 'entering']);
  members(12, [1, 'inside'], [2, 'inside']);
  members(20, [2, 'inside']);
  members(30);
  assert.is(bench.kept.length, 2);
  assert.equal(bench.kept[1], {
    kind: 'conference',
    id: 1,
    began: at(0),
    conference: '800',
    description: 'Weekly',
    ended: at(30),
    seconds: 30,
    cause: 'empty',
    participants: [
      { ...party('101'), joined: at(5), left: at(20) },
      { ...party('102'), joined: at(12), left: at(30) },
    ],
  });
});

test('what is restored: ended ones as they were, others cut off with the power; ids go on; rubbish is nothing', () => {
  const first = new Bench();
  first.history.legOpened(leg(1));
  first.history.legOpened(leg(2));
  first.history.legClosed(leg(2, { cause: 'busy' }));
  const second = new Bench();
  for (const line of [
    null,
    7,
    {},
    { id: 'x', kind: 'call' },
    { id: 1, kind: 'fax', began: at(0) },
    ...first.kept,
  ])
    second.history.restore(JSON.parse(JSON.stringify(line)));
  assert.equal(
    [...second.history.records].map(({ id, cause, ended }) => [id, cause, ended]),
    [
      [1, 'boxStopped', undefined],
      [2, 'busy', at(0)],
    ],
  );
  second.history.legOpened(leg(1));
  assert.is(second.kept[0].id, 3);
});

test.run();

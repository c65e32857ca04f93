/** What is remembered of calls and conferences. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { History, type HistoryRecord } from '../../firmware/call/history.js';
import type { OpenRoom } from '../../firmware/call/open-room.js';
import type { OpenLeg } from '../../firmware/call/switchboard.js';
import type { PortStats } from '../../firmware/media/stats.js';
import { heldBytes } from '../support/heap.js';

const test = suite('history');

const START_MS = Date.UTC(2026, 0, 31, 12);
const at = (seconds: number) => new Date(START_MS + 1000 * seconds).toISOString();

const asKept = (record: HistoryRecord) => JSON.parse(JSON.stringify(record)) as HistoryRecord;

class Bench {
  seconds = 0;
  /** The time of day was set so many seconds forward. */
  setBy = 0;
  kept: HistoryRecord[] = [];
  /** How every port is. */
  port: PortStats | undefined;
  readonly history = new History(
    { timeMs: () => START_MS + 1000 * (this.seconds + this.setBy), nowMs: () => 1000 * this.seconds },
    () => this.port,
  );
  constructor() {
    this.history.keepBy((record) => this.kept.push(asKept(record)));
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
  assert.equal([...bench.history.records].map(asKept), [ended]);
});

test('how well a call was heard: means, the worst, and what was lost of the whole', () => {
  const bench = new Bench();
  const open = leg(1, { port: 7 });
  const stats = (rxPackets: number, rxLost: number, quality: PortStats['quality']) =>
    ({ rxPackets, rxLost, quality }) as PortStats;
  bench.history.legOpened(open);
  bench.history.hear();
  for (bench.port of [
    stats(100, 0, {}),
    stats(300, 10, { rxMos: 4.4, rxJitterMs: 3, txMos: 4 }),
    stats(600, 10, { rxMos: 3, rxJitterMs: 8.25, txLoss: 0.02 }),
  ])
    bench.history.hear();
  bench.port = stats(990, 10, { rxMos: 4.3, roundTripMs: 12 });
  bench.history.legEnded(open);
  bench.port = undefined;
  bench.history.legClosed(open);
  const quality = { mos: 3.9, worstMos: 3, loss: 0.01, jitterMs: 5.6, roundTripMs: 12, theirMos: 4 };
  assert.equal(bench.kept[1], { ...bench.kept[1], quality: { ...quality, theirLoss: 0.02 } });
});

test('a call that nothing was heard of has no quality', () => {
  const bench = new Bench();
  bench.history.legOpened(leg(1, { port: 7 }));
  bench.port = { rxPackets: 0, rxLost: 0, quality: {} } as PortStats;
  bench.history.hear();
  bench.history.legClosed(leg(1));
  assert.is(bench.kept[1].kind === 'call' && bench.kept[1].quality, undefined);
});

test('a participant leads to the record of its call', () => {
  const bench = new Bench();
  bench.history.legOpened(leg(7));
  const room = {
    conference: { number: '800', description: '' },
    number: '',
    state: { members: [{ leg: 7, place: 'inside' }], locked: false },
    legs: new Map([[7, { leg: { party: party('107') } }]]),
  } as unknown as OpenRoom;
  bench.history.roomChanged(room);
  room.state = { ...room.state, members: [] };
  bench.history.roomChanged(room);
  const last = bench.kept.at(-1)!;
  assert.is(last.kind === 'conference' && last.participants?.[0].call, 1);
  assert.is(bench.history.find(1)?.kind, 'call');
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

test('the clock is set within a conference: it lasted as long as it did', () => {
  const bench = new Bench();
  const room = {
    conference: { number: '800', description: '' },
    number: '',
    state: { members: [{ leg: 1, place: 'inside' }], locked: false },
    legs: new Map([[1, { leg: { party: party('101') } }]]),
  } as unknown as OpenRoom;
  bench.history.roomChanged(room);
  bench.seconds = 30;
  bench.setBy = -10 * 365 * 86_400;
  room.state = { ...room.state, members: [] };
  bench.history.roomChanged(room);
  assert.is(bench.kept[1].seconds, 30);
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

test('callers whose long names came in large messages: the messages are not remembered', () => {
  const { history } = new Bench();
  const before = heldBytes();
  for (let call = 1; call <= 500; call += 1) {
    const message = Buffer.alloc(60_000, `${call} `).toString('latin1');
    const party = { number: message.slice(0, 30), name: message.slice(30, 60) };
    history.legOpened(leg(call, { party }));
    history.legClosed(leg(call, { party }));
  }
  const grown = heldBytes() - before;
  assert.is([...history.records].length, 500);
  assert.ok(grown < 2e6, `${grown} octets`);
});

test.run();

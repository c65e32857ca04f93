/** Exchange lines as ways in and out, on a clock that the test turns: what the exchange does, and what becomes of the legs. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FrameRing, frameRingMemory } from '../../hal/frame-ring.js';
import type { OpenRoom } from '../../firmware/call/open-room.js';
import type { Caller } from '../../firmware/call/dial-plan.js';
import { ExchangeLines } from '../../firmware/call/exchange-lines.js';
import type { Leg, LegEvent } from '../../firmware/call/leg.js';
import type { LineOwner } from '../../firmware/call/line-board.js';
import { ManualClock } from '../../firmware/clock.js';
import type { LineSettings } from '../../firmware/config/schema.js';
import { validateConfig } from '../../firmware/config/validate.js';
import { writeCallerId } from '../../firmware/line/caller-id-message.js';
import type { LineSettings as PortSettings, Media, PlayItem } from '../../firmware/media/contract.js';

const test = suite('exchange lines');

const config = validateConfig({
  version: 1,
  extensions: [{ number: '101', sip: { username: '101', password: 'secret-101' } }],
  lines: [
    { name: 'town', card: 'simulated', place: 9, kind: 'fxo', to: '101', outgoing: true },
    { name: 'hill', card: 'simulated', place: 10, kind: 'fxo', outgoing: true, callerId: 'dtmf' },
    { name: 'shut', card: 'simulated', place: 11, kind: 'fxo', to: '101' },
  ],
});

const MINUTE_MS = 60_000;

/** One line, and what was done with it. */
class Line {
  hook: boolean[] = [];
  port?: PortSettings;
  readonly owner: LineOwner;

  constructor(box: Lines, settings: LineSettings, cancelsEcho: boolean) {
    const ring = () => new FrameRing(frameRingMemory(4));
    const { place } = settings;
    const line = {
      kind: 'fxo' as const,
      place,
      rx: ring(),
      tx: ring(),
      cancelsEcho,
      hook: (off: boolean) => void this.hook.push(off),
    };
    box.lines.set(place, this);
    this.owner = box.exchange.own({ line, port: place, settings });
  }

  rings(times = 1): void {
    for (let i = 0; i < times; i++)
      for (const on of [true, false]) this.owner.event({ type: 'ring', place: 0, on, atMs: 0 });
  }

  battery(on: boolean): void {
    this.owner.event({ type: 'battery', place: 0, on, atMs: 0 });
  }
}

/** All of them, with what was said and done around them. */
class Lines {
  readonly clock = new ManualClock();
  readonly lines = new Map<number, Line>();
  readonly routed: { leg: Leg; from: Caller; dialled: string; events: LegEvent[] }[] = [];
  readonly played: { items: PlayItem[]; ended?: () => void }[] = [];
  readonly announced: string[] = [];
  rooms: OpenRoom[] = [];
  speaks = false;
  #nextLeg = 1;
  readonly exchange: ExchangeLines;

  constructor({ cancelsEcho = false, lines = config.lines } = {}) {
    const media: Partial<Media> = {
      setLine: (port, settings) => void (this.lines.get(port)!.port = settings),
      play: (_, items, options) => this.played.push({ items, ended: options?.ended }) - 1,
      stopPlay: (play) => void delete this.played[play].ended,
      leave: () => {},
    };
    this.exchange = new ExchangeLines({
      media: media as Media,
      clock: this.clock,
      config: () => config,
      speaks: () => this.speaks,
      newLeg: () => ({
        id: this.#nextLeg++,
        nowMs: () => this.clock.nowMs(),
        onState: () => {},
        onClosed: () => {},
      }),
      keep: () => {},
      route: (leg, from, dialled) => {
        this.routed.push({ leg, from, dialled, events: watch(leg) });
        leg.ring();
      },
      conferences: {
        get rooms() {
          return rooms();
        },
        announce: (_, what) => void this.announced.push(what),
      },
    });
    const rooms = () => this.rooms;
    for (const settings of lines) new Line(this, settings, cancelsEcho);
  }

  at(place: number): Line {
    return this.lines.get(place)!;
  }

  /** A call to outside by the first way there is, as far as its dial tone; undefined if there is no way. */
  async calls(number = '123', ways = this.exchange.ways(number, '101')): Promise<Outgoing> {
    const leg = ways[0].place();
    const events = watch(leg);
    await Promise.resolve();
    const line = this.at([...this.lines.keys()].find((place) => this.nameAt(place) === leg.peerAddress)!);
    return { leg, events, line };
  }

  nameAt(place: number): string {
    return config.lines.find((line) => line.place === place)!.name;
  }
}

type Outgoing = { leg: Leg; events: LegEvent[]; line: Line };

function watch(leg: Leg): LegEvent[] {
  const events: LegEvent[] = [];
  leg.onEvent = (event) => {
    events.push(event);
    if (event.type === 'ended') leg.onEvent = () => {};
  };
  return events;
}

const told = (name: string, number: string) => writeCallerId({ number, name }, 'mdmf');

test('a call comes with its caller, is answered, and released when the loop breaks', () => {
  const box = new Lines();
  const line = box.at(9);
  line.rings();
  assert.is(box.routed.length, 0, 'offered before the caller is known');
  line.owner.callerId(told('Ada', '0891234567'));
  const [{ leg, from, dialled, events }] = box.routed;
  assert.equal(leg.party, { number: '0891234567', name: 'Ada' });
  assert.equal([leg.sources, dialled], [['line town 0891234567'], '101']);
  assert.ok('line' in from && from.line.name === 'town');
  assert.equal(line.hook, []);
  assert.is(line.port!.callerId, 'bell202');
  leg.answer();
  assert.equal(line.hook, [true]);
  assert.equal([line.port!.keys, line.port!.echoTailMs, line.port!.callerId], [true, 32, undefined]);
  assert.equal(line.port!.tones!.busy, [[480, 620], 500, 500]);
  line.owner.digit('5');
  line.battery(false);
  box.clock.advance(89);
  assert.equal(
    events.map(({ type }) => type),
    ['answered', 'digit'],
  );
  box.clock.advance(1);
  assert.equal([events.at(-1), line.hook], [{ type: 'ended', cause: 'normal' }, [true, false]]);
  line.owner.close();
  assert.is(box.clock.pending, 0);
});

test('a caller told in keys before the ring, with an end or without; who gives up is missed', () => {
  const [hill] = [{ ...config.lines[1], to: '101' }];
  const box = new Lines({ lines: [hill] });
  const line = box.at(10);
  for (const key of 'A089') line.owner.digit(key);
  box.clock.advance(700);
  line.rings();
  for (const key of 'A077C') line.owner.digit(key);
  assert.equal(
    box.routed.map(({ leg }) => leg.party.number),
    ['089'],
  );
  box.clock.advance(8000);
  assert.equal(box.routed[0].events, [{ type: 'ended', cause: 'normal' }]);
  line.rings(2);
  assert.equal(
    box.routed.map(({ leg }) => leg.party.number),
    ['089', ''],
  );
});

test('whom nobody takes rings on, and is offered once', () => {
  const box = new Lines();
  const line = box.at(9);
  line.rings(2);
  box.routed[0].leg.hangUp('busy');
  line.rings(3);
  assert.equal([box.routed.length, line.hook, box.exchange.ways('1', '').length], [1, [], 1]);
  box.clock.advance(8000);
  assert.is(box.exchange.ways('1', '').length, 2);
});

test('a call goes out: dial tone, the number, and both hear each other; the busy tone of its own line ends it', async () => {
  const box = new Lines();
  const { leg, events, line } = await box.calls('0891');
  assert.is(leg.peerAddress, 'hill');
  assert.equal([line.hook, events], [[true], []]);
  line.owner.tone('dial');
  assert.equal(box.played[0].items, [{ keys: '0891', onMs: 100, offMs: 100 }]);
  box.played[0].ended!();
  assert.equal(
    events.map(({ type }) => type),
    ['trying', 'answered'],
  );
  leg.sendKey('7');
  assert.equal(box.played[1].items, [{ keys: '7', onMs: 100, offMs: 100 }]);
  line.owner.tone('ringBack');
  line.owner.tone('busy');
  assert.equal([events.at(-1), line.hook], [{ type: 'ended', cause: 'normal' }, [true, false]]);
});

test('where the battery tells, the answer is waited for', async () => {
  const box = new Lines({ lines: [{ ...config.lines[0], polarity: true }] });
  const { leg, events, line } = await box.calls();
  line.owner.tone('dial');
  box.played[0].ended!();
  assert.is(leg.state, 'early');
  line.owner.event({ type: 'polarity', place: 0, reversed: true });
  assert.is(leg.state, 'answered');
  line.owner.event({ type: 'polarity', place: 0, reversed: false });
  assert.equal(events.at(-1), { type: 'ended', cause: 'normal' });
  box.clock.advance(2000);
  const busy = await box.calls();
  busy.line.owner.tone('dial');
  box.played[1].ended!();
  busy.line.owner.tone('busy');
  assert.equal(busy.events.at(-1), { type: 'ended', cause: 'busy' });
});

test('it rings as it is taken: the caller has the line, the call to outside looks for another one', async () => {
  const box = new Lines();
  const { events, line } = await box.calls('1');
  const other = box.exchange.ways('1', '');
  assert.is(other.length, 1);
  line.rings();
  assert.equal(events, [{ type: 'ended', cause: 'congestion' }]);
  // The line is for calls that go out: who came by it is hung up.
  assert.equal([box.routed.length, line.hook], [0, [true, false]]);
  const { line: town } = await box.calls('1', other);
  town.rings();
  assert.is(box.routed.length, 1);
  assert.is(box.routed[0].leg.state, 'early', 'the caller hears that it rings');
  box.routed[0].leg.answer();
  assert.equal([box.routed[0].leg.state, town.hook], ['answered', [true]]);
});

test('a line that is taken in the same moment, that is dead, or that somebody hangs up before it was taken', async () => {
  const box = new Lines();
  const [way] = box.exchange.ways('1', '');
  const first = way.place();
  const second = watch(way.place());
  await Promise.resolve();
  assert.equal([first.state, second], ['alerting', [{ type: 'ended', cause: 'congestion' }]]);
  const events = watch(first);
  box.clock.advance(8000);
  assert.equal(events, [{ type: 'ended', cause: 'congestion' }]);
  box.clock.advance(2000);
  const third = way.place();
  third.hangUp('normal');
  await Promise.resolve();
  assert.equal(box.at(10).hook, [true, false]);
  box.at(10).battery(false);
  assert.equal(
    box.exchange.ways('1', '').map((one) => one.place().peerAddress),
    ['town'],
  );
  assert.equal(box.exchange.ways('+49', ''), []);
});

test('silence and the longest call release it; who speaks is not silent', () => {
  const box = new Lines();
  const line = box.at(9);
  const answered = () => {
    line.rings(2);
    const { leg, events } = box.routed.at(-1)!;
    leg.answer();
    return events;
  };
  const first = answered();
  box.speaks = true;
  box.clock.advance(59 * MINUTE_MS);
  box.speaks = false;
  box.clock.advance(59 * MINUTE_MS);
  assert.is(first.at(-1)!.type, 'answered');
  box.clock.advance(2 * MINUTE_MS);
  assert.is(first.at(-1)!.type, 'ended');
  const second = answered();
  box.speaks = true;
  box.clock.advance(479 * MINUTE_MS);
  assert.is(second.at(-1)!.type, 'answered');
  box.clock.advance(MINUTE_MS);
  assert.is(second.at(-1)!.type, 'ended');
});

test('a line whose card takes the echo out has none taken out again', () => {
  const box = new Lines({ cancelsEcho: true });
  box.at(9).rings(2);
  box.routed[0].leg.answer();
  assert.is(box.at(9).port!.echoTailMs, 0);
});

test('an emergency call has a free line, then the least important one of conferences, and those inside hear so', async () => {
  const box = new Lines();
  const help = async () => {
    const call = await box.calls('112', box.exchange.emergencyWays('112', '101'));
    return call.leg.peerAddress;
  };
  box.at(9).rings(2);
  box.clock.advance(1000);
  box.at(11).rings(2);
  const [listener, talker] = box.routed.map(({ leg }) => leg);
  listener.answer();
  talker.answer();
  const members = [
    { leg: listener.id, muted: true },
    { leg: talker.id, muted: false },
  ];
  const legs = new Map([listener, talker].map((leg) => [leg.id, { leg }]));
  box.rooms = [{ state: { members }, legs } as unknown as OpenRoom];
  assert.is(await help(), 'hill', 'the free one, though it was not for calls in');
  assert.equal([listener.state, talker.state, box.announced], ['answered', 'answered', []]);
  assert.is(await help(), 'town', 'of whom only listens');
  assert.equal([listener.state, talker.state, box.announced], ['ended', 'answered', ['line-taken']]);
  box.clock.advance(2000);
  assert.equal(box.at(9).hook, [true, false, true], 'the exchange had time to see that it was left');
  assert.is(await help(), 'shut');
  assert.equal(box.exchange.emergencyWays('112', ''), [], 'an emergency call is left alone');
});

test('an emergency call goes out without a dial tone that is recognised, and nobody looks for another line before', async () => {
  const box = new Lines();
  const ways = box.exchange.emergencyWays('112', '101');
  const { events } = await box.calls('112', ways);
  box.clock.advance(ways[0].patienceMs - 1);
  assert.equal(box.played[0].items, [{ keys: '112', onMs: 100, offMs: 100 }]);
  assert.equal(
    events.map(({ type }) => type),
    ['trying'],
  );
});

test.run();

import type { Readable } from 'node:stream';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ManualClock } from '../../firmware/clock.js';
import { LiveEvents } from '../../web-ui/api/live-events.js';
import { EventReader } from '../support/event-reader.js';

const test = suite('live events');

/** Some source of changes, and clients that come and go. */
class Bench {
  readonly clock = new ManualClock();
  readonly state = new Map<string, object>();
  levels: Record<string, number> = {};
  readonly events = new LiveEvents(
    { state: () => new Map(this.state), levels: () => this.levels },
    this.clock,
  );

  watch(reader: EventReader, levels = false): Readable {
    const stream = this.events.open({ lastEventId: reader.lastId, levels });
    stream.setEncoding('utf8');
    return stream;
  }
}

/** Reads what waits in a stream. */
function drain(stream: Readable, reader: EventReader): void {
  for (let piece; (piece = stream.read() as string | null) !== null;) reader.take(piece);
}

type Action = { what: 'set' | 'gone' | 'wait' | 'read' | 'break'; key: number; value: number; ms: number };
const action = fc.record<Action>({
  what: fc.constantFrom('set', 'set', 'set', 'gone', 'wait', 'read', 'break'),
  key: fc.integer({ min: 0, max: 12 }),
  value: fc.integer(),
  ms: fc.integer({ min: 1, max: 60_000 }),
});

test('whatever happens within an hour, a client that comes and goes has the state exactly', () =>
  fc.assert(
    fc.property(fc.array(action, { maxLength: 300 }), (actions) => {
      const bench = new Bench();
      const reader = new EventReader();
      let stream = bench.watch(reader);
      for (const { what, key, value, ms } of actions) {
        if (what === 'set') bench.state.set(`calls/${key}`, { value, name: 'line\n\nbreak' });
        else if (what === 'gone') bench.state.delete(`calls/${key}`);
        else if (what === 'wait') bench.clock.advance(Math.min(ms, 3_600_000 - bench.clock.nowMs()));
        else if (what === 'read') drain(stream, reader);
        else {
          // Whatever waits in it is lost.
          stream.destroy();
          reader.broken();
          stream = bench.watch(reader);
        }
      }
      bench.clock.advance(1000);
      drain(stream, reader);
      assert.equal(reader.state, bench.state);
      assert.is(reader.snapshots, 1, 'it could always go on where it was');
      bench.events.close();
      assert.is(bench.clock.pending, 0);
    }),
    { numRuns: 200 },
  ));

test('ids that are not ours, or too old, get a snapshot', () => {
  const bench = new Bench();
  bench.state.set('calls/1', { value: 1 });
  for (const lastId of ['', 'x', '0123456789ab-1', '-1', '0123456789ab-99999999999999999999']) {
    const reader = new EventReader();
    reader.lastId = lastId;
    drain(bench.watch(reader), reader);
    assert.is(reader.snapshots, 1, lastId);
    assert.equal(reader.state, bench.state);
  }
  const reader = new EventReader();
  bench.watch(reader).destroy();
  drain(bench.watch(reader), reader);
  const filler = 'x'.repeat(100_000);
  for (let n = 0; n < 20; n++) {
    bench.state.set('calls/1', { n, filler });
    bench.clock.advance(125);
  }
  const stream = bench.watch(reader);
  drain(stream, reader);
  assert.is(reader.snapshots, 2, 'what was missed is no longer kept');
  assert.equal(reader.state, bench.state);
});

test('one that does not read is dropped, and its memory with it; the others are told on', () => {
  const bench = new Bench();
  const [slow, good] = [new EventReader(), new EventReader()];
  const stalled = bench.watch(slow);
  const stream = bench.watch(good);
  for (let n = 0; n < 100; n++) {
    bench.state.set(`calls/${n % 3}`, { n, filler: 'x'.repeat(100_000) });
    bench.clock.advance(125);
    drain(stream, good);
  }
  assert.ok(stalled.destroyed);
  assert.not(stream.destroyed);
  assert.equal(good.state, bench.state);
  assert.is(bench.events.watchers, 1);
});

test('at most twenty watch', () => {
  const bench = new Bench();
  const streams = Array.from({ length: 20 }, () => bench.watch(new EventReader()));
  assert.throws(() => bench.watch(new EventReader()), /20 watch already/);
  streams[0].destroy();
  bench.events.close();
  bench.watch(new EventReader());
});

test('levels four times a second, only while somebody speaks, only to who asks', () => {
  const bench = new Bench();
  const [asked, other] = [new EventReader(), new EventReader()];
  const streams = [bench.watch(asked, true), bench.watch(other)];
  bench.levels = { 7: -20 };
  bench.clock.advance(1000);
  drain(streams[0], asked);
  assert.is(asked.levelEvents, 4);
  assert.equal(asked.levels, { 7: -20 });
  bench.levels = {};
  bench.clock.advance(60_000);
  drain(streams[0], asked);
  drain(streams[1], other);
  assert.is(asked.levelEvents, 5, 'that nobody speaks is told once');
  assert.equal(asked.levels, {});
  assert.is(other.levelEvents, 0);
});

test('nobody watches: nothing runs', () => {
  const bench = new Bench();
  bench.watch(new EventReader()).destroy();
  assert.is(bench.clock.pending, 1);
  return new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
    bench.clock.advance(125);
    assert.is(bench.clock.pending, 0);
  });
});

test.run();

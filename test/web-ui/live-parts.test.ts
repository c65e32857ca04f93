/** Live parts of pages: rendered once for all, only while somebody watches, told only when they change. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ManualClock } from '../../firmware/clock.js';
import { LiveParts } from '../../web-ui/live-parts.js';

const test = suite('live parts');

function start() {
  const clock = new ManualClock();
  const shown = { html: '<p>1</p>', renders: 0 };
  const live = new LiveParts(clock, () => {
    shown.renders += 1;
    return shown.html;
  });
  return { clock, shown, live };
}

const textOf = (stream: { read(): unknown }) => String((stream.read() as Buffer | null) ?? '');

test('the state at once, then every change, on one line whatever is in it', () => {
  const { clock, shown, live } = start();
  const stream = live.watch('a', () => true)!;
  clock.advance(0);
  assert.is(textOf(stream), 'data: "<p>1</p>"\n\n');
  clock.advance(1000);
  assert.is(textOf(stream), '');
  shown.html = '<p>\nevent: x\r\n\r\n</p>';
  clock.advance(250);
  assert.is(textOf(stream), 'data: "<p>\\nevent: x\\r\\n\\r\\n</p>"\n\n');
  stream.destroy();
});

test('rendered once for all who watch, and not at all when nobody does', async () => {
  const { clock, shown, live } = start();
  const streams = [live.watch('a', () => true)!, live.watch('a', () => true)!];
  clock.advance(1000);
  assert.is(shown.renders, 7);
  for (const stream of streams) stream.destroy();
  await new Promise(setImmediate);
  assert.is(clock.pending, 0);
});

test('who may no longer watch is sent away', async () => {
  const { clock, live } = start();
  let signedIn = true;
  const stream = live.watch('a', () => signedIn)!;
  clock.advance(250);
  signedIn = false;
  clock.advance(250);
  await new Promise(setImmediate);
  assert.ok(stream.destroyed);
  assert.is(clock.pending, 0);
});

test('who takes nothing is left out, and then gets the last state', async () => {
  const { clock, shown, live } = start();
  const stream = live.watch('a', () => true)!;
  for (let look = 0; look < 20; look += 1) {
    shown.html = `${look}`.padEnd(100_000, '.');
    clock.advance(250);
  }
  let taken = '';
  while (!taken.includes('"19.')) {
    taken += textOf(stream);
    await new Promise(setImmediate);
    clock.advance(250);
  }
  assert.ok(taken.length < 1_500_000, `${taken.length} were waiting`);
  assert.not.match(taken, /"15\./, 'some states were left out');
  stream.destroy();
});

test('fifty may watch, the next one is turned away; a silent part shows signs of life', () => {
  const { clock, live } = start();
  const streams = Array.from({ length: 50 }, () => live.watch('a', () => true)!);
  assert.is(
    live.watch('a', () => true),
    undefined,
  );
  clock.advance(0);
  textOf(streams[0]);
  clock.advance(16_000);
  assert.is(textOf(streams[0]), ':\n\n');
  for (const stream of streams) stream.destroy();
});

test.run();

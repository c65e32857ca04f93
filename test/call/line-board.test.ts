/** Cards that come and go, and lines that the administrator names: who has which line when. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LineBoard, type LineOwner } from '../../firmware/call/line-board.js';
import { ManualClock } from '../../firmware/clock.js';
import type { LineSettings } from '../../firmware/config/schema.js';
import { validateConfig } from '../../firmware/config/validate.js';
import type { LineHandlers, Media } from '../../firmware/media/contract.js';
import { HardwareError } from '../../hal/hardware-error.js';
import type { Line, LineCardDriver } from '../../hal/line-card.js';
import { SimulatedCard } from '../../hal/drivers/simulated/card.js';

const test = suite('line board');

function linesOf(...lines: object[]): LineSettings[] {
  const extensions = ['201', '202'].map((number) => ({ number }));
  return validateConfig({ version: 1, extensions, lines }).lines;
}

const HALL = { name: 'hall', card: 'simulated', place: 1, kind: 'fxs', extension: '201' };
const SHOP = { ...HALL, name: 'shop', place: 2, extension: '202' };
/** What awaits nothing but promises is over. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

class Bench {
  readonly clock = new ManualClock();
  readonly told: string[] = [];
  readonly handlers: LineHandlers[] = [];
  lines = linesOf(HALL);
  card = new SimulatedCard(2);
  refusals = 0;
  board: LineBoard;

  constructor(cards: string[] = []) {
    const driver: LineCardDriver = {
      name: 'simulated',
      probe: () => Promise.resolve([]),
      open: (which) => {
        this.told.push(`open ${which}`);
        if (this.refusals-- > 0) return Promise.reject(new HardwareError('notFound', 'no such card'));
        return Promise.resolve((this.card = new SimulatedCard(2)));
      },
    };
    let ports = 0;
    const media = {
      openLine: (_sound: object, _settings: object, handlers: LineHandlers) => {
        this.handlers.push(handlers);
        return Promise.resolve(++ports);
      },
      closePort: (port: number) => {
        this.told.push(`port ${port} closed`);
        return Promise.resolve();
      },
    } as unknown as Media;
    const fxs = ({ settings, port }: { settings: LineSettings; port: number }): LineOwner => {
      const say = (what: string) => void this.told.push(`${settings.name} on port ${port}: ${what}`);
      say('mine');
      return {
        event: (event) => say(event.type === 'hook' ? `hook ${event.off}` : event.type),
        digit: (key) => say(`key ${key}`),
        tone: () => {},
        callerId: () => {},
        use: (now) => say(`now ${now.name}, ${now.echoTailMs} ms`),
        close: () => say('gone'),
      };
    };
    this.board = new LineBoard({
      drivers: [driver],
      cards,
      lines: () => this.lines,
      media,
      clock: this.clock,
      owners: { fxs },
    });
  }

  said(): string[] {
    return this.told.splice(0);
  }
}

test('the cards of the configuration are opened, and a line with a name has an owner, who is told what happens', async () => {
  const bench = new Bench();
  await bench.board.start();
  assert.equal(bench.said(), ['open ', 'hall on port 1: mine']);
  bench.card.phones[0].off = bench.card.phones[1].off = true;
  bench.card.frame();
  bench.handlers[0].digit('8');
  assert.equal(bench.said(), ['hall on port 1: hook true', 'hall on port 1: key 8']);
  assert.equal(
    bench.board.lines.map(({ place, kind, settings, offHook }) => [place, kind, settings?.name, offHook]),
    [
      [1, 'fxs', 'hall', true],
      [2, 'fxs', undefined, true],
      [3, 'fxo', undefined, false],
      [4, 'fxo', undefined, false],
      [5, 'fxo', undefined, false],
      [6, 'fxo', undefined, false],
    ],
  );
  assert.equal(bench.board.alarms, []);
});

test('what was lost before a line has a port is not counted', async () => {
  const bench = new Bench();
  await bench.board.start();
  for (let i = 0; i < 20; i++) bench.card.frame();
  const [hall, shop] = bench.board.lines.map(({ losses }) => losses);
  assert.ok(hall.overruns > 0 && hall.underruns > 0, JSON.stringify(hall));
  bench.lines = linesOf(HALL, SHOP);
  bench.board.apply();
  await settled();
  assert.equal(bench.board.lines[1].losses, { overruns: 0, underruns: 0 });
  assert.ok(shop.overruns > 0);
});

test('one card is opened once, whether it is asked for by its kind or wholly', async () => {
  const bench = new Bench(['simulated:2']);
  await bench.board.start();
  assert.equal(bench.said(), ['open 2', 'hall on port 1: mine']);
});

test('lines that are named, changed and forgotten: only their own owners notice', async () => {
  const bench = new Bench();
  await bench.board.start();
  bench.card.phones[1].off = true;
  bench.card.frame();
  bench.said();
  bench.lines = linesOf(HALL, SHOP);
  bench.board.apply();
  await settled();
  assert.equal(bench.said(), ['shop on port 2: mine', 'shop on port 2: hook true'], 'what it missed is told');
  bench.lines = linesOf({ ...HALL, echoTailMs: 64 }, SHOP);
  bench.board.apply();
  await settled();
  assert.equal(bench.said(), ['hall on port 1: now hall, 64 ms']);
  bench.lines = linesOf(SHOP);
  bench.board.apply();
  await settled();
  assert.equal(bench.said(), ['hall on port 1: gone', 'port 1 closed']);
});

test('a card that is pulled out: its lines are gone, an alarm stands, it is tried again ever more seldom, then all is well', async () => {
  const bench = new Bench();
  await bench.board.start();
  bench.said();
  bench.refusals = 2;
  bench.card.unplug();
  assert.equal(bench.said(), ['hall on port 1: gone', 'port 1 closed']);
  assert.match(bench.board.alarms[0].text, /card simulated: it is gone/);
  assert.equal(bench.board.lines, []);
  for (const [waitMs, tried] of [
    [999, 0],
    [1, 1],
    [1999, 0],
    [1, 1],
    [3999, 0],
  ]) {
    bench.clock.advance(waitMs);
    await settled();
    assert.is(bench.said().length, tried, `${waitMs} ms`);
  }
  assert.match(bench.board.alarms[0].text, /no such card/);
  bench.clock.advance(1);
  await settled();
  assert.equal(bench.said(), ['open ', 'hall on port 2: mine']);
  assert.equal(bench.board.alarms, []);
});

test('what is not to be had is an alarm: a driver that nobody knows, a place that the card does not have', async () => {
  const bench = new Bench();
  bench.lines = linesOf({ ...HALL, place: 9 }, { ...SHOP, card: 'other:1' });
  await bench.board.start();
  assert.equal(
    bench.board.alarms.map(({ text }) => text),
    [
      'card other:1: no driver is called other; it is tried again and again',
      'line hall: card simulated has no fxs line at place 9',
    ],
  );
});

test('a line is lent: its owner lets go and has it again, told what it missed; the line is left as one that nobody has', async () => {
  const bench = new Bench();
  await bench.board.start();
  bench.said();
  const borrowed: string[] = [];
  let line: Line | undefined;
  const lend = (name: string) =>
    bench.board.lend(name, (owned) => {
      line = owned.line;
      return {
        event: ({ type }) => borrowed.push(type),
        digit: (key) => borrowed.push(key),
        tone: () => {},
        callerId: () => {},
        use: () => {},
        close: () => borrowed.push('closed'),
      };
    });
  assert.not(lend('shop'));
  assert.ok(lend('hall'));
  assert.equal(bench.said(), ['hall on port 1: gone']);
  if (line?.kind === 'fxs') line.ring(true);
  assert.ok(bench.board.lines[0].ringing);
  bench.card.frame();
  assert.ok(bench.card.phones[0].ringing);
  if (line?.kind === 'fxs') line.feed(false);
  bench.handlers[0].digit('5');
  bench.card.phones[0].off = true;
  bench.board.takeBack('hall');
  bench.card.frame();
  bench.card.frame();
  assert.equal(borrowed, ['5', 'closed']);
  assert.equal(bench.said(), ['hall on port 1: mine', 'hall on port 1: hook true']);
  assert.not(bench.card.phones[0].ringing);
  const { ringing, battery, offHook } = bench.board.lines[0];
  assert.equal([ringing, battery, offHook], [false, true, true]);
});

test('it closes: owners first, and nothing is opened any more', async () => {
  const bench = new Bench();
  await bench.board.start();
  bench.said();
  await bench.board.close();
  assert.equal(bench.said(), ['hall on port 1: gone', 'port 1 closed']);
  assert.not(bench.card.plugged);
  assert.is(bench.clock.pending, 0);
});

test.run();

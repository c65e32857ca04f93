/** Messages that wait: the lamp of a phone, what it is told by modem, its dial tone, and that all of it is remembered. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FxsPhones } from '../../firmware/call/fxs-phones.js';
import type { LineOwner } from '../../firmware/call/line-board.js';
import { WaitingMessages } from '../../firmware/call/waiting-messages.js';
import { ManualClock } from '../../firmware/clock.js';
import { validateConfig } from '../../firmware/config/validate.js';
import type { Media, PlayItem } from '../../firmware/media/contract.js';
import type { FxsLine } from '../../hal/line-card.js';

const test = suite('waiting messages');

const config = validateConfig({
  version: 1,
  extensions: [{ number: '201' }, { number: '202' }],
  lines: [{ name: 'hall', card: 'simulated', place: 1, kind: 'fxs', extension: '201' }],
});
/** Bellcore GR-1401: type, length, the indicator, its length, on or off, checksum. */
const LIT = '82030b01ff70';
const DARK = '82030b01006f';

class Bench {
  readonly clock = new ManualClock();
  readonly messages = new WaitingMessages();
  readonly lamps: boolean[] = [];
  readonly played: PlayItem[][] = [];
  readonly phone: LineOwner;

  constructor(waiting: string[] = []) {
    this.messages.restore({ extensions: waiting });
    const phones = new FxsPhones({
      messages: this.messages,
      clock: this.clock,
      config: () => config,
      media: {
        setLine: () => {},
        stopPlay: () => {},
        play: (_: object, items: PlayItem[]) => this.played.push(items),
      } as unknown as Media,
    } as unknown as ConstructorParameters<typeof FxsPhones>[0]);
    this.messages.onShown = (extension) => phones.showMessages(extension);
    const line = { kind: 'fxs', ring: () => {}, lamp: (on: boolean) => this.lamps.push(on) };
    this.phone = phones.own({ line: line as unknown as FxsLine, port: 1, settings: config.lines[0] });
  }

  hook(off: boolean): void {
    this.phone.event({ type: 'hook', place: 1, off, atMs: this.clock.nowMs() });
    this.clock.advance(3000);
  }

  /** What was told by modem since. */
  told(): string[] {
    return this.played
      .splice(0)
      .flat()
      .flatMap((item) => ('callerId' in item ? Buffer.from(item.callerId).toString('hex') : []));
  }
}

test('the lamp is lit and put out, and the phone is told so on hook; of other extensions nothing is shown', () => {
  const bench = new Bench();
  assert.equal([bench.lamps, bench.told()], [[false], []]);
  bench.messages.set('202', true);
  assert.is(bench.lamps.length, 1);
  bench.messages.set('201', true);
  bench.messages.set('201', true);
  assert.equal([bench.lamps, bench.told()], [[false, true], [LIT]]);
  bench.messages.set('201', false);
  assert.equal([bench.lamps.at(-1), bench.told()], [false, [DARK]]);
});

test('a phone in use is told when it is hung up; its next dial tone breaks off ten times', () => {
  const bench = new Bench();
  bench.hook(true);
  assert.is(bench.played[0].length, 1, 'a dial tone that does not break off');
  bench.messages.set('201', true);
  assert.equal([bench.lamps.at(-1), bench.told()], [true, []]);
  bench.hook(false);
  assert.equal(bench.told(), [LIT]);
  bench.hook(true);
  const [dialTone] = bench.played;
  assert.is(dialTone.filter((item) => 'silenceMs' in item).length, 10);
});

test('it is remembered: a phone is told anew after a start', () => {
  const before = new Bench();
  let changes = 0;
  before.messages.onChanged = () => changes++;
  before.messages.set('201', true);
  assert.is(changes, 1);
  const { extensions } = before.messages.snapshot() as { extensions: string[] };
  const after = new Bench(extensions);
  assert.equal([after.lamps, after.told()], [[true], [LIT]]);
  assert.throws(() => after.messages.restore({}));
  after.messages.clear();
  assert.not(after.messages.has('201'));
});

test.run();

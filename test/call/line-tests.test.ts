/** Tests of lines: what is done to the line, and that its owner always has it again. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LineTests, type LineTestAsked } from '../../firmware/call/line-tests.js';
import type { LineNow, LineOwner, OwnedLine } from '../../firmware/call/line-board.js';
import type { Leg } from '../../firmware/call/leg.js';
import { ManualClock } from '../../firmware/clock.js';
import type { LineSettings } from '../../firmware/config/schema.js';
import type { Line } from '../../hal/line-card.js';

const test = suite('line tests');

class Bench {
  readonly clock = new ManualClock();
  said: string[] = [];
  readonly now: LineNow;
  /** Whoever has the line instead of its owner. */
  borrower?: LineOwner;
  readonly tests: LineTests;

  constructor(kind: Line['kind']) {
    const say = (what: string) => void this.said.push(what);
    const settings = { name: 'hall', kind } as LineSettings;
    const line = {
      kind,
      place: 1,
      ring: (on: boolean) => say(`ring ${on}`),
      hook: (off: boolean) => say(`hook ${off}`),
    } as unknown as Line;
    this.now = { settings, kind } as LineNow;
    this.tests = new LineTests({
      board: {
        lines: [this.now],
        lend: (_, to: (owned: OwnedLine) => LineOwner) => {
          say('lent');
          this.borrower = to({ line, port: 7, settings });
          return true;
        },
        takeBack: () => {
          this.borrower?.close();
          this.borrower = undefined;
          say('taken back');
        },
      },
      media: {
        play: (_, items) => {
          for (const item of items) say(JSON.stringify(item));
          return 1;
        },
        stopPlay: () => say('silence'),
        setLine: (_, { loopBack, tones, echoTailMs }) =>
          say(`loop ${loopBack}, listens ${tones !== undefined}, tail ${echoTailMs}`),
      },
      clock: this.clock,
      country: () => 'de',
    });
  }

  start(asked: Partial<LineTestAsked>): string {
    return this.tests.start('hall', { test: 'tone', hz: 1004, levelDbm0: -10, ...asked });
  }

  /** What was said since, but for a bell that is silent already. */
  done(): string[] {
    return this.said.splice(0).filter((one) => one !== 'ring false');
  }
}

test('a phone is rung in the cadence of the country, until somebody lifts it', () => {
  const bench = new Bench('fxs');
  assert.is(bench.start({ test: 'ring' }), '');
  assert.equal(bench.said.splice(0), [
    'lent',
    'ring false',
    'loop false, listens false, tail 0',
    'ring true',
  ]);
  bench.clock.advance(1000);
  assert.equal(bench.said.splice(0), ['ring false'], 'de: 1 s, then 4 s');
  bench.clock.advance(4000);
  assert.equal(bench.said.splice(0), ['ring true']);
  bench.borrower!.event({ type: 'hook', place: 1, off: true, atMs: 0 });
  assert.equal(bench.said, ['ring false', 'taken back']);
  assert.is(bench.tests.of('hall'), undefined);
  assert.is(bench.clock.pending, 0);
});

test('an exchange line is taken and listened to; a tone goes into it, then another, then it is looped back', () => {
  const bench = new Bench('fxo');
  assert.is(bench.start({ test: 'offHook' }), '');
  assert.equal(bench.done(), ['lent', 'loop false, listens true, tail 0', 'hook true']);
  bench.borrower!.tone('dial');
  assert.is(bench.tests.of('hall')?.heard, 'dial');
  bench.start({ hz: 300 });
  assert.is(bench.tests.of('hall')?.heard, '');
  bench.start({ hz: 3400, levelDbm0: 0 });
  bench.start({ test: 'loopBack' });
  const tone = (hz: number, levelDbm0: number) =>
    JSON.stringify({ frequenciesHz: [hz], ms: 60_000, levelDbm0 });
  assert.equal(
    bench.done().filter((one) => !one.startsWith('hook')),
    [
      'loop false, listens false, tail 0',
      tone(300, -10),
      'silence',
      'loop false, listens false, tail 0',
      tone(3400, 0),
      'silence',
      'loop true, listens false, tail 0',
    ],
  );
  assert.ok(bench.tests.stop('hall'));
  assert.not(bench.tests.stop('hall'));
  assert.equal(bench.done(), ['taken back']);
});

test('a number is dialled before the tone, behind the dial tone; a phone line dials nothing', () => {
  for (const kind of ['fxo', 'fxs'] as const) {
    const bench = new Bench(kind);
    bench.start({ dial: '55,1' });
    const played = bench.done().filter((one) => one.startsWith('{'));
    const dialled = ['{"silenceMs":1500}', '{"keys":"55,1","onMs":100,"offMs":100}', '{"silenceMs":3000}'];
    assert.equal(played.slice(0, -1), kind === 'fxo' ? dialled : []);
    assert.match(played.at(-1)!, /1004/);
  }
});

test('whoever forgets a test: the owner has the line after a minute; of a card that is pulled out, nothing is left', () => {
  const bench = new Bench('fxs');
  bench.start({});
  bench.clock.advance(59_999);
  assert.ok(bench.tests.of('hall'));
  bench.clock.advance(1);
  assert.equal(bench.done().slice(-2), ['silence', 'taken back']);
  bench.start({ test: 'ring' });
  bench.borrower!.close();
  assert.is(bench.tests.of('hall'), undefined);
  assert.is(bench.clock.pending, 0);
});

test('what cannot be is refused, and the owner keeps the line', () => {
  const [phone, exchange] = [new Bench('fxs'), new Bench('fxo')];
  assert.match(phone.start({ test: 'offHook' }), /only whoever is at a phone/);
  assert.match(exchange.start({ test: 'ring' }), /no bell/);
  assert.match(phone.tests.start('yard', { test: 'tone', hz: 1004, levelDbm0: 0 }), /not there/);
  phone.now.leg = {} as Leg;
  assert.match(phone.start({}), /in a call/);
  assert.equal([...phone.done(), ...exchange.done()], []);
});

test.run();

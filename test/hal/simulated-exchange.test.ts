/** The simulated exchange: what it does on a line is seen and heard by the FXO line at the other end. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SimulatedCard } from '../../hal/drivers/simulated/card.js';
import { command } from '../../hal/drivers/simulated/script.js';
import type { FxoLine, LineEvent } from '../../hal/line-card.js';
import { KeyCallerId } from '../../firmware/line/dtmf-caller-id.js';
import { readCallerId, type CallerId } from '../../firmware/line/caller-id-message.js';
import { FskReceiver } from '../../firmware/media/analog/fsk-receiver.js';
import { KeyTones } from '../../firmware/media/analog/key-tones.js';
import { ProgressRecogniser } from '../../firmware/media/analog/progress-recogniser.js';
import { DtmfDetector } from '../../firmware/media/dtmf-detector.js';
import { tonePlanCountries, tonePlanOf } from '../../firmware/tone-plans.js';

const test = suite('simulated exchange');

const FRAME = 160;

/** One line with an exchange at the other end, and what the line hears. */
class Line {
  readonly card = new SimulatedCard(1);
  readonly exchange = this.card.exchanges[0];
  readonly line = this.card.lines[2] as FxoLine;
  events: string[] = [];
  tones: string[] = [];
  caller: CallerId | undefined;
  ms = 0;
  readonly #tones: ProgressRecogniser;
  /** Of who calls. */
  #modems: FskReceiver[] = [];
  #keys?: DtmfDetector;
  readonly #collector = new KeyCallerId();
  readonly #frame = new Int16Array(FRAME);
  #dialling = new KeyTones('');

  constructor(country = 'us') {
    this.sim(`country ${country}`);
    this.#tones = new ProgressRecogniser(tonePlanOf(country));
    this.card.onEvent = (event) => this.#onEvent(event);
  }

  listenForCallers(): void {
    this.#modems = [new FskReceiver('bell202'), new FskReceiver('v23')];
    this.#keys = new DtmfDetector(8000);
  }

  sim(words: string): string {
    return command(this.card, `exchange 1 ${words}`, tonePlanOf);
  }

  dial(digits: string): void {
    this.#dialling = new KeyTones(digits);
  }

  /** So long, or until the exchange is in a state. */
  run(ms: number, until?: string): this {
    for (const end = this.ms + ms; this.ms < end && this.exchange.state !== until; this.ms += 20) {
      this.#dialling.fill(this.#frame);
      this.line.tx.write(this.#frame);
      this.card.frame();
      this.line.rx.read(this.#frame);
      this.#hear(this.#frame);
    }
    return this;
  }

  #hear(frame: Int16Array): void {
    if (this.#tones.hear(frame) && this.#tones.tone !== '') this.tones.push(this.#tones.tone);
    for (const modem of this.#modems) {
      const message = modem.hear(frame);
      if (message) this.caller = readCallerId(message);
    }
    const key = this.#keys?.hear(frame);
    if (key) this.caller = this.#collector.press(key) ?? this.caller;
  }

  #onEvent(event: LineEvent): void {
    if (!('place' in event) || event.place !== this.line.place) return;
    const what = 'on' in event ? event.on : 'reversed' in event ? event.reversed : '';
    this.events.push(`${event.type} ${what}`);
  }
}

test('calls: rings with the cadence of the country until it is answered, then both talk', () => {
  const on = new Line('de');
  on.sim('call');
  on.run(6000);
  assert.equal(on.events, ['ring true', 'ring false', 'ring true']);
  on.line.hook(true);
  on.run(100);
  assert.is(on.sim('state'), 'talking');
  assert.is(on.events.at(-1), 'ring false');
  on.sim('say 1000');
  on.run(2000);
  on.line.hook(false);
  on.run(40);
  assert.is(on.sim('state'), 'idle');
});

test('the caller gives up: it rings no more', () => {
  const on = new Line();
  on.sim('call');
  on.run(3000);
  on.sim('hang-up silence');
  on.run(10_000);
  assert.equal(on.events, ['ring true', 'ring false']);
  assert.is(on.sim('state'), 'idle');
});

for (const kind of ['bellcore', 'v23', 'dtmf'])
  test(`tells who calls: ${kind}`, () => {
    const on = new Line();
    on.listenForCallers();
    on.sim(`call 0891234567 ${kind} Ann`);
    on.run(6500);
    const { number, name } = on.caller!;
    assert.is(number, '0891234567');
    if (kind !== 'dtmf') assert.is(name, 'Ann');
    // Before the answer: Bellcore between the first ring and the second, the others before any.
    const rings = on.events.filter((event) => event === 'ring true').length;
    assert.is(rings, kind === 'bellcore' ? 2 : 1);
    assert.is(on.events[0], kind === 'bellcore' ? 'ring true' : 'polarity true');
  });

test('is called: dial tone, the number, ring back, answer by polarity, talk', () => {
  const on = new Line();
  on.sim('polarity yes');
  on.line.hook(true);
  on.run(2000);
  assert.equal(on.tones, ['dial']);
  on.dial('0891234');
  on.run(3500, 'calling');
  assert.is(on.sim('state'), 'calling 0891234');
  on.run(5000);
  assert.equal(on.events, []);
  on.run(2000);
  assert.equal(on.events, ['polarity true']);
  assert.is(on.sim('state'), 'talking 0891234');
});

const releases: [how: string, events: string[], tones: string[]][] = [
  ['loopBreak', ['battery false', 'battery true'], []],
  ['polarity', ['polarity true'], []],
  ['busy', [], ['busy']],
  ['reorder', [], ['reorder']],
  ['dial', [], ['dial']],
  ['silence', [], []],
];
for (const [how, events, tones] of releases)
  test(`the other side hangs up: ${how}`, () => {
    const on = new Line();
    on.sim('call');
    on.run(3000);
    on.line.hook(true);
    on.run(500);
    on.events = [];
    on.sim(`hang-up ${how}`);
    on.run(4000);
    assert.equal(on.events, events);
    assert.equal(on.tones, tones);
    on.line.hook(false);
    on.run(100);
    assert.is(on.sim('state'), 'idle');
  });

test('every tone of every country is made here and known there', () => {
  for (const country of tonePlanCountries) {
    const plan = tonePlanOf(country);
    for (const [outcome, ms] of [
      ['busy', 4000],
      ['reorder', 4000],
      ['ringing', 13_000],
    ] as const) {
      const on = new Line(country);
      on.sim(`on 5 ${outcome}`);
      on.line.hook(true);
      for (let waited = 0; on.tones.length === 0 && waited < 5000; waited += 100) on.run(100);
      assert.equal(on.tones, ['dial'], country);
      on.dial('5');
      on.run(3000, 'calling').run(ms);
      const alike = outcome === 'reorder' && plan.busy.join() === plan.reorder.join();
      const expected = outcome === 'ringing' ? 'ringBack' : alike ? 'busy' : outcome;
      assert.equal(on.tones.slice(1), [expected], `${country} ${outcome}`);
    }
  }
});

test('glare: a caller rings just as the line is taken', () => {
  const on = new Line();
  on.sim('glare');
  on.line.hook(true);
  on.run(1000);
  assert.equal(on.events, ['ring true', 'ring false']);
  assert.is(on.sim('state'), 'talking');
});

test('a cut wire has no battery; a dead exchange gives no dial tone', () => {
  const on = new Line();
  on.sim('cut');
  on.run(100);
  on.sim('mend');
  on.run(100);
  assert.equal(on.events, ['battery false', 'battery true']);
  on.sim('dead yes');
  on.line.hook(true);
  on.run(5000);
  assert.equal(on.tones, []);
});

test('levels at both ends: as loud as it was said, less what the wire takes', () => {
  const on = new Line();
  on.sim('wire 6 12 -60');
  on.sim('call');
  on.run(500);
  on.line.hook(true);
  on.sim('say 700');
  on.run(1500);
  // Of its own voice it hears what the hybrid sends back.
  assert.match(on.sim('hears 700'), /^-(2[5-9]|3[01])\.\d dBm0$/);
  assert.match(on.sim('hears 1500'), /^-[6-9]\d\.\d dBm0$/);
});

test('commands that make no sense say so', () => {
  const on = new Line();
  assert.match(command(on.card, 'exchange 3 call'), 'no exchange 3: there are 1 to 2');
  assert.match(command(on.card, 'exchange 1 country de'), 'no country is known here');
  assert.match(command(on.card, 'skew'), 'parts per million');
  assert.match(on.sim('call 089 morse'), 'bellcore, v23, dtmf');
  assert.match(on.sim('hang-up'), 'loopBreak');
  assert.match(on.sim('on 5 maybe'), 'noSuchNumber');
  assert.match(on.sim('wire 6'), 'three figures');
  assert.match(on.sim('hears'), 'a frequency');
  assert.match(on.sim('jump'), 'sim exchange N call');
});

test.run();

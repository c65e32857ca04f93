/** Lines of a simulated card as ports of the engine: they talk in mixes, and what a line says is made out. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FrameRing, frameRingMemory } from '../../hal/frame-ring.js';
import { SimulatedCard } from '../../hal/drivers/simulated/card.js';
import { quietWire, type WireSettings } from '../../hal/drivers/simulated/wire.js';
import type { LineSettings, MediaEvent, PlayItem } from '../../firmware/media/contract.js';
import { Engine } from '../../firmware/media/engine.js';
import { createRecordingBlock } from '../../firmware/media/recording-ring.js';
import { createStatsBlock, readPortStats } from '../../firmware/media/stats.js';
import { readCallerId, writeCallerId } from '../../firmware/line/caller-id-message.js';
import { tonePlanOf } from '../../firmware/tone-plans.js';
import { compositeSource } from '../support/hybrid.js';
import { goodKey, keySamples, seeded } from '../support/key-tones.js';
import { amplitudeOf, decibels, rms, toneSource } from '../support/tone.js';

const test = suite('line port');
const MIX = 3;
const PLAIN: LineSettings = { rxGainDb: 0, txGainDb: 0, keys: false, echoTailMs: 0 };

class Bench {
  readonly events: MediaEvent[] = [];
  readonly stats = createStatsBlock();
  readonly card: SimulatedCard;
  engine = this.#newEngine();

  constructor(settings: WireSettings = quietWire, skewPpm = 0) {
    this.card = new SimulatedCard(2, settings, skewPpm);
  }

  /** Opens the line at this place; its port has the same number. */
  open(place: number, settings: Partial<LineSettings> = {}, mix?: number): void {
    const { rx, tx } = this.card.lines[place - 1];
    const sound = { rx: rx.memory, tx: tx.memory, keptFrames: 0 };
    this.engine.handle({ type: 'openLine', port: place, sound });
    this.engine.handle({ type: 'setLine', port: place, settings: { ...PLAIN, ...settings } });
    if (mix !== undefined) this.engine.handle({ type: 'join', port: place, mix });
  }

  play(place: number, items: PlayItem[], loop = false): void {
    this.engine.handle({ type: 'play', play: 1, to: { port: place }, items, loop });
  }

  /** Both clocks go on; `each` sees every tick. */
  run(ticks: number, each: () => void = () => {}): void {
    for (let i = 0; i < ticks; i++) {
      this.card.tick();
      this.engine.tick();
      each();
    }
  }

  /** What a phone hears in so many ticks. */
  hears(phone: number, ticks: number): Int16Array {
    const heard: number[] = [];
    this.run(ticks, () => heard.push(...this.card.phones[phone].rx));
    return Int16Array.from(heard);
  }

  of<Type extends MediaEvent['type']>(type: Type): Extract<MediaEvent, { type: Type }>[] {
    return this.events.filter((event): event is Extract<MediaEvent, { type: Type }> => event.type === type);
  }

  /** The worker dies: its engine is gone, the rings and the block are not. */
  replace(): void {
    this.engine = this.#newEngine();
  }

  #newEngine(): Engine {
    return new Engine({
      sockets: { open: () => null!, adopt: () => null!, watch: () => null!, ring: null },
      emit: (event) => this.events.push(event),
      prompts: { get: () => undefined },
      stats: this.stats,
      recordings: createRecordingBlock(),
    });
  }
}

function says(hz: number, amplitude = 8000): (frame: Int16Array) => void {
  const next = toneSource(hz, amplitude);
  return (frame) => frame.set(next());
}

for (const skewPpm of [0, 200, -200])
  test(`two phones in a mix hear each other and not themselves, card ${skewPpm} ppm off`, () => {
    const bench = new Bench(quietWire, skewPpm);
    for (const place of [1, 2]) bench.open(place, {}, MIX);
    const [one, two] = bench.card.phones;
    one.off = two.off = true;
    one.say = says(500);
    two.say = says(900);
    bench.run(skewPpm === 0 ? 100 : 4500);
    const heard = bench.hears(0, 2500);
    assert.ok(Math.abs(decibels(amplitudeOf(heard, 900), 8000)) < 0.1);
    assert.ok(decibels(amplitudeOf(heard, 500), 8000) < -70);
    const clicks = heard.filter((sample, i) => i > 0 && Math.abs(sample - heard[i - 1]) > 9000);
    assert.is(clicks.length, 0, 'no frame was missing');
    const { line } = readPortStats(bench.stats, 1)!;
    assert.ok(skewPpm === 0 ? line!.slips === 0 : line!.slips > 60, `${line!.slips} slips`);
    assert.is(line!.txLevelDbm0, readPortStats(bench.stats, 2)!.levelDbm0);
  });

test('a line that is opened late, or whose worker is replaced, has no more delay than another', () => {
  const bench = new Bench();
  const [one, two] = bench.card.phones;
  const delay = () => {
    one.say = says(500);
    const heard = bench.hears(1, 30);
    one.say = undefined;
    bench.run(20);
    return heard.findIndex((sample) => Math.abs(sample) > 500) / 8;
  };
  for (let i = 0; i < 100; i++) bench.card.frame();
  one.off = two.off = true;
  for (const place of [1, 2]) bench.open(place, {}, MIX);
  bench.run(50);
  const first = delay();
  assert.ok(first > 0 && first <= 120, `${first} ms`);
  const { line } = readPortStats(bench.stats, 1)!;
  for (let i = 0; i < 40; i++) bench.card.frame();
  bench.replace();
  for (const place of [1, 2]) bench.open(place, {}, MIX);
  bench.run(50);
  const second = delay();
  assert.ok(second > 0 && second <= 120, `${second} ms`);
  assert.ok(readPortStats(bench.stats, 1)!.line!.overruns > line!.overruns, 'counters go on');
});

test('keys are told once each, and nobody hears them', () => {
  const bench = new Bench();
  bench.open(1, { keys: true }, MIX);
  bench.open(2, {}, MIX);
  bench.card.phones[0].off = bench.card.phones[1].off = true;
  bench.run(20);
  bench.card.phones[0].keys('800#');
  const heard = bench.hears(1, 60);
  assert.equal(
    bench.of('digit').map(({ port, digit }) => `${port} ${digit}`),
    ['1 8', '1 0', '1 0', '1 #'],
  );
  assert.ok(rms(heard) < 200, `${rms(heard)}`);
});

/** Row and column, dBm0: the loudest and the softest that Q.24 has, alike and with all its twist either way. */
const LIMITS = [
  [-3, -3],
  [-7, -3],
  [-3, -11],
  [-25, -25],
  [-25, -21],
  [-17, -25],
];

test('1,000 of 1,000 keys of a noisy line at the limits of Q.24: 40 ms and 40 ms, level, twist', () => {
  const bench = new Bench({ lossDb: 0, echoLossDb: 12, noiseDbm0: -55 });
  const random = seeded(24);
  const keys = Array.from({ length: 1000 }, () => '0123456789*#ABCD'[Math.floor(16 * random())]).join('');
  const sound = [...keys].flatMap((key, at) => {
    const [rowDbm0, columnDbm0] = LIMITS[at % LIMITS.length];
    const tone = { ...goodKey, ms: 40, pauseMs: 40, rowDbm0, columnDbm0 };
    return [...keySamples(key, 8000, random, tone)];
  });
  bench.card.phones[0].off = true;
  bench.open(1, { keys: true, echoTailMs: 32 });
  bench.run(10);
  // From the middle of a frame on.
  let said = -70;
  bench.card.phones[0].say = (frame) => {
    for (let i = 0; i < frame.length; i++) frame[i] = sound[said++] ?? 0;
  };
  bench.run(sound.length / 160 + 20);
  assert.is(
    bench
      .of('digit')
      .map(({ digit }) => digit)
      .join(''),
    keys,
  );
});

test('the echo of a hybrid is taken out, whatever waits in the rings, and its loss is shown', () => {
  for (const skewPpm of [0, 100]) {
    const bench = new Bench({ ...quietWire, echoLossDb: 12 }, skewPpm);
    bench.open(1, { echoTailMs: 32 }, MIX);
    bench.open(2, {}, MIX);
    const [one, two] = bench.card.phones;
    one.off = two.off = true;
    const speech = compositeSource(4, -16, seeded(5));
    let at = 0;
    two.say = (frame) => frame.set(speech.subarray((at = (at + 160) % 31_000), at + 160));
    bench.run(250);
    const { line } = readPortStats(bench.stats, 1)!;
    assert.ok(Math.abs(line!.echoLossDb! - 12) < 2, `${line!.echoLossDb} dB`);
    assert.ok(line!.echoEnhancementDb! > (skewPpm === 0 ? 30 : 20), `${line!.echoEnhancementDb} dB`);
  }
});

test('a caller id message from the exchange is told; one played to a phone is heard by it', () => {
  const bench = new Bench();
  const message = writeCallerId({ number: '5551234', name: 'ANNA' }, 'mdmf');
  // FXS 1 and FXO 3 are two ends of one wire.
  bench.open(3, { callerId: 'bell202' });
  bench.open(1);
  bench.run(10);
  bench.play(1, [{ silenceMs: 500 }, { callerId: message, modem: 'bell202' }]);
  bench.run(100);
  const [told] = bench.of('callerId');
  assert.is(told.port, 3);
  assert.equal(readCallerId(told.message), { number: '5551234', name: 'ANNA' });
  assert.equal(bench.of('played').length, 1);
});

test('tones of the exchange are told by its plan, and their end', () => {
  const bench = new Bench();
  bench.open(3, { tones: tonePlanOf('de') });
  bench.open(1);
  bench.play(1, [{ frequenciesHz: [425], ms: 480, levelDbm0: -13 }, { silenceMs: 480 }], true);
  bench.run(200);
  bench.engine.handle({ type: 'stopPlay', play: 1 });
  bench.run(100);
  assert.equal(
    bench.of('tone').map(({ port, tone }) => `${port} ${tone}`),
    ['3 busy', '3 '],
  );
});

test('keys are dialled into a line', () => {
  const bench = new Bench();
  bench.open(3);
  bench.open(1, { keys: true });
  const fxo = bench.card.lines[2];
  if (fxo.kind === 'fxo') fxo.hook(true);
  bench.play(3, [{ keys: '0,17', onMs: 100, offMs: 100 }]);
  bench.run(60);
  assert.equal(
    bench.of('digit').map(({ digit }) => digit),
    ['0', '1', '7'],
  );
});

test('while it is played to alone, a party hears nothing of its mix', () => {
  const bench = new Bench();
  for (const place of [1, 2]) bench.open(place, {}, MIX);
  const [one, two] = bench.card.phones;
  one.off = two.off = true;
  two.say = says(900);
  bench.run(30);
  const items: PlayItem[] = [{ frequenciesHz: [500], ms: 1000, levelDbm0: -10 }];
  bench.engine.handle({ type: 'play', play: 1, to: { port: 1, alone: true }, items, loop: false });
  bench.run(10);
  const during = bench.hears(0, 30);
  assert.ok(amplitudeOf(during, 500) > 5000 && amplitudeOf(during, 900) < 10);
  bench.run(30);
  assert.ok(amplitudeOf(bench.hears(0, 30), 900) > 7000);
});

test('gains of both ways', () => {
  const bench = new Bench();
  bench.open(1, { rxGainDb: -6 }, MIX);
  bench.open(2, { txGainDb: -3 }, MIX);
  const [one, two] = bench.card.phones;
  one.off = two.off = true;
  one.say = says(500);
  bench.run(30);
  assert.ok(Math.abs(decibels(amplitudeOf(bench.hears(1, 30), 500), 8000) + 9) < 0.1);
});

test('a sound device of 48 kHz in a mix with a line of 8 kHz', () => {
  const bench = new Bench();
  bench.open(1, {}, MIX);
  const [rx, tx] = [frameRingMemory(8, 960), frameRingMemory(8, 960)];
  bench.engine.handle({ type: 'openLine', port: 9, sound: { rx, tx, keptFrames: 0 } });
  bench.engine.handle({ type: 'setLine', port: 9, settings: PLAIN });
  bench.engine.handle({ type: 'join', port: 9, mix: MIX });
  const [from, to, next] = [new FrameRing(rx), new FrameRing(tx), toneSource(900, 8000, 48000)];
  const device = new Int16Array(960);
  const heard: number[] = [];
  bench.card.phones[0].off = true;
  bench.card.phones[0].say = says(500);
  const each = () => {
    to.read(device);
    heard.push(...device);
    from.write(next());
  };
  bench.run(50, each);
  heard.length = 0;
  const atPhone: number[] = [];
  bench.run(50, () => {
    each();
    atPhone.push(...bench.card.phones[0].rx);
  });
  assert.ok(Math.abs(decibels(amplitudeOf(Int16Array.from(heard), 500, 48000), 8000)) < 0.3);
  assert.ok(Math.abs(decibels(amplitudeOf(Int16Array.from(atPhone), 900), 8000)) < 0.3);
});

test('rings that fit no port are refused with the reason', () => {
  const bench = new Bench();
  const [rx, tx] = [frameRingMemory(4, 441), frameRingMemory(4, 441)];
  bench.engine.handle({ type: 'openLine', port: 9, sound: { rx, tx, keptFrames: 0 } });
  assert.match(bench.of('portFailed')[0].reason, /441 samples/);
});

test.run();

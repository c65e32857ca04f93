/** The simulated card: what happens on one end of a wire is seen on the other, to the sample. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { lineCardDrivers } from '../../hal/drivers.js';
import { SimulatedCard } from '../../hal/drivers/simulated/card.js';
import { command } from '../../hal/drivers/simulated/script.js';
import { quietWire } from '../../hal/drivers/simulated/wire.js';
import type { FxoLine, FxsLine, LineEvent } from '../../hal/line-card.js';
import { DtmfDetector } from '../../firmware/media/dtmf-detector.js';
import { seeded } from '../support/key-tones.js';

const test = suite('simulated card');

function opened(pairs = 2, settings = quietWire, skewPpm = 0) {
  const card = new SimulatedCard(pairs, settings, skewPpm);
  const events: LineEvent[] = [];
  card.onEvent = (event) => events.push(event);
  const run = (frames: number) => {
    for (let i = 0; i < frames; i++) card.frame();
    return events.splice(0);
  };
  return { card, run, fxs: card.lines[0] as FxsLine, fxo: card.lines[pairs] as FxoLine };
}

const noise = (seed: number) => {
  const random = seeded(seed);
  return Int16Array.from({ length: 160 }, () => Math.round(20000 * random() - 10000));
};

test('lines by what is attached, and it calls itself simulated', () => {
  const { card } = opened(3);
  assert.is(card.name, 'simulated card of 3 pairs');
  assert.equal(
    card.lines.map(({ kind, place }) => `${kind} ${place}`),
    ['fxs 1', 'fxs 2', 'fxs 3', 'fxo 4', 'fxo 5', 'fxo 6', 'fxo 7', 'fxo 8'],
  );
});

test('FXS rings, FXO answers, both talk: every sample as it was, both ways at once', () => {
  const { run, fxs, fxo } = opened();
  fxs.ring(true);
  assert.equal(run(1), [{ type: 'ring', place: 3, on: true, atMs: 20 }]);
  fxo.hook(true);
  assert.equal(run(1), [
    { type: 'hook', place: 1, off: true, atMs: 40 },
    { type: 'ring', place: 3, on: false, atMs: 40 },
  ]);
  fxs.ring(false);
  const heard = new Int16Array(160);
  while (fxs.rx.waiting > 0) fxs.rx.read(heard);
  while (fxo.rx.waiting > 0) fxo.rx.read(heard);
  for (let i = 0; i < 50; i++) {
    fxs.tx.write(noise(i));
    fxo.tx.write(noise(i + 1000));
    run(1);
    assert.ok(fxo.rx.read(heard));
    assert.equal(heard, noise(i));
    assert.ok(fxs.rx.read(heard));
    assert.equal(heard, noise(i + 1000));
  }
  fxo.hook(false);
  assert.equal(run(1)[0], { type: 'hook', place: 1, off: false, atMs: 53 * 20 });
});

test('battery and polarity of the FXS line are seen at the FXO line; a broken loop is not a hung-up phone', () => {
  const { run, fxs, fxo } = opened();
  fxo.hook(true);
  run(1);
  fxs.reverse(true);
  assert.equal(run(1), [{ type: 'polarity', place: 3, reversed: true }]);
  fxs.feed(false);
  assert.equal(run(25), [{ type: 'battery', place: 3, on: false, atMs: 60 }]);
  fxs.feed(true);
  assert.equal(run(1), [{ type: 'battery', place: 3, on: true, atMs: 27 * 20 + 20 }]);
});

test('`1 dial 159#`: the keys are heard at the FXS line', () => {
  const { card, run, fxs } = opened();
  assert.is(command(card, '1 off-hook'), '');
  assert.is(command(card, '1 dial 159#'), '');
  const detector = new DtmfDetector(8000);
  const frame = new Int16Array(160);
  let keys = '';
  for (let i = 0; i < 60; i++) {
    run(1);
    fxs.rx.read(frame);
    keys += detector.hear(frame);
  }
  assert.is(keys, '159#');
});

test('`1 pulse 30`: the loop opens three times, then ten times', () => {
  const { card, run } = opened();
  command(card, '1 off-hook');
  run(5);
  command(card, '1 pulse 30');
  const breaks = run(180).filter((event) => event.type === 'hook' && !event.off);
  assert.is(breaks.length, 13);
  const gaps = breaks
    .map((event) => ('atMs' in event ? event.atMs : 0))
    .map((at, i, all) => at - (all[i - 1] ?? at));
  assert.equal(gaps, [0, 100, 100, 900, ...Array<number>(9).fill(100)]);
});

test('commands that make no sense say so', () => {
  const { card } = opened();
  assert.match(command(card, '9 off-hook'), 'no phone 9: there are 1 to 2');
  assert.match(command(card, '1 dial'), 'dial wants keys');
  assert.match(command(card, '1 pulse 1*'), 'pulse wants digits');
  assert.match(command(card, '1 jump'), 'sim N off-hook');
});

test('loss, echo and noise as they were asked for', () => {
  const { card, run, fxs, fxo } = opened(1, { lossDb: 6, echoLossDb: 10, noiseDbm0: -50 });
  fxo.hook(true);
  const sums = { sent: 0, far: 0, echo: 0 };
  const power = (frame: Int16Array) => frame.reduce((sum, sample) => sum + sample * sample, 0);
  const heard = new Int16Array(160);
  for (let i = 0; i < 200; i++) {
    fxs.tx.write(noise(i));
    run(1);
    sums.sent += power(noise(i));
    fxo.rx.read(heard);
    sums.far += power(heard);
    fxs.rx.read(heard);
    sums.echo += power(heard);
  }
  const dB = (less: number) => 10 * Math.log10(sums.sent / less);
  assert.ok(Math.abs(dB(sums.far) - 6) < 0.3, `${dB(sums.far)}`);
  assert.ok(Math.abs(dB(sums.echo) - 10) < 0.5, `${dB(sums.echo)}`);
  assert.is(card.exchanges[0].wire.settings.lossDb, 6);
});

test('a clock 1,000 ppm fast: 5,005 frames in 5,000 ticks', () => {
  const { card, fxs } = opened(1, quietWire, 1000);
  const frame = new Int16Array(160);
  let frames = 0;
  for (let tick = 0; tick < 5000; tick++) {
    card.tick();
    for (; fxs.rx.waiting > 0; frames++) fxs.rx.read(frame);
  }
  assert.ok(Math.abs(frames - 5005) <= 1, `${frames}`);
});

test('unplugged: one last event, and no frame more', () => {
  const { card, run, fxs } = opened();
  command(card, 'unplug');
  assert.equal(run(10), [{ type: 'lost' }]);
  assert.is(fxs.rx.waiting, 0);
  assert.is(command(card, 'unplug'), '');
});

test('as a driver: opened by name it makes a frame every 20 ms; nonsense is refused in words', async () => {
  const [driver] = lineCardDrivers;
  const card = await driver.open('2');
  const [line] = card.lines;
  const start = performance.now();
  while (line.rx.waiting < 3) await new Promise(setImmediate);
  assert.ok(performance.now() - start >= 40);
  await card.close();
  for (const which of ['0', '99', 'x'])
    await driver.open(which).then(
      () => assert.unreachable(),
      (error: Error) => assert.match(error.message, '1 to 24 pairs'),
    );
});

test.run();

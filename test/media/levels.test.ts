/** Who speaks, who is brought to whose level, and who is let through. */
import * as assert from 'uvu/assert';
import { suite } from 'uvu';
import { Gate } from '../../firmware/media/gate.js';
import { LevelMeter } from '../../firmware/media/level.js';
import { Leveller } from '../../firmware/media/leveller.js';

const test = suite('levels');

/** Deterministic noise, peak `amplitude`. */
function noise(amplitude: number): () => Int16Array {
  let seed = 1;
  return () =>
    Int16Array.from({ length: 160 }, () => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return Math.round((seed / 2 ** 31 - 1) * amplitude);
    });
}

/** Words of 400 ms with pauses of 200 ms, over a soft noise. */
function* talk(amplitude: number, seconds: number): Generator<Int16Array> {
  const hush = noise(20);
  const voice = noise(amplitude);
  for (let frame = 0; frame < 50 * seconds; frame++) yield frame % 30 < 20 ? voice() : hush();
}

test('a fan is no talker: within seconds it is known for what it is, and speech above it still is heard', () => {
  const meter = new LevelMeter();
  const fan = noise(450);
  for (let i = 0; i < 50 * 15; i++) meter.hear(fan());
  assert.not(meter.speaking, `at ${meter.levelDbm0} dBm0`);
  const voice = noise(4000);
  for (let i = 0; i < 2; i++) meter.hear(voice());
  assert.ok(meter.speaking);
});

test('who talks is a talker for as long as it takes', () => {
  const meter = new LevelMeter();
  let silent = 0;
  for (const frame of talk(3000, 60)) {
    meter.hear(frame);
    if (!meter.speaking) silent++;
  }
  assert.ok(silent < 10, `${silent} frames`);
});

for (const [title, amplitude] of [
  ['a soft one up', 700],
  ['a loud one down', 10000],
] as const)
  test(`levelling brings ${title}, slowly, and not for ever`, () => {
    const [meter, leveller] = [new LevelMeter(), new Leveller()];
    let second = 0;
    let loudest = -90;
    let before = 0;
    for (const frame of talk(amplitude, 40)) {
      meter.hear(frame);
      leveller.apply(frame, meter.levelDbm0, meter.loud && meter.speaking);
      assert.ok(Math.abs(leveller.gainDb - before) <= 1 / 16, 'a sixteenth of a dB a frame');
      before = leveller.gainDb;
      second++;
      if (second > 30 * 50) {
        meter.hear(frame);
        loudest = Math.max(loudest, meter.levelDbm0);
      }
    }
    assert.ok(Math.abs(leveller.gainDb) <= 12);
    assert.ok(Math.abs(loudest + 20) <= 2, `${loudest} dBm0`);
  });

test('while only noise comes the gain is frozen: no fan rises', () => {
  const [meter, leveller] = [new LevelMeter(), new Leveller()];
  const apply = (frame: Int16Array) => {
    meter.hear(frame);
    leveller.apply(frame, meter.levelDbm0, meter.loud && meter.speaking);
  };
  for (const frame of talk(700, 20)) apply(frame);
  const gain = leveller.gainDb;
  assert.ok(gain > 6);
  const fan = noise(100);
  for (let i = 0; i < 50 * 60; i++) apply(fan());
  assert.ok(Math.abs(leveller.gainDb - gain) < 0.5, `${leveller.gainDb} dB after ${gain} dB`);
});

test('a level that is right is passed bit by bit', () => {
  const leveller = new Leveller();
  const frame = Int16Array.from({ length: 160 }, (_, i) => i - 80);
  for (let i = 0; i < 200; i++) {
    const passed = frame.slice();
    leveller.apply(passed, -20, true);
    assert.equal(passed, frame);
  }
});

test('the gate lets a talker through whole, fades where it moves, and else is shut', () => {
  const gate = new Gate();
  const frame = () => new Int16Array(160).fill(1000);
  assert.not(gate.apply(frame(), false));
  const opening = frame();
  assert.ok(gate.apply(opening, true));
  assert.is(opening[0], 0);
  assert.is(opening[32], 1000);
  const open = frame();
  assert.ok(gate.apply(open, true));
  assert.equal(open, frame());
  const closing = frame();
  assert.ok(gate.apply(closing, false));
  assert.is(closing[0], 1000);
  assert.ok(closing[159] < 10);
  assert.not(gate.apply(frame(), false));
});

test.run();

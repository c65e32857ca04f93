/** The line's own echo: gone within a second, and not back when both sides speak. */
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { EchoCanceller } from '../../../firmware/media/analog/echo-canceller.js';
import { alawToLinear, toAlaw } from '../../../firmware/media/codecs/g711.js';
import { promptsOf, readPrompts } from '../../../firmware/media/prompt-files.js';
import { compositeSource, echoOf, hybrid } from '../../support/hybrid.js';
import { addNoise, seeded } from '../../support/key-tones.js';

const test = suite('echo canceller');

const FRAME = 160;
const prompts = promptsOf(readPrompts(path.resolve('firmware/prompts/en')));

/** What is left of `rx`. */
function cancelled(canceller: EchoCanceller, rx: Int16Array, tx: Int16Array): Int16Array {
  const out = rx.slice();
  for (let at = 0; at + FRAME <= out.length; at += FRAME)
    canceller.cancel(out.subarray(at, at + FRAME), tx.subarray(at, at + FRAME));
  return out;
}

function energy(samples: Int16Array, from: number, to: number): number {
  let sum = 0;
  for (let i = Math.round(from * 8000); i < to * 8000; i++) sum += samples[i] ** 2;
  return sum;
}

/** How much less there is of one than of the other, dB. */
function lossDb(before: Int16Array, after: Int16Array, from: number, to: number): number {
  return 10 * Math.log10(energy(before, from, to) / Math.max(1, energy(after, from, to)));
}

/** Speech, as long as wanted. */
function speech(seconds: number, gain: number): Int16Array {
  const all = ['enter-conference-number', 'only-person', 'conference-full', 'enter-pin'].flatMap((name) => [
    ...prompts.get(name, 8000)!,
  ]);
  return Int16Array.from({ length: seconds * 8000 }, (_, i) => Math.round(gain * all[i % all.length]));
}

const paths: [lossDb: number, delay: number, seed: number][] = [
  [6, 4, 1],
  [10, 20, 2],
  [12, 60, 3],
  [20, 130, 4],
];

for (const [loss, delay, seed] of paths)
  test(`a hybrid of ${loss} dB and ${delay / 8} ms: at least 30 dB less after a second, from -10 to -25 dBm0`, () => {
    for (const dbm0 of [-10, -15, -20, -25]) {
      const tx = compositeSource(3, dbm0, seeded(seed));
      const echo = echoOf(tx, hybrid(loss, delay, seed));
      const canceller = new EchoCanceller();
      const left = cancelled(canceller, echo, tx);
      const enhancement = lossDb(echo, left, 1, 3);
      // A sample is whole: of an echo near the last bit no more can be taken away than there is.
      const most = 10 * Math.log10(energy(echo, 1, 3) / (2 * 8000));
      assert.ok(enhancement >= Math.min(30, most), `${dbm0} dBm0: ${enhancement.toFixed(1)} dB`);
      assert.ok(Math.abs(canceller.returnLossDb - loss) < 2, `${canceller.returnLossDb} dB of the line`);
    }
  });

test('speech, A-law and line noise: the echo is at the noise within two seconds', () => {
  const tx = speech(8, 1);
  const clean = echoOf(tx, hybrid(9, 16, 5));
  const rx = clean.slice();
  addNoise(rx, -65, seeded(1));
  const left = cancelled(
    new EchoCanceller(),
    rx.map((s) => alawToLinear[toAlaw(s & 0xffff)]),
    tx,
  );
  const enhancement = lossDb(rx, left, 2, 8);
  assert.ok(enhancement > 22, `${enhancement.toFixed(1)} dB`);
});

test('double talk, soft to loud: the other side comes through, the echo stays away, and is as far away afterwards', () => {
  for (const gain of [0.1, 0.2, 0.5, 1, 2, 4]) {
    const tx = compositeSource(8, -15, seeded(3));
    const echo = echoOf(tx, hybrid(10, 20, 2));
    const near = speech(8, gain).map((sample, i) => (i >= 2 * 8000 && i < 6 * 8000 ? sample : 0));
    const rx = echo.map((sample, i) => sample + near[i]);
    const left = cancelled(new EchoCanceller(), rx, tx).map((sample, i) => sample - near[i]);
    assert.ok(lossDb(echo, left, 1, 2) >= 30, `before: ${lossDb(echo, left, 1, 2)}`);
    // Where the other side is softer than an echo of 30 dB less would be, being well below it is as good.
    const during = Math.max(lossDb(echo, left, 2, 6), 24 + lossDb(near, left, 2, 6));
    assert.ok(during >= 30, `during, x ${gain}: ${lossDb(echo, left, 2, 6)}, ${lossDb(near, left, 2, 6)}`);
    assert.ok(lossDb(echo, left, 6, 8) >= 30, `after, x ${gain}: ${lossDb(echo, left, 6, 8)}`);
  }
});

test('double talk from the first moment on: nothing is added, and half a second alone is enough', () => {
  const tx = compositeSource(6, -15, seeded(4));
  const echo = echoOf(tx, hybrid(10, 20, 2));
  const near = speech(6, 1.5).map((sample, i) => (i < 3 * 8000 ? sample : 0));
  const rx = echo.map((sample, i) => sample + near[i]);
  const left = cancelled(new EchoCanceller(), rx, tx).map((sample, i) => sample - near[i]);
  assert.ok(lossDb(echo, left, 0.5, 3) > -0.5, `during ${lossDb(echo, left, 0.5, 3)}`);
  assert.ok(lossDb(echo, left, 4, 6) >= 30, `after ${lossDb(echo, left, 4, 6)}`);
});

test('the line changes (another phone is lifted): learned anew within a second', () => {
  const tx = compositeSource(6, -15, seeded(5));
  const [one, other] = [echoOf(tx, hybrid(10, 20, 2)), echoOf(tx, hybrid(8, 30, 6))];
  const rx = one.map((sample, i) => (i < 3 * 8000 ? sample : other[i]));
  const left = cancelled(new EchoCanceller(), rx, tx);
  assert.ok(lossDb(rx, left, 4, 6) >= 30, `${lossDb(rx, left, 4, 6)}`);
});

test('a tone that is played does not make it forget the line', () => {
  const tx = compositeSource(6, -15, seeded(6));
  for (let i = 2 * 8000; i < 4 * 8000; i++)
    tx[i] = Math.round(6000 * Math.sin((2 * Math.PI * 425 * i) / 8000));
  const rx = echoOf(tx, hybrid(10, 20, 2));
  const left = cancelled(new EchoCanceller(), rx, tx);
  assert.ok(lossDb(rx, left, 2, 4) >= 30, `tone ${lossDb(rx, left, 2, 4)}`);
  assert.ok(lossDb(rx, left, 4.5, 6) >= 30, `after it ${lossDb(rx, left, 4.5, 6)}`);
});

test('nothing is sent: what comes is untouched, to the bit', () => {
  const rx = speech(4, 1.5);
  const canceller = new EchoCanceller();
  assert.equal(cancelled(canceller, rx, new Int16Array(rx.length)), rx);
  assert.is(canceller.enhancementDb, 0);
});

test.run();

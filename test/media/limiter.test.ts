/** Sums, mix-minus, and what becomes of what is too loud. */
import * as assert from 'uvu/assert';
import { suite } from 'uvu';
import { Limiter } from '../../firmware/media/limiter.js';
import { addTo, takeFrom } from '../../firmware/media/mixer.js';

const test = suite('limiter');

function sine(amplitude: number, hz: number, from: number): Int16Array {
  return Int16Array.from({ length: 160 }, (_, i) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * hz * (from + i)) / 8000)),
  );
}

test('what fits passes as it is, and one does not hear oneself at all', () => {
  const talkers = [30000, 30000, -30000].map((level) => new Int16Array(160).fill(level));
  const sum = new Int32Array(160);
  for (const frame of talkers) addTo(sum, frame);
  const out = new Int16Array(160);
  const heard = talkers.map((own) => {
    new Limiter().minus(out, sum, own);
    return out[159];
  });
  assert.equal(heard, [0, 0, 32767]);
  new Limiter().whole(out, sum);
  assert.is(out[159], 30000);
});

test('a hundred loud talkers do not overflow', () => {
  const sum = new Int32Array(160);
  const frame = sine(32767, 400, 0);
  for (let i = 0; i < 100; i++) addTo(sum, frame);
  const out = new Int16Array(160);
  const limiter = new Limiter();
  for (let i = 0; i < 3; i++) limiter.minus(out, sum, frame);
  assert.ok(Math.max(...out) >= 32766);
  for (let i = 0; i < 160; i++) assert.ok(Math.abs(out[i] - frame[i]) <= 1, 'nothing is cut off');
  for (let i = 0; i < 100; i++) takeFrom(sum, frame);
  new Limiter().whole(out, sum);
  assert.equal([...out], new Array(160).fill(0));
});

test('many shout: the sum keeps its shape, and is back at its level soon after', () => {
  const limiter = new Limiter();
  const out = new Int16Array(160);
  let last = 0;
  for (let tick = 0; tick < 100; tick++) {
    // Loud for a second, then soft for one.
    const sum = Int32Array.from(sine(15000, 300, 160 * tick), (sample) => (tick < 50 ? 4 * sample : sample));
    limiter.whole(out, sum);
    if (tick > 0 && tick < 50)
      for (let i = 0; i < 160; i++)
        assert.ok(Math.abs(out[i] - (sum[i] * 32767) / 60000) < 700, `tick ${tick}`);
    // The steepest that a sine of full scale gets, and no step.
    for (const sample of out) {
      if (tick > 0) assert.ok(Math.abs(sample - last) < 32767 * ((2 * Math.PI * 300) / 8000) * 1.1);
      last = sample;
    }
    if (tick >= 95) assert.equal([...out], [...sum], 'exactly');
  }
});

test.run();

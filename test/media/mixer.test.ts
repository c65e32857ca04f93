import * as assert from 'uvu/assert';
import { suite } from 'uvu';
import { addTo, clampMinusOwn, clampTo, takeFrom } from '../../firmware/media/mixer.js';

const test = suite('mixer');

test('saturates once and last: talkers at 30000, 30000 and -30000', () => {
  const talkers = [30000, 30000, -30000].map((level) => new Int16Array(160).fill(level));
  const sum = new Int32Array(160);
  for (const frame of talkers) addTo(sum, frame);
  const out = new Int16Array(160);
  const heard = talkers.map((own) => {
    clampMinusOwn(out, sum, own);
    return out[77];
  });
  assert.equal(heard, [0, 0, 32767]);
  clampTo(out, sum);
  assert.is(out[159], 30000);
});

test('a hundred loud talkers do not overflow', () => {
  const sum = new Int32Array(4);
  const frame = Int16Array.from([32767, -32768, 1, 0]);
  for (let i = 0; i < 100; i++) addTo(sum, frame);
  const out = new Int16Array(4);
  clampMinusOwn(out, sum, frame);
  assert.equal([...out], [32767, -32768, 99, 0]);
  for (let i = 0; i < 100; i++) takeFrom(sum, frame);
  clampTo(out, sum);
  assert.equal([...out], [0, 0, 0, 0]);
});

test.run();

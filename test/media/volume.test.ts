import * as assert from 'uvu/assert';
import { suite } from 'uvu';
import { Volume } from '../../firmware/media/volume.js';

const test = suite('volume');

/** A frame of one sample all through, after the volume; the second frame, where nothing moves any more. */
function settled(gainDb: number, sample: number): Int16Array {
  const volume = new Volume();
  volume.set(gainDb);
  volume.apply(new Int16Array(160));
  const frame = new Int16Array(160).fill(sample);
  volume.apply(frame);
  assert.is(new Set(frame).size, 1);
  return frame;
}

test('so many dB louder or softer, and never over full scale', () => {
  for (const gainDb of [-12, -6, 0, 6, 12])
    for (const sample of [-8000, -1, 0, 1000, 8000]) {
      const expected = Math.max(-32768, Math.min(32767, sample * 10 ** (gainDb / 20)));
      assert.ok(Math.abs(settled(gainDb, sample)[0] - expected) <= 2, `${sample} by ${gainDb} dB`);
    }
  assert.is(settled(12, 30000)[0], 32767);
  assert.is(settled(12, -30000)[0], -32768);
  assert.is(settled(0, 12345)[0], 12345, 'untouched');
});

test('it moves within one frame, without a step', () => {
  const volume = new Volume();
  volume.set(12);
  const frame = new Int16Array(160).fill(1000);
  volume.apply(frame);
  assert.is(frame[0], 1000);
  for (let i = 1; i < frame.length; i++)
    assert.ok(frame[i] - frame[i - 1] >= 0 && frame[i] - frame[i - 1] < 25);
  assert.ok(frame[159] > 3900);
});

test.run();

import { readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { suite } from 'uvu';
import { rms } from '../support/tone.js';
import { stoi } from '../support/stoi.js';
import { readWav } from '../support/wav.js';
import { seededRandom } from './network.js';

const test = suite('stoi');

const speech = readWav(readFileSync('firmware/prompts/en/8k/enter-pin.wav'));
const wide = readWav(readFileSync('firmware/prompts/en/16k/enter-pin.wav'));

/** White noise at so many decibels under the speech. */
function noisy(clean: Int16Array, snrDb: number): Int16Array {
  const random = seededRandom(11);
  const peak = rms(clean) * 10 ** (-snrDb / 20) * Math.sqrt(3);
  return clean.map((sample) => Math.max(-32768, Math.min(32767, sample + peak * (2 * random() - 1))));
}

test('speech against itself is 1, at any level and rate', () => {
  assert.ok(Math.abs(stoi(speech, speech, 8000) - 1) < 1e-9);
  assert.ok(Math.abs(stoi(wide, wide, 16000) - 1) < 1e-9);
  const half = speech.map((sample) => sample / 2);
  assert.ok(stoi(speech, half, 8000) > 0.999);
});

test('the more noise the lower; nothing of the speech is near 0', () => {
  const scores = [30, 15, 5, 0, -5, -30].map((snrDb) => stoi(wide, noisy(wide, snrDb), 16000));
  for (let i = 1; i < scores.length; i++) assert.ok(scores[i] < scores[i - 1], scores.join());
  assert.ok(scores[0] > 0.95 && scores[3] > 0.55 && scores[3] < 0.85 && scores[5] < 0.35, scores.join());
});

test('what is said 200 ms too late is not understood', () => {
  const late = new Int16Array(speech.length);
  late.set(speech.subarray(0, speech.length - 1600), 1600);
  assert.ok(stoi(speech, late, 8000) < 0.5);
});

test('noise in the pauses of the speaker does not count', () => {
  const pause = new Int16Array(16000);
  const random = seededRandom(5);
  const clean = Int16Array.from([...speech, ...pause]);
  const heard = Int16Array.from([...speech, ...pause.map(() => 3000 * (random() - 0.5))]);
  assert.ok(stoi(clean, heard, 8000) > 0.999);
});

test.run();

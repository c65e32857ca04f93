import * as assert from 'uvu/assert';
import { suite } from 'uvu';
import { Concealment } from '../../firmware/media/concealment.js';
import { SoundLine } from '../../firmware/media/sound-line.js';
import { cutPeriod, squeeze } from '../../firmware/media/time-scale.js';
import { rms } from '../support/tone.js';
import { seededRandom } from './network.js';

const test = suite('concealment');
const rates = [8000, 16000, 48000] as const;
const HZ = 180;

/** A buzz of a voice's pitch with its harmonics. */
function voice(sampleRate: number, from: number, count: number): Int16Array {
  const at = (i: number) => (2 * Math.PI * HZ * (from + i)) / sampleRate;
  return Int16Array.from({ length: count }, (_, i) =>
    Math.round(4000 * (Math.sin(at(i)) + 0.6 * Math.sin(2 * at(i) + 1) + 0.4 * Math.sin(5 * at(i) + 2))),
  );
}

/** The largest step from one sample to the next. */
function steepest(pcm: Int16Array): number {
  return pcm.reduce((most, sample, i) => (i === 0 ? 0 : Math.max(most, Math.abs(sample - pcm[i - 1]))), 0);
}

function heardSoFar(sampleRate: (typeof rates)[number]): {
  line: SoundLine;
  concealment: Concealment;
  at: number;
} {
  const line = new SoundLine(sampleRate);
  const concealment = new Concealment(line, sampleRate);
  const at = sampleRate / 10;
  for (let frame = 0; frame < 5; frame++) {
    concealment.join(voice(sampleRate, (frame * at) / 5, at / 5), 0, at / 5, false);
    line.at = line.end;
  }
  return { line, concealment, at };
}

for (const rate of rates) {
  const ms = rate / 1000;

  test(`10 ms of a voice are made up as if they had come, ${rate} Hz`, () => {
    const { line, concealment, at } = heardSoFar(rate);
    concealment.extend(10 * ms);
    const made = line.pcm.slice(line.at, line.end);
    const real = voice(rate, at, 10 * ms);
    const error = made.map((sample, i) => sample - real[i]);
    assert.ok(rms(error) < 0.25 * rms(real), `${rms(error) / rms(real)}`);
  });

  test(`full for 10 ms, fading, silent from 60 ms on, ${rate} Hz`, () => {
    const { line, concealment } = heardSoFar(rate);
    const levels: number[] = [];
    for (let part = 0; part < 8; part++) {
      concealment.extend(10 * ms);
      levels.push(rms(line.pcm.slice(line.at, line.end)));
      line.at = line.end;
    }
    const whole = rms(voice(rate, 0, 10 * ms));
    const expected = [1, 0.9, 0.7, 0.5, 0.3, 0.1, 0, 0];
    levels.forEach((level, i) =>
      assert.ok(Math.abs(level / whole - expected[i]) < 0.12, `${i}: ${level / whole}`),
    );
    assert.is(levels[6], 0);
    assert.ok(concealment.silent);
  });

  for (const free of [false, true])
    test(`neither seam is steeper than the voice, ${free ? 'as it fits' : 'in its place'}, ${rate} Hz`, () => {
      const { line, concealment, at } = heardSoFar(rate);
      const from = line.at - 1;
      concealment.extend(20 * ms);
      concealment.join(voice(rate, at + 27 * ms, 20 * ms), 0, 20 * ms, free);
      assert.ok(steepest(line.pcm.slice(from, line.end)) < 1.3 * steepest(voice(rate, 0, at)));
    });

  test(`a pitch period goes unheard, ${rate} Hz`, () => {
    const { line, concealment, at } = heardSoFar(rate);
    concealment.join(voice(rate, at, 40 * ms), 0, 40 * ms, false);
    const cut = cutPeriod(line, 15 * ms, ms);
    const periods = (cut * HZ) / rate;
    assert.ok(periods > 0.9 && Math.abs(periods - Math.round(periods)) < 0.05, `${periods} periods`);
    assert.is(line.waiting, 40 * ms - cut);
    assert.ok(steepest(line.pcm.slice(line.at - 1, line.end)) < 1.1 * steepest(voice(rate, 0, at)));
  });

  test(`noise is not cut, ${rate} Hz`, () => {
    const { line, concealment } = heardSoFar(rate);
    const random = seededRandom(9);
    const noise = Int16Array.from({ length: 40 * ms }, () => 9000 * (random() - 0.5));
    concealment.join(noise, 0, noise.length, false);
    assert.is(cutPeriod(line, 15 * ms, ms), 0);
    assert.equal([...line.pcm.subarray(line.at, line.end)], [...noise]);
  });

  test(`some samples less bend nothing, ${rate} Hz`, () => {
    const { line, concealment, at } = heardSoFar(rate);
    concealment.join(voice(rate, at, 30 * ms), 0, 30 * ms, false);
    const out = new Int16Array(20 * ms);
    const [last, first] = [line.pcm[line.at - 1], line.at];
    squeeze(line, out, ms >> 3);
    assert.is(line.at - first, out.length + (ms >> 3));
    const next = line.pcm[line.at];
    assert.ok(steepest(Int16Array.from([last, ...out, next])) < 1.05 * steepest(voice(rate, 0, at)));
  });
}

test.run();

/** Tones of exchanges: those of the line's own exchange are known, and nothing else is taken for one. */
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ProgressRecogniser, type ProgressTone } from '../../../firmware/media/analog/progress-recogniser.js';
import { alawToLinear, toAlaw } from '../../../firmware/media/codecs/g711.js';
import { promptsOf, readPrompts } from '../../../firmware/media/prompt-files.js';
import { PEAK_OF_0_DBM0 } from '../../../firmware/media/tone-generator.js';
import { tonePlanCountries, tonePlanOf, type Cadence } from '../../../firmware/tone-plans.js';
import { addNoise, seeded } from '../../support/key-tones.js';

const test = suite('progress recogniser');

const FRAME = 160;
const RATE = 8000;

type Bad = { dbm0: number; offHz: number; stretch: number; beginMs: number; noiseDbm0: number };
const good: Bad = { dbm0: -15, offHz: 0, stretch: 1, beginMs: 0, noiseDbm0: -70 };

/** A cadence from somewhere within it. */
function cadenceSamples(
  [hz, ...times]: Cadence,
  seconds: number,
  bad: Bad,
  random: () => number,
): Int16Array {
  const periodMs = times.reduce((sum, ms) => sum + ms * bad.stretch, 0);
  const stateAt = (ms: number): [on: boolean, leftMs: number] => {
    let left = ms % periodMs;
    const at = times.findIndex((length) => (left -= length * bad.stretch) < 0);
    return [at % 2 === 0, -left];
  };
  const peak = (PEAK_OF_0_DBM0 * 10 ** (bad.dbm0 / 20)) / Math.sqrt(hz.length);
  const steps = hz.map((one) => (2 * Math.PI * (one + bad.offHz)) / RATE);
  const samples = new Int16Array(seconds * RATE);
  for (let at = 0; at < samples.length;) {
    const [on, leftMs] = times.length === 0 ? [true, Infinity] : stateAt(bad.beginMs + (at * 1000) / RATE);
    const end = Math.min(samples.length, at + Math.max(1, Math.round((leftMs * RATE) / 1000)));
    for (; at < end; at++) {
      if (!on) continue;
      let sample = 0;
      for (const step of steps) sample += peak * Math.sin(step * at);
      samples[at] = sample;
    }
  }
  addNoise(samples, bad.noiseDbm0, random);
  return samples.map((sample) => alawToLinear[toAlaw(sample & 0xffff)]);
}

/** The tones heard, and the second at which each began. */
function recognise(country: string, rx: Int16Array, tx?: Int16Array): [ProgressTone, number][] {
  const recogniser = new ProgressRecogniser(tonePlanOf(country));
  const heard: [ProgressTone, number][] = [];
  for (let at = 0; at + FRAME <= rx.length; at += FRAME) {
    const changed = recogniser.hear(rx.subarray(at, at + FRAME), tx?.subarray(at, at + FRAME));
    if (changed && recogniser.tone !== '') heard.push([recogniser.tone, (at + FRAME) / RATE]);
  }
  return heard;
}

const sameTimes = (a: Cadence, b: Cadence) => a.join() === b.join();

test('every tone of every country is known as what it is', () => {
  const random = seeded(2);
  for (const country of tonePlanCountries) {
    const plan = tonePlanOf(country);
    for (const name of ['busy', 'reorder', 'dial', 'ringBack'] as const) {
      const heard = recognise(
        country,
        cadenceSamples(plan[name], name === 'ringBack' ? 13 : 5, good, random),
      ).map(([tone]) => tone);
      const expected = name === 'reorder' && sameTimes(plan.busy, plan.reorder) ? 'busy' : name;
      assert.equal(heard, [expected], `${country} ${name}`);
    }
  }
});

test('1,000 of 1,000 busy tones within 4 s: soft and loud, off in pitch and time, noisy, from any moment on', () => {
  const random = seeded(4);
  let slowest = 0;
  for (let i = 0; i < 1000; i++) {
    const country = tonePlanCountries[i % tonePlanCountries.length];
    const plan = tonePlanOf(country);
    const dbm0 = -8 - 24 * random();
    const bad = {
      dbm0,
      offHz: 20 * random() - 10,
      stretch: 0.94 + 0.12 * random(),
      beginMs: 4000 * random(),
      noiseDbm0: dbm0 - 18,
    };
    const tone = i % 3 === 0 ? plan.reorder : plan.busy;
    const [first] = recognise(country, cadenceSamples(tone, 4, bad, random));
    assert.ok(first, `${i}: ${country} ${JSON.stringify(bad)}`);
    assert.ok(first[0] === 'busy' || first[0] === 'reorder', `${i}: ${country} ${first[0]}`);
    slowest = Math.max(slowest, first[1]);
  }
  assert.ok(slowest <= 4, `${slowest} s`);
});

test('a busy tone that another member brings in and the hybrid sends back: 0 of 1,000', () => {
  const random = seeded(6);
  for (let i = 0; i < 1000; i++) {
    const country = tonePlanCountries[i % tonePlanCountries.length];
    const bad = { ...good, dbm0: -8 - 12 * random(), beginMs: 4000 * random() };
    const tx = cadenceSamples(tonePlanOf(country).busy, 4, bad, random);
    const delay = Math.floor(1 + 100 * random());
    const loss = 10 ** (-(7 + 10 * random()) / 20);
    const rx = tx.map((_, at) => Math.round((tx[at - delay] ?? 0) * loss));
    assert.equal(recognise(country, rx, tx), [], `${i}: ${country}`);
  }
});

test('both lines of a conference are busy at once: each is known on its own', () => {
  const random = seeded(8);
  const busy = tonePlanOf('de').busy;
  const rx = cadenceSamples(busy, 5, good, random);
  const tx = cadenceSamples(busy, 5, { ...good, beginMs: 300 }, random);
  assert.is(recognise('de', rx, tx)[0]?.[0], 'busy');
});

test('the right pitch with a wrong rhythm, and the right rhythm with a wrong pitch, are nothing', () => {
  const random = seeded(10);
  assert.equal(recognise('us', cadenceSamples([[480, 620], 800, 800], 10, good, random)), []);
  assert.equal(recognise('us', cadenceSamples([[425], 500, 500], 10, good, random)), []);
  assert.equal(recognise('de', cadenceSamples([[450], 480, 480], 10, good, random)), []);
  assert.equal(recognise('de', cadenceSamples([[400], 480, 480], 10, good, random)), []);
});

test('busy, and somebody speaks in the pauses: not believed until the pauses are pauses', () => {
  const random = seeded(12);
  const rx = cadenceSamples(tonePlanOf('de').busy, 10, good, random);
  const speech = prompts.get('enter-conference-number', 8000)!;
  const mixed = rx.map((sample, i) => (i < 5 * RATE ? sample + speech[i % speech.length] : sample));
  const [first] = recognise('de', mixed);
  assert.is(first[0], 'busy');
  assert.ok(first[1] > 5);
});

const prompts = promptsOf(readPrompts(path.resolve('firmware/prompts/en')));
const names = [
  'enter-conference-number',
  'enter-pin',
  'conference-full',
  'only-person',
  'goodbye',
  'hold-music',
];

/** Faster and higher, or slower and deeper. */
function sped(samples: Int16Array, speed: number): Int16Array {
  return Int16Array.from({ length: Math.floor((samples.length - 1) / speed) }, (_, i) => {
    const whole = Math.floor(i * speed);
    const part = i * speed - whole;
    return samples[whole] * (1 - part) + samples[whole + 1] * part;
  });
}

test('a quarter of an hour of prompts and music at all speeds: no tone of any of four countries', () => {
  let seconds = 0;
  for (let speed = 0.6; seconds < 900; speed += 0.06)
    for (const name of names) {
      const samples = sped(prompts.get(name, 8000)!, speed);
      seconds += samples.length / RATE;
      for (const country of ['us', 'de', 'gb', 'fr'])
        assert.equal(recognise(country, samples), [], `${name} x ${speed} in ${country}`);
    }
});

test.run();

/** Tones of which nothing is known are found out: those of all countries, off in pitch, in noise, from any moment on. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ToneLearner } from '../../../firmware/media/analog/tone-learner.js';
import { tonePlanCountries, tonePlanOf, type Cadence, type HeardTone } from '../../../firmware/tone-plans.js';
import { seeded } from '../../support/key-tones.js';

const test = suite('tones are learned');

const PEAK_OF_0_DBM0 = 22827;
const NAMES = ['dial', 'busy', 'reorder', 'ringBack'] as const;

/** 40 s of a tone at -18 dBm0, all its frequencies together, each `offHz` off; `fromMs` of it are over already. */
function* sounds(
  [frequenciesHz, ...onOffMs]: Cadence,
  fromMs = 0,
  offHz = 0,
  noise = 0,
): Generator<Int16Array> {
  const random = seeded(7);
  const turnMs = onOffMs.reduce((sum, ms) => sum + ms, 0);
  const peak = PEAK_OF_0_DBM0 * 10 ** (-18 / 20) * Math.sqrt(1 / frequenciesHz.length);
  for (let n = 0; n < 40 * 8000; n += 160)
    yield Int16Array.from({ length: 160 }, (_, i) => {
      let left = turnMs > 0 ? (fromMs + (n + i) / 8) % turnMs : 0;
      const run = onOffMs.findIndex((ms) => (left -= ms) < 0);
      const on = run % 2 !== 1;
      const tone = frequenciesHz.reduce(
        (sum, hz) => sum + Math.sin((2 * Math.PI * (hz + offHz) * (n + i)) / 8000),
        0,
      );
      return (on ? peak * tone : 0) + noise * (2 * random() - 1);
    });
}

/** What is told, up to 2 s after the first. */
function learned(frames: Iterable<Int16Array>, moreFrames = 100): HeardTone[] {
  const learner = new ToneLearner();
  const told: HeardTone[] = [];
  for (const frame of frames) {
    const tone = learner.hear(frame);
    if (tone) told.push(tone);
    if (told.length > 0 && moreFrames-- === 0) break;
  }
  return told;
}

function like(heard: HeardTone, [frequenciesHz, ...onOffMs]: Cadence, offHz = 0): boolean {
  const times = [...onOffMs];
  const rotations = times.map((_, at) => [...times.slice(at), ...times.slice(0, at)]);
  return (
    heard.frequenciesHz.length === frequenciesHz.length &&
    heard.frequenciesHz.every((hz, at) => Math.abs(hz - offHz - frequenciesHz[at]) <= 3) &&
    (times.length === 0 ? [[]] : rotations).some(
      (turn) =>
        turn.length === heard.onOffMs.length &&
        turn.every((ms, at) => Math.abs(ms - heard.onOffMs[at]) <= 25),
    )
  );
}

test('every tone of every country, once, as it is', () => {
  for (const country of tonePlanCountries)
    for (const name of NAMES) {
      const cadence = tonePlanOf(country)[name];
      const heard = learned(sounds(cadence, 130));
      const what = `${country} ${name}: ${JSON.stringify(heard)}`;
      assert.is(heard.length, 1, what);
      assert.ok(like(heard[0], cadence), what);
      assert.ok(Math.abs(heard[0].levelDbm0 + 18) < 1, what);
    }
});

test('10 Hz off, with noise 25 dB below it', () => {
  for (const name of NAMES) {
    const cadence = tonePlanOf('us')[name];
    const heard = learned(sounds(cadence, 900, 10, 280));
    assert.ok(heard.length === 1 && like(heard[0], cadence, 10), `${name}: ${JSON.stringify(heard)}`);
  }
});

test('one tone after another: each is told', () => {
  const { dial, busy, ringBack } = tonePlanOf('de');
  const seconds = (cadence: Cadence, count: number) => [...sounds(cadence)].slice(0, 50 * count);
  const quiet = Array.from({ length: 50 }, () => new Int16Array(160));
  const frames = [...seconds(dial, 4), ...quiet, ...seconds(busy, 5), ...seconds(ringBack, 16)];
  assert.equal(
    learned(frames, frames.length).map(({ onOffMs }) => onOffMs),
    [[], [480, 480], [1000, 4000]],
  );
});

test('noise, silence and keys are no tones', () => {
  const random = seeded(3);
  const noise = Array.from({ length: 500 }, () =>
    Int16Array.from({ length: 160 }, () => 6000 * random() - 3000),
  );
  assert.equal(learned(noise), []);
  assert.equal(learned(Array.from({ length: 500 }, () => new Int16Array(160))), []);
  assert.equal(learned(sounds([[770, 1336], 100, 100])), []);
});

test.run();

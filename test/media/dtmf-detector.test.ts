/** Which tones are keys: ITU-T Q.24, after either law and at 8, 16 and 48 kHz. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { alawToLinear, toAlaw, toUlaw, ulawToLinear } from '../../firmware/media/codecs/g711.js';
import { DtmfDetector } from '../../firmware/media/dtmf-detector.js';
import { addNoise, goodKey, keySamples, seeded, type KeyTone } from '../support/key-tones.js';

const test = suite('key tones');

const KEYS = '0123456789*#ABCD';
const RATES = [8000, 16000];
/** Beginnings at which a key is tried: a tone may begin anywhere in a frame. */
const PLACES = 5;

type Law = 'mu-law' | 'A-law' | 'linear';
const laws: Record<Law, (sample: number) => number> = {
  'mu-law': (sample) => ulawToLinear[toUlaw(sample)],
  'A-law': (sample) => alawToLinear[toAlaw(sample)],
  linear: (sample) => sample,
};

/** What the detector reads, frame by frame, from `leadMs` of silence, the samples, and silence. */
function read(samples: Int16Array, sampleRate: number, leadMs = 0): string {
  const frame = sampleRate / 50;
  const lead = Math.round((leadMs * sampleRate) / 1000);
  const all = new Int16Array(Math.ceil((lead + samples.length) / frame + 6) * frame);
  all.set(samples, lead);
  const detector = new DtmfDetector(sampleRate);
  let keys = '';
  for (let at = 0; at < all.length; at += frame) keys += detector.hear(all.subarray(at, at + frame));
  return keys;
}

/** Of all keys, at all places, by all laws: how many are read as themselves, how many not at all. */
function count(
  tone: Partial<KeyTone>,
  { rates = RATES, noiseDb }: { rates?: number[]; noiseDb?: number } = {},
) {
  const random = seeded(4711);
  const full = { ...goodKey, ...tone };
  const result = { read: 0, missed: 0, wrong: 0 };
  for (const rate of rates)
    for (const law of Object.values(laws))
      for (const key of KEYS)
        for (let place = 0; place < PLACES; place++) {
          const samples = keySamples(key, rate, random, full);
          if (noiseDb !== undefined) {
            const power = 10 ** (full.rowDbm0 / 10) + 10 ** (full.columnDbm0 / 10);
            addNoise(samples, 10 * Math.log10(power) - noiseDb, random);
          }
          const keys = read(samples.map(law), rate, 20 * random());
          result[keys === key ? 'read' : keys === '' ? 'missed' : 'wrong']++;
        }
  return result;
}

const all = (rates = RATES) => rates.length * 3 * KEYS.length * PLACES;
/** Both tones at a level. */
const at = (dbm0: number) => ({ rowDbm0: dbm0, columnDbm0: dbm0 });
const twists = [
  { rowDbm0: -10, columnDbm0: -18 },
  { rowDbm0: -18, columnDbm0: -10 },
  { rowDbm0: -28, columnDbm0: -36 },
  { rowDbm0: -36, columnDbm0: -28 },
];

const keys: [name: string, tones: Partial<KeyTone>[]][] = [
  [
    '40 ms at every level from 0 to -36 dBm0',
    [0, -3, -10, -20, -30, -36].map((dbm0) => ({ ms: 40, ...at(dbm0) })),
  ],
  ['40 ms with 8 dB between the tones, either way', twists.map((twist) => ({ ms: 40, ...twist }))],
  [
    '40 ms with frequencies 1.5 % off, either way',
    [0.015, -0.015].flatMap((rowOff) => [0.015, -0.015].map((columnOff) => ({ ms: 40, rowOff, columnOff }))),
  ],
  [
    '100 ms with both at once',
    twists.flatMap((twist) => [0.015, -0.015].map((off) => ({ ...twist, rowOff: off, columnOff: off }))),
  ],
];
for (const [name, tones] of keys)
  test(`a key: ${name}`, () => {
    for (const tone of tones)
      assert.equal(count(tone), { read: all(), missed: 0, wrong: 0 }, JSON.stringify(tone));
  });

const noKeys: [name: string, tones: Partial<KeyTone>[]][] = [
  ['23 ms', [0, -10, -36].map((dbm0) => ({ ms: 23, ...at(dbm0) }))],
  [
    'one frequency 3.5 % off, however long',
    [0.035, -0.035].flatMap((off) => [{ rowOff: off }, { columnOff: off }]),
  ],
  [
    'the same with 8 dB between the tones',
    twists.flatMap((twist) =>
      [0.035, -0.035].flatMap((off) => [
        { ...twist, rowOff: off },
        { ...twist, columnOff: off },
      ]),
    ),
  ],
  ['12 dB between the tones', [{ columnDbm0: -20 }, { rowDbm0: -18 }]],
  ['fainter than anything a line leaves of a key', [at(-48)]],
  ['one tone alone', [{ rowDbm0: -90 }, { columnDbm0: -90 }]],
];
for (const [name, tones] of noKeys)
  test(`no key: ${name}`, () => {
    for (const tone of tones)
      assert.equal(count(tone), { read: 0, missed: all(), wrong: 0 }, JSON.stringify(tone));
  });

test('noise 15 dB below the tones: 40 ms nearly always, 60 ms always', () => {
  const short = count({ ms: 40 }, { noiseDb: 15 });
  assert.is(short.wrong, 0);
  assert.ok(short.read >= 0.98 * all(), `${short.read} of ${all()}`);
  assert.equal(count({ ms: 60 }, { noiseDb: 15 }), { read: all(), missed: 0, wrong: 0 });
});

test('a key: 40 ms at 48 kHz; 23 ms is none there either', () => {
  const rates = [48000];
  assert.equal(count({ ms: 40 }, { rates }), { read: all(rates), missed: 0, wrong: 0 });
  assert.equal(count({ ms: 23 }, { rates }), { read: 0, missed: all(rates), wrong: 0 });
});

test('the same key again after 40 ms is another press; after a gap of 10 ms it is the same', () => {
  for (const rate of RATES)
    for (const key of KEYS)
      for (let place = 0; place < PLACES; place++) {
        const random = seeded(place + 1);
        const fast = keySamples(key.repeat(10), rate, random, { ...goodKey, ms: 40, pauseMs: 40 });
        assert.is(read(fast, rate, 20 * random()), key.repeat(10));
        const broken = keySamples(key.repeat(4), rate, random, { ...goodKey, ms: 60, pauseMs: 10 });
        assert.is(read(broken, rate, 20 * random()), key);
      }
});

test('a key held for two seconds in noise is one press', () => {
  const random = seeded(3);
  for (const key of KEYS) {
    const samples = keySamples(key, 8000, random, { ...goodKey, ms: 2000 });
    addNoise(samples, -20, random);
    assert.is(read(samples, 8000), key);
  }
});

test('no key: noise, silence, and the tones that networks send', () => {
  const random = seeded(9);
  const noise = new Int16Array(60 * 8000);
  addNoise(noise, -15, random);
  assert.is(read(noise, 8000), '');
  for (const hz of [[350, 440], [440, 480], [480, 620], [425], [1400, 2060], [2100], [950, 1400]]) {
    const tone = Int16Array.from({ length: 16000 }, (_, i) =>
      hz.reduce((sum, one) => sum + 6000 * Math.sin((2 * Math.PI * one * i) / 8000), 0),
    );
    assert.is(read(tone, 8000), '', `${hz.join('+')} Hz`);
  }
});

test.run();

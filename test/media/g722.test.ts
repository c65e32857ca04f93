/** G.722 against libspandsp2, bit for bit, and against vectors that need nobody. */
import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { codecs } from '../../firmware/media/codec.js';
import { seededRandom } from './network.js';
import { referenceG722 } from './reference-g722.js';

const test = suite('g722');
const { G722: codec } = codecs;

/** Samples of a signal, n counted from its beginning; `random` is the same in every run. */
type Signal = (n: number, random: () => number) => number;
const signals: Record<string, Signal> = {
  speech: (n, random) =>
    8000 * Math.sin(n * 0.05) * Math.sin(n * 0.0007) + 3000 * Math.sin(n * 1.7) + 500 * (random() - 0.5),
  'a sweep': (n) => 12000 * Math.sin(n * n * 1e-5),
  noise: (_n, random) => 65536 * random() - 32768,
  'quiet noise': (_n, random) => 40 * random() - 20,
  'a square at full scale': (n) => (Math.floor(n / 7) % 2 ? 32767 : -32768),
  'the highest frequency': (n) => (n % 2 ? 32767 : -32768),
  'bursts between silence': (n, random) => (n % 4000 < 2000 ? 0 : 65536 * random() - 32768),
  'a constant': () => 32767,
};

function samplesOf(signal: Signal, count: number): Int16Array {
  let seed = 1;
  const random = () => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) / 2 ** 32;
  return Int16Array.from({ length: count }, (_, n) => Math.floor(signal(n, random)));
}

/** Encodes and decodes in frames of 10, 20 and 60 ms in turn. */
function* frames(count: number): Generator<[from: number, to: number]> {
  const lengths = [160, 320, 960];
  for (let from = 0, turn = 0; from < count; turn++) {
    const to = Math.min(from + lengths[turn % 3], count);
    yield [from, to];
    from = to;
  }
}

function encodeAll(pcm: Int16Array, encoder = codec.createEncoder()): Uint8Array {
  const bytes = new Uint8Array(pcm.length / 2);
  for (const [from, to] of frames(pcm.length))
    assert.is(encoder.encode(pcm.subarray(from, to), to - from, bytes, from / 2), (to - from) / 2);
  return bytes;
}

function decodeAll(bytes: Uint8Array, decoder = codec.createDecoder()): Int16Array {
  const pcm = new Int16Array(2 * bytes.length);
  for (const [from, to] of frames(pcm.length))
    assert.is(decoder.decode(bytes, from / 2, (to - from) / 2, pcm.subarray(from, to)), to - from);
  return pcm;
}

/** libspandsp2 0.0.6 lets what is too loud wrap around where G.722 §5.2.2 (LIMIT of the output) wants it clipped. */
function firstDifference(ours: Int16Array, theirs: Int16Array): number {
  return ours.findIndex((sample, at) => {
    if (sample === 32767) return theirs[at] !== 32767 && theirs[at] >= 0;
    if (sample === -32768) return theirs[at] !== -32768 && theirs[at] < 0;
    return sample !== theirs[at];
  });
}

if (!referenceG722) console.log('SKIPPED: g722 against libspandsp2 (Debian package libspandsp2 is missing)');
else {
  const reference = referenceG722;
  for (const [name, signal] of Object.entries(signals))
    test(`${name}: the same bits and samples as libspandsp2`, () => {
      const pcm = samplesOf(signal, 96_000);
      const bytes = encodeAll(pcm);
      assert.equal(Buffer.from(bytes), Buffer.from(reference.createEncoder()(pcm)));
      assert.is(firstDifference(decodeAll(bytes), reference.createDecoder()(bytes)), -1);
    });

  test('any bytes: the same samples as libspandsp2', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        assert.is(firstDifference(decodeAll(bytes), reference.createDecoder()(bytes)), -1);
      }),
    );
  });

  test('any samples: the same bits as libspandsp2', () => {
    fc.assert(
      fc.property(fc.int16Array({ maxLength: 2000 }), (samples) => {
        const pcm = samples.subarray(0, samples.length & ~1);
        assert.equal(Buffer.from(encodeAll(pcm)), Buffer.from(reference.createEncoder()(pcm)));
      }),
    );
  });
}

const hash = (data: Uint8Array) => createHash('sha256').update(data).digest('hex').slice(0, 16);
const asBytes = (pcm: Int16Array) => new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength);

test('vectors of our own: a second of noise, its code and what comes of it', () => {
  const bytes = encodeAll(samplesOf(signals.noise, 16_000));
  assert.is(Buffer.from(bytes.subarray(0, 16)).toString('hex'), '268425953a84842020220485b3226020');
  assert.is(hash(bytes), '6d4fe4e15d662515');
  assert.is(hash(asBytes(decodeAll(bytes))), '7abe56882451126f');
  const quiet = encodeAll(samplesOf(signals['quiet noise'], 16_000));
  assert.is(hash(quiet), 'c4adeef59da1407f');
  assert.is(hash(asBytes(decodeAll(quiet))), '5d380f29efb706e3');
});

for (const hz of [300, 1000, 3000, 5000, 6500])
  test(`a tone of ${hz} Hz comes back with its level and little noise`, () => {
    const pcm = samplesOf((n) => 8000 * Math.sin((2 * Math.PI * hz * n) / 16_000), 16_000);
    const back = decodeAll(encodeAll(pcm));
    // The two filters delay by 22 samples.
    let [signal, noise] = [0, 0];
    for (let n = 1000; n < pcm.length - 22; n++) {
      signal += pcm[n] ** 2;
      noise += (back[n + 22] - pcm[n]) ** 2;
    }
    const snrDb = 10 * Math.log10(signal / noise);
    assert.ok(snrDb > (hz < 4000 ? 25 : 10), `${snrDb.toFixed(1)} dB`);
  });

test('streams encoded and decoded together come out as each by itself, in whatever order and length', () => {
  const pcm = [signals.speech, signals.noise, signals['a sweep']].map((signal) => samplesOf(signal, 96_000));
  const alone = pcm.map((samples) => encodeAll(samples));
  const [encoders, decoders] = [pcm.map(() => codec.createEncoder()), pcm.map(() => codec.createDecoder())];
  const bytes = pcm.map((samples) => new Uint8Array(samples.length / 2));
  const back = pcm.map((samples) => new Int16Array(samples.length));
  const random = seededRandom(3);
  const places = [0, 0, 0];
  const next = (stream: number): [number, number] => {
    const from = places[stream];
    return [from, (places[stream] = Math.min(96_000, from + [160, 320, 320, 960][Math.floor(4 * random())]))];
  };
  while (places.some((place) => place < 96_000)) {
    const stream = Math.floor(3 * random());
    const [from, to] = next(stream);
    encoders[stream].encodeSoon!(pcm[stream].subarray(from, to), to - from, bytes[stream], from / 2);
    if (random() < 0.2) codec.settle!();
  }
  codec.settle!();
  assert.equal(bytes, alone);
  places.fill(0);
  while (places.some((place) => place < 96_000)) {
    const stream = Math.floor(3 * random());
    const [from, to] = next(stream);
    decoders[stream].decodeSoon!(bytes[stream], from / 2, (to - from) / 2, back[stream], from);
    if (random() < 0.2) encoders[0].encode(pcm[0], 320, new Uint8Array(160), 0);
  }
  codec.settle!();
  for (const [stream, samples] of back.entries()) assert.equal(samples, decodeAll(alone[stream]));
});

test('an encoder that follows another goes on with the same bits', () => {
  const pcm = samplesOf(signals.speech, 6400);
  const [first, second] = [codec.createEncoder(), codec.createEncoder()];
  const [a, b] = [new Uint8Array(160), new Uint8Array(160)];
  for (let at = 0; at < 3200; at += 320) first.encode(pcm.subarray(at), 320, a, 0);
  second.encode(pcm.subarray(5), 320, b, 0);
  second.follow(first);
  for (let at = 3200; at < 6400; at += 320) {
    first.encode(pcm.subarray(at), 320, a, 0);
    second.encode(pcm.subarray(at), 320, b, 0);
    assert.equal(b, a);
  }
});

test('a payload of more than 60 ms is refused, and nothing is written beyond what is decoded', () => {
  const decoder = codec.createDecoder();
  assert.is(decoder.decode(new Uint8Array(481), 0, 481, new Int16Array(2000)), 0);
  assert.is(decoder.decode(new Uint8Array(161), 0, 161, new Int16Array(320)), 0);
  const out = new Int16Array(400).fill(7);
  assert.is(decoder.decode(new Uint8Array(160).fill(0x35), 0, 160, out), 320);
  assert.ok(out.subarray(320).every((sample) => sample === 7));
});

test('a stream that is closed leaves nothing to the one that comes in its place, and does nothing any more', () => {
  const pcm = samplesOf(signals.noise, 640);
  const fresh = encodeAll(pcm);
  const [gone, bytes] = [codec.createEncoder(), new Uint8Array(320)];
  gone.encode(samplesOf(signals['a sweep'], 640), 640, bytes, 0);
  gone.close();
  gone.close();
  const next = codec.createEncoder();
  const other = codec.createEncoder();
  assert.is(gone.encode(pcm, 320, bytes, 0), 0);
  other.encode(pcm, 320, bytes, 0);
  assert.equal(encodeAll(pcm, next), fresh);
});

test('streams beyond the limit are refused with the reason', () => {
  const open = Array.from({ length: 3000 }, () => codec.createDecoder());
  assert.throws(() => {
    for (;;) open.push(codec.createDecoder());
  }, /^all 4096 G.722 streams are in use$/);
  for (const decoder of open) decoder.close();
});

test.run();

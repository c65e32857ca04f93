/** Opus through libopus: levels, bands, what is recovered of lost packets, and packets of all kinds. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { opusAvailable } from '../../hal/ffi/opus-library.js';
import { decibels, rms } from '../support/tone.js';
import { codecs, type Codec, type Decoder } from '../../firmware/media/codec.js';

const test = suite('opus');
const { opus, 'opus/16000': opus16k } = codecs;
const both = [opus, opus16k];

const tone =
  (hz: number, amplitude = 8000) =>
  (seconds: number) =>
    amplitude * Math.sin(2 * Math.PI * hz * seconds);
/** Vowels: harmonics of a voice that rises and falls, in syllables. */
const voice = (seconds: number) => {
  const phase = 2 * Math.PI * (140 * seconds + 4 * Math.sin(5 * seconds));
  let sum = 0;
  for (let harmonic = 1; harmonic <= 20; harmonic++) sum += Math.sin(harmonic * phase) / harmonic;
  return 5000 * sum * Math.max(0, Math.sin(2 * Math.PI * 3 * seconds));
};

type Packet = { bytes: Uint8Array; length: number };

/** Frames of 20 ms of a signal, encoded. */
function encode(codec: Codec, signal: (seconds: number) => number, frames: number): [Int16Array, Packet[]] {
  const samples = codec.sampleRate / 50;
  const pcm = Int16Array.from({ length: frames * samples }, (_, n) => signal(n / codec.sampleRate));
  const encoder = codec.createEncoder();
  const packets = Array.from({ length: frames }, (_, frame) => {
    const bytes = new Uint8Array(480);
    const length = encoder.encode(pcm.subarray(frame * samples), samples, bytes, 0);
    return { bytes, length };
  });
  return [pcm, packets];
}

/** What a decoder makes of packets; of one that is null, what the next one tells of it, or silence. */
function decode(
  codec: Codec,
  packets: (Packet | null)[],
  decoder: Decoder = codec.createDecoder(),
): Int16Array {
  const samples = codec.sampleRate / 50;
  const pcm = new Int16Array(packets.length * samples);
  packets.forEach((packet, frame) => {
    const out = pcm.subarray(frame * samples, (frame + 1) * samples);
    const next = packets[frame + 1];
    if (packet) assert.is(decoder.decode(packet.bytes, 0, packet.length, out), samples);
    else if (next) decoder.recover!(next.bytes, 0, next.length, out);
  });
  return pcm;
}

const gainDb = (out: Int16Array, pcm: Int16Array) => decibels(rms(out), rms(pcm));

/** How much two pieces are alike, 1 being all. */
function likeness(a: Int16Array, b: Int16Array): number {
  return a.reduce((sum, sample, n) => sum + sample * b[n], 0) / (rms(a) * rms(b) * a.length || 1);
}

if (!opusAvailable) console.log('SKIPPED: Opus (Debian package libopus0 is missing)');
else {
  for (const codec of both) {
    test(`${codec.name}: a voice comes back as loud and much the same`, () => {
      const [pcm, packets] = encode(codec, voice, 100);
      const out = decode(codec, packets);
      assert.ok(Math.abs(gainDb(out, pcm)) < 1, `${gainDb(out, pcm).toFixed(2)} dB`);
      const quarterMs = codec.sampleRate / 4000;
      const alike = Array.from({ length: 60 }, (_, late) =>
        likeness(out.subarray(late * quarterMs), pcm.subarray(0, pcm.length - late * quarterMs)),
      );
      // Its filter against rumble turns the phase of the lowest harmonics.
      assert.ok(Math.max(...alike) > 0.8, `${Math.max(...alike)}`);
    });

    test(`${codec.name}: a lost packet comes back out of the next one`, () => {
      const [, packets] = encode(codec, voice, 100);
      const whole = decode(codec, packets);
      const samples = codec.sampleRate / 50;
      const lost = [...packets.keys()].filter((frame) => frame % 7 === 5);
      const patched = decode(
        codec,
        packets.map((packet, frame) => (lost.includes(frame) ? null : packet)),
      );
      const alike = lost
        .map((frame) => [whole, patched].map((pcm) => pcm.subarray(frame * samples, (frame + 1) * samples)))
        .filter(([clean]) => rms(clean) > 500)
        .map(([clean, recovered]) => likeness(clean, recovered));
      assert.ok(alike.length > 5);
      alike.sort((a, b) => a - b);
      assert.ok(alike[alike.length >> 1] > 0.9, alike.join(' '));
    });

    test(`${codec.name}: an encoder that follows another goes on with the same bits`, () => {
      const samples = codec.sampleRate / 50;
      const [pcm] = encode(codec, voice, 40);
      const [first, second] = [codec.createEncoder(), codec.createEncoder()];
      const [a, b] = [new Uint8Array(480), new Uint8Array(480)];
      for (let at = 0; at < pcm.length; at += samples) {
        const frame = pcm.subarray(at);
        if (at === 20 * samples) second.follow(first);
        const lengths = [
          first.encode(frame, samples, a, 0),
          second.encode(at < 20 * samples ? pcm : frame, samples, b, 0),
        ];
        if (at < 20 * samples) continue;
        assert.is(lengths[0], lengths[1]);
        assert.equal(b.subarray(0, lengths[1]), a.subarray(0, lengths[0]));
      }
    });
  }

  test('a tone of 5 kHz passes at both rates, one of 12 kHz at 48 kHz', () => {
    for (const [codec, hz] of [
      [opus, 5000],
      [opus16k, 5000],
      [opus, 12000],
    ] as const) {
      const [pcm, packets] = encode(codec, tone(hz), 100);
      const [late, level] = [decode(codec, packets), pcm].map((all) => all.subarray(all.length / 2));
      assert.ok(
        Math.abs(gainDb(late, level)) < 3,
        `${codec.name} ${hz}: ${gainDb(late, level).toFixed(1)} dB`,
      );
    }
  });

  test('the two are one on the wire: each decodes what the other encodes', () => {
    for (const [from, to] of [both, [...both].reverse()]) {
      const [pcm, packets] = encode(from, voice, 100);
      assert.ok(Math.abs(gainDb(decode(to, packets), pcm)) < 1);
    }
  });

  test('nothing is recovered where a packet repeats nothing', () => {
    const out = new Int16Array(2880);
    const decoder = opus.createDecoder();
    const none = (...bytes: number[]) =>
      assert.is(decoder.recover!(Uint8Array.from(bytes), 0, bytes.length, out), 0, bytes.join(' '));
    none();
    none(9 << 3);
    none(9 << 3, 0x80, 1, 2); // speech, no copy
    none(31 << 3, 0xff, 1, 2); // CELT
    none((9 << 3) | 3, 0xff, 1, 2); // several frames
  });

  test('a packet that is longer than there is room for is refused, and nothing is written', () => {
    const room = new Int16Array(960).fill(7);
    const packet = Uint8Array.of((9 << 3) | 3, 3, 1, 2, 3, 4, 5, 6);
    for (const decode of ['decode', 'recover'] as const)
      assert.is(opus16k.createDecoder()[decode]!(packet, 0, packet.length, room.subarray(0, 320)), 0);
    assert.ok(room.every((sample) => sample === 7));
  });

  test('DTX: a packet of one byte lasts as long as it says', () => {
    const [, packets] = encode(opus16k, voice, 10);
    const decoder = opus16k.createDecoder();
    decode(opus16k, packets, decoder);
    const out = new Int16Array(960);
    assert.is(decoder.decode(packets[9].bytes, 0, 1, out), 320);
  });
}

/** First bytes, and how long the packet is. */
const lengths: [bytes: number[], ms: number][] = [
  [[], 0],
  [[0 << 3, 0], 10],
  [[1 << 3, 0], 20],
  [[2 << 3, 0], 40],
  [[11 << 3, 0], 60],
  [[12 << 3, 0], 10],
  [[15 << 3, 0], 20],
  [[16 << 3, 0], 2.5],
  [[17 << 3, 0], 5],
  [[31 << 3, 0], 20],
  [[(9 << 3) | 1, 0], 40],
  [[(9 << 3) | 2, 0], 40],
  [[(9 << 3) | 2], 0],
  [[(9 << 3) | 3, 3], 60],
  [[(9 << 3) | 3, 0], 0],
  [[(9 << 3) | 3], 0],
  [[(9 << 3) | 3, 4], 0],
  [[(11 << 3) | 1, 0], 0],
  [[(16 << 3) | 3, 24], 60],
  [[(16 << 3) | 3, 63], 0],
];
for (const [bytes, ms] of lengths)
  test(`a packet that begins ${bytes.join(' ') || 'not at all'} is ${ms} ms long`, () => {
    for (const codec of both)
      assert.is(codec.samplesIn(Uint8Array.from(bytes), 0, bytes.length), (codec.sampleRate * ms) / 1000);
  });

test.run();

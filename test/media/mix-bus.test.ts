/** Parties of different rates in one mix, and who shares an encoding. */
import * as assert from 'uvu/assert';
import { suite } from 'uvu';
import type { Codec, Encoder } from '../../firmware/media/codec.js';
import { Ear } from '../../firmware/media/ear.js';
import { RATES, frameSamples, type Rate } from '../../firmware/media/frame.js';
import { MixBus } from '../../firmware/media/mix-bus.js';
import { amplitudeOf } from '../support/tone.js';

const test = suite('mix bus');

/** An encoder whose output tells how often it has encoded, and whom it followed. */
class Counting implements Encoder {
  count = 0;
  closed = false;
  heard = new Int16Array(0);
  encode(pcm: Int16Array, _samples: number, bytes: Uint8Array, offset: number): number {
    this.heard = pcm.slice();
    bytes[offset] = ++this.count;
    return 1;
  }
  follow(other: Encoder): void {
    this.count = (other as Counting).count;
  }
  close(): void {
    this.closed = true;
  }
}

function codecOf(sampleRate: Rate): Codec & { encoders: Counting[] } {
  const encoders: Counting[] = [];
  return {
    name: 'PCMU',
    sampleRate,
    rtpClockRate: sampleRate,
    bytesPer10Ms: 0,
    samplesIn: () => 0,
    createDecoder: () => ({ decode: () => 0, close: () => {} }),
    createEncoder: () => {
      encoders.push(new Counting());
      return encoders.at(-1)!;
    },
    encoders,
  };
}

/** A party as the engine has it: a tone of its own, or silence. */
class Party {
  readonly encoder: Counting;
  readonly ear: Ear;
  readonly frame: Int16Array;
  talks = true;
  readonly heard: Int16Array[] = [];
  readonly bytes = new Uint8Array(4);
  #n = 0;
  constructor(
    id: number,
    readonly codec: ReturnType<typeof codecOf>,
    readonly hz = 0,
    readonly amplitude = 4000,
  ) {
    this.ear = new Ear(id, codec.sampleRate, codec);
    this.encoder = codec.encoders.at(-1)!;
    this.frame = new Int16Array(frameSamples(codec.sampleRate));
    this.talks = hz > 0;
  }
  speak(): void {
    for (let i = 0; i < this.frame.length; i++)
      this.frame[i] = Math.round(
        this.amplitude * Math.sin((2 * Math.PI * this.hz * this.#n++) / this.codec.sampleRate),
      );
  }
}

function room(...parties: Party[]): { mix: MixBus; tick: (count?: number) => void } {
  const mix = new MixBus(1);
  mix.arrange([...new Set(parties.map(({ codec }) => codec))]);
  for (const { ear } of parties) ear.listenTo(mix);
  const tick = (count = 1) => {
    for (; count > 0; count--) {
      mix.begin();
      for (const party of parties) {
        party.ear.prepare(party.talks);
        if (!party.talks) continue;
        party.speak();
        mix.band(party.codec.sampleRate)!.add(party.frame);
      }
      mix.finish();
      for (const { ear, talks, frame, bytes, encoder, heard } of parties) {
        ear.encode(talks ? frame : null, bytes, 0);
        heard.push(encoder.heard);
      }
    }
  };
  return { mix, tick };
}

/** The last so many frames that a party heard, one after the other. */
function lastOf({ heard, frame }: Party, frames: number): Int16Array {
  return Int16Array.from(heard.slice(-frames).flatMap((samples) => [...samples.subarray(0, frame.length)]));
}

function loudness(party: Party, hz: number): number {
  return amplitudeOf(lastOf(party, 30), hz, party.codec.sampleRate);
}

const isNear = (value: number, expected: number, why: string) =>
  assert.ok(Math.abs(value / expected - 1) < 0.05, `${why}: ${value.toFixed(0)} for ${expected}`);

test('legs of 8, 16 and 48 kHz hear each other, each the best that both have, and never themselves', () => {
  const parties = [
    new Party(1, codecOf(8000), 1000),
    new Party(2, codecOf(16000), 5000),
    new Party(3, codecOf(16000), 600),
    new Party(4, codecOf(48000), 10000),
    new Party(5, codecOf(48000), 2000),
  ];
  const { tick } = room(...parties);
  tick(60);
  for (const ear of parties)
    for (const mouth of parties) {
      const level = loudness(ear, mouth.hz);
      const why = `${ear.codec.sampleRate} Hz, tone of ${mouth.hz} Hz`;
      if (ear === mouth) assert.ok(level < 4, `${why} is its own: ${level}`);
      else if (mouth.hz < ear.codec.sampleRate / 2) isNear(level, 4000, why);
    }
  // What cannot be carried does not fold back into what can.
  assert.ok(loudness(parties[0], 3000) < 40);
  assert.ok(loudness(parties[1], 6000) < 40);
});

test('alone in its band, one does not hear the least of itself', () => {
  for (const rate of RATES) {
    const talker = new Party(1, codecOf(rate), 440, 30000);
    const others = RATES.filter((other) => other !== rate).map(
      (other, at) => new Party(2 + at, codecOf(other)),
    );
    const { tick } = room(talker, ...others);
    tick(30);
    for (const heard of talker.heard) assert.is(Math.max(...heard.map(Math.abs)), 0);
    for (const other of others)
      isNear(loudness(other, 440), 30000, `${rate} Hz to ${other.codec.sampleRate} Hz`);
  }
});

test('a band is made when it is needed, and gone when its last one has left', () => {
  const [narrow, wide] = [codecOf(8000), codecOf(16000)];
  const mix = new MixBus(1);
  mix.arrange([narrow]);
  mix.arrange([narrow, wide]);
  assert.equal(
    mix.bands.map(({ rate }) => rate),
    [8000, 16000],
  );
  mix.arrange([wide]);
  assert.equal(
    mix.bands.map(({ rate }) => rate),
    [16000],
  );
  assert.ok(narrow.encoders[0].closed);
  mix.close();
  assert.ok(wide.encoders[0].closed);
});

test('listeners share one encoding; one who begins to talk goes on where that stands', () => {
  const codec = codecOf(8000);
  const talker = new Party(1, codec, 500);
  const listeners = [new Party(2, codec), new Party(3, codec), new Party(4, codec)];
  const { mix, tick } = room(talker, ...listeners);
  const shared = mix.bands[0].shared(codec)!.encoder as Counting;
  tick(49);
  assert.is(shared.count, 0, 'each for itself at first');
  tick(11);
  assert.is(shared.count, 11);
  for (const { encoder, bytes } of listeners) {
    assert.is(encoder.count, 49);
    assert.is(bytes[0], 11);
  }
  listeners[1].talks = true;
  tick();
  assert.is(listeners[1].bytes[0], 12, 'after the eleven that it had from the shared one');
  assert.is(listeners[2].bytes[0], 12);
  listeners[1].talks = false;
  tick(50);
  assert.is(listeners[1].encoder.count, 61);
  assert.is(listeners[1].bytes[0], 62, 'shared again');
});

test('an hour of 1 kHz through a room of three: no step anywhere, exact as it was sent', () => {
  const [narrow, wide] = [codecOf(8000), codecOf(16000)];
  const talker = new Party(1, narrow, 1000, 8000);
  const same = new Party(2, narrow);
  const other = new Party(3, wide);
  const { tick } = room(talker, same, other);
  const period = Int16Array.from({ length: 8 }, (_, i) => Math.round(8000 * Math.sin((Math.PI * i) / 4)));
  let last: Int16Array | undefined;
  for (let second = 0; second < 3600; second++) {
    for (const party of [talker, same, other]) party.heard.length = 0;
    tick(50);
    for (const heard of same.heard)
      for (let i = 0; i < heard.length; i++)
        if (heard[i] !== period[i % 8])
          assert.unreachable(`second ${second}: ${heard[i]} for ${period[i % 8]}`);
    // At the other rate every period is like the one before, once the filter is full.
    for (const heard of other.heard) {
      if (second > 0)
        for (let i = 0; i < heard.length; i++)
          if (Math.abs(heard[i] - last![i]) > 1) assert.unreachable(`second ${second}: a step`);
      last = heard;
    }
  }
});

test.run();

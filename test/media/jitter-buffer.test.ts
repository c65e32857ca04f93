import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { suite } from 'uvu';
import { codecs, type Codec } from '../../firmware/media/codec.js';
import { ulawToLinear } from '../../firmware/media/codecs/g711.js';
import { JitterBuffer } from '../../firmware/media/jitter-buffer.js';
import { linear, seededRandom, Talk } from './network.js';

const test = suite('jitter-buffer');

/** Payload number n is a constant byte, so that a pulled sample tells which packet it is from. */
const byteOf = (n: number) => 0x81 + n;
const numbers = new Map(Array.from({ length: 120 }, (_, n) => [ulawToLinear[byteOf(n)], n]));

const FADE_SAMPLES = 40;

class Stream {
  buffer = new JitterBuffer(codecs.PCMU);
  constructor(
    readonly firstSequence = 1000,
    readonly firstTimestamp = 5000,
    readonly samples = 160,
  ) {}
  put(n: number, ssrc = 1): boolean {
    const payload = new Uint8Array(this.samples + 1).fill(byteOf(n));
    const sequence = (this.firstSequence + n) & 0xffff;
    const timestamp = (this.firstTimestamp + n * this.samples) >>> 0;
    return this.buffer.put(ssrc, sequence, timestamp, payload, 1, this.samples);
  }
  /** The packet numbers in the next frame, fades left out; '-' silence or concealment. */
  pull(): string {
    const out = new Int16Array(160);
    const real = this.buffer.pull(out);
    if (!real) return '-';
    const runs: string[] = [];
    let length = 0;
    out.forEach((sample, i) => {
      length = sample === out[i - 1] ? length + 1 : 1;
      if (length === FADE_SAMPLES) runs.push(String(numbers.get(sample)));
    });
    return runs.join('/');
  }
}

/** A script: a number is a packet, `.` a tick. */
function play(script: string, stream = new Stream()): string {
  const heard: string[] = [];
  for (const word of script.split(' ')) {
    if (word === '.') heard.push(stream.pull());
    else stream.put(Number(word));
  }
  return heard.join(' ');
}

const table: [name: string, script: string, heard: string][] = [
  ['in order, at once', '0 . 1 . 2 . 3 . . .', '0 1 2 3 - -'],
  ['reordered', '0 . 2 . 1 . 4 . 3 . . .', '0 - 1 2 3 4 -'],
  ['twice', '0 0 . 1 1 . 0 2 . 1 3 . . .', '0 1 2 3 - -'],
  ['one lost', '0 . 1 . 3 . 4 . . .', '0 1 - 3 4 -'],
  ['the first ones reordered', '1 . 0 . 2 . 3 . .', '1 - 2 3 -'],
  ['a pause', '0 . . . . . . 6 . 7 . . .', '0 - - - - - 6 7 - -'],
  ['two at once now and then', '0 1 . . 2 3 . . 4 5 . .', '0 1 2 3 4 5'],
  ['60 ms later from now on: delay grows, nothing is lost', '0 . 1 . . . . 2 . 3 . 4 .', '0 1 - - - 2 3 4'],
  ['an old one again', '0 . 1 . 2 . 3 . 0 4 . 1 5 .', '0 1 2 3 4 5'],
];
for (const [name, script, heard] of table) {
  test(name, () => assert.is(play(script), heard));
  test(`${name}, across the wrap of sequence and timestamp`, () => {
    for (const ahead of [1, 2, 3])
      assert.is(play(script, new Stream(0x10000 - ahead, 2 ** 32 - ahead * 160 + 7)), heard);
  });
}

for (const ms of [10, 20, 30, 40, 60]) {
  test(`ptime ${ms} ms`, () => {
    const stream = new Stream(65530, 2 ** 32 - 700, ms * 8);
    let sent = 0;
    const heard: string[] = [];
    for (let tick = 0; tick < 20; tick++) {
      while (sent * ms <= tick * 20) stream.put(sent++);
      heard.push(stream.pull());
    }
    // Packets of 10 and of 30 ms do not come at every tick alike: half a frame of delay is found at the first tick.
    const delayMs = ms % 20;
    const expected: string[] = [];
    for (let at = -delayMs; at < 20 * 20 - delayMs; at += 20) {
      const first = Math.max(0, Math.floor(at / ms));
      const last = Math.floor((at + 19) / ms);
      expected.push(first === last ? `${first}` : `${first}/${last}`);
    }
    assert.equal(heard, expected);
    assert.is(stream.buffer.lost, 0);
  });
}

test('counts what is lost, not what is reordered or comes twice', () => {
  const stream = new Stream(65534);
  for (const n of [0, 2, 1, 1, 3, 6]) stream.put(n);
  assert.is(stream.buffer.lost, 2);
  assert.is(stream.buffer.duplicates, 1);
  stream.put(4);
  assert.is(stream.buffer.lost, 1);
});

test('another SSRC begins anew', () => {
  const stream = new Stream();
  play('0 . 1 . 2 .', stream);
  stream.put(3, 2);
  assert.is(play('. . .', stream), '3 - -');
  assert.is(stream.buffer.resyncs, 1);
});

test('a jump of the sequence begins anew', () => {
  const stream = new Stream();
  play('0 . 1 . 2 .', stream);
  const payload = new Uint8Array(160).fill(byteOf(9));
  stream.buffer.put(1, 30000, 99, payload, 0, 160);
  assert.is(play('. . .', stream), '9 - -');
  assert.is(stream.buffer.lost, 0);
});

test('a jump of the timestamp alone begins anew', () => {
  const stream = new Stream();
  play('0 . 1 . 2 .', stream);
  stream.buffer.put(1, 1003, 3_000_000_000, new Uint8Array(160).fill(byteOf(9)), 0, 160);
  assert.is(play('. . .', stream), '9 - -');
});

test('never holds more than 10 frames', () => {
  const stream = new Stream();
  for (let n = 0; n < 90; n++) stream.put(n);
  let frames = 0;
  for (let tick = 0; tick < 90; tick++) if (stream.pull() !== '-') frames++;
  assert.ok(frames <= 11, `${frames}`);
});

test('a loss fades out within 60 ms', () => {
  const stream = new Stream();
  play('0 .', stream);
  const out = new Int16Array(160);
  const peaks = [0, 1, 2, 3].map(() => {
    stream.buffer.pull(out);
    return Math.max(...out.map(Math.abs));
  });
  const [whole] = peaks;
  assert.is(whole, Math.abs(ulawToLinear[byteOf(0)]));
  assert.ok(peaks[1] < 0.81 * whole && peaks[2] < 0.41 * whole && peaks[2] > 0, peaks.join());
  assert.is(peaks[3], 0);
  assert.ok(Math.abs(stream.buffer.concealedMs - 60) <= 20, `${stream.buffer.concealedMs}`);
});

test('empty and overlong payloads are of no use', () => {
  const buffer = new JitterBuffer(codecs.PCMU);
  assert.not(buffer.put(1, 1, 1, new Uint8Array(2000), 0, 0));
  assert.not(buffer.put(1, 1, 1, new Uint8Array(2000), 0, 481));
  assert.ok(buffer.put(1, 1, 1, new Uint8Array(2000), 0, 480));
});

for (const [every, lateMs] of [
  [8, 61],
  [20, 45],
  [50, 61],
])
  test(`one packet of ${every} comes ${lateMs} ms late: the delay grows once, then all are heard`, () => {
    const delayMs = (packet: number) => (packet % every === 3 ? lateMs : 1);
    const said = seededRandom(5);
    const talk = new Talk({ codec: linear(8000), ptimeMs: 20, delayMs }, (pcm) =>
      pcm.forEach((_, i) => (pcm[i] = 8000 * said())),
    );
    let made = 0;
    for (let tick = 0; tick < 1000; tick++) {
      talk.hear();
      if (tick === 3 * every + 5) made = talk.buffer.concealedMs;
    }
    assert.is(talk.buffer.concealedMs, made);
    const { delayMs: delay } = talk.buffer;
    assert.ok(delay > lateMs - 20 && delay <= lateMs, `${delay} ms`);
  });

test('a network worse than can be borne does not make the delay grow for ever', () => {
  const random = seededRandom(3);
  const talk = new Talk({ codec: linear(8000), ptimeMs: 20, delayMs: () => 300 * random() }, (pcm) =>
    pcm.forEach((_, i) => (pcm[i] = 8000 * random())),
  );
  for (let tick = 0; tick < 3000; tick++) {
    talk.hear();
    assert.ok(talk.buffer.delayMs <= 220, `${talk.buffer.delayMs} ms`);
  }
  assert.ok(talk.buffer.resyncs <= 1, `${talk.buffer.resyncs} times begun anew`);
});

test('the delay taken for a bad moment goes again, whatever is said', () => {
  const noise = seededRandom(3);
  const said: [string, () => number][] = [
    ['quiet', () => 100 * noise()],
    ['noise', () => 8000 * noise()],
  ];
  for (const [name, sample] of said) {
    // The network stalls for 60 ms once.
    const delayMs = (packet: number) => (packet === 100 ? 61 : packet === 101 ? 41 : packet === 102 ? 21 : 1);
    const talk = new Talk({ codec: linear(8000), ptimeMs: 20, delayMs }, (pcm) =>
      pcm.forEach((_, i) => (pcm[i] = sample())),
    );
    let most = 0;
    for (let tick = 0; tick < 1500; tick++) {
      talk.hear();
      most = Math.max(most, talk.buffer.delayMs);
    }
    assert.ok(most >= 40, `${name}: ${most} ms`);
    assert.ok(talk.buffer.delayMs < 1, `${name}: ${talk.buffer.delayMs} ms`);
  }
});

test('comfort noise is silence, not loss (RFC 3389)', () => {
  const stream = new Stream();
  play('0 . 1 .', stream);
  stream.buffer.silence(1, 1002, 5000 + 2 * 160);
  assert.is(play('. . . .', stream), '- - - -');
  assert.is(stream.buffer.concealedMs, 0);
  stream.buffer.put(1, 1003, 5000 + 6 * 160, new Uint8Array(160).fill(byteOf(6)), 0, 160);
  assert.is(play('. .', stream), '6 -');
  assert.is(stream.buffer.lost, 0);
});

test('a step of the timestamp without one of the sequence is silence, not loss', () => {
  const stream = new Stream();
  const out = new Int16Array(160);
  stream.buffer.put(1, 1, 0, new Uint8Array(160).fill(byteOf(1)), 0, 160);
  stream.buffer.put(1, 2, 4 * 160, new Uint8Array(160).fill(byteOf(2)), 0, 160);
  stream.buffer.pull(out);
  stream.buffer.pull(out);
  assert.ok(out[0] !== 0, 'not cut off');
  assert.equal([...out.subarray(40)], new Array(120).fill(0));
  assert.ok(stream.buffer.concealedMs <= 20);
  assert.is(stream.buffer.lost, 0);
});

test('what was heard before a key does not fill the gap after it', () => {
  const stream = new Stream();
  play('0 .', stream);
  stream.buffer.forgetSound();
  const out = new Int16Array(160).fill(1);
  stream.buffer.pull(out);
  assert.equal([...out], new Array(160).fill(0));
});

test('the packet after a lost one tells what it held, where the codec can', () => {
  const telling: Codec = {
    ...codecs.PCMU,
    createDecoder: () => ({
      ...codecs.PCMU.createDecoder(),
      recover(bytes, offset, length, out) {
        out.fill(ulawToLinear[bytes[offset] - 1], 0, length);
        return length;
      },
    }),
  };
  const stream = new Stream();
  stream.buffer = new JitterBuffer(telling);
  assert.is(play('0 . 2 . . 4 . . 7 . . .', stream), '0 1 2 3 4 - 6 7');
});

/** A stream whose decoder writes down what it is given. */
function watchedStream(told: string[]): Stream {
  const plain = codecs.PCMU.createDecoder();
  const stream = new Stream();
  stream.buffer = new JitterBuffer({
    ...codecs.PCMU,
    createDecoder: () => ({
      decode(bytes, offset, length, out) {
        told.push(`${bytes[offset] - byteOf(0)}`);
        return plain.decode(bytes, offset, length, out);
      },
      resume(bytes, offset) {
        told.push(`gap ${bytes[offset] - byteOf(0)}:`);
      },
      close: () => {},
    }),
  });
  return stream;
}

test('the decoder is told of a gap but not of a pause', () => {
  const told: string[] = [];
  const stream = watchedStream(told);
  play('0 . 1 . 3 . . 4 . 2 5 . . 6 .', stream);
  assert.is(told.join(' '), '0 1 gap 3: 3 4 5 6');
  play('. 8 9 7 . . .', stream);
  assert.is(told.join(' '), '0 1 gap 3: 3 4 5 6 7 8 9');
  stream.buffer.put(1, 1010, 5000 + 14 * 160, new Uint8Array(160).fill(byteOf(14)), 0, 160);
  play('. . . . . . .', stream);
  assert.is(told.join(' '), '0 1 gap 3: 3 4 5 6 7 8 9 14');
});

/** So many packets at their time that a late one is the exception. */
function settle(stream: Stream): void {
  for (let n = 0; n < 110; n++) play(`${n} .`, stream);
}

test('where a packet comes a tick late, that tick is bridged and the packet heard', () => {
  const stream = new Stream();
  settle(stream);
  assert.is(play('. 110 111 . 112 . 113 .', stream), '- 110 111 112');
  assert.is(stream.buffer.concealedMs, 20);
  assert.is(stream.buffer.delayMs, 20);
});

test('the decoder gets what comes too late to be heard, but nothing out of order', () => {
  const told: string[] = [];
  const stream = watchedStream(told);
  settle(stream);
  told.length = 0;
  assert.is(play('. . 110 111 112 . 113 . .', stream), '- - 111 112 113');
  assert.is(play('115 . . 114 116 . .', stream), '- 115 116 -');
  assert.is(told.join(' '), '110 111 112 113 gap 115: 115 116');
});

test('an answer about jitter as RFC 3550 §6.4.1 has it', () => {
  const stream = new Stream();
  play('0 . 1 . 2 . 3 .', stream);
  assert.is(stream.buffer.interarrivalJitter, 0);
  play('. 4 . 5 .', stream);
  // One packet came 20 ms later than the one before: 160 / 16, then a sixteenth less.
  assert.is(stream.buffer.interarrivalJitter, Math.round(10 - 10 / 16));
});

for (const [sampleRate, rtpClockRate] of [
  [8000, 8000],
  [16000, 8000],
  [16000, 48000],
  [48000, 48000],
] as const) {
  const codec = linear(sampleRate, rtpClockRate);
  const noise = seededRandom(sampleRate);
  const spoken = Int16Array.from({ length: sampleRate * 2 }, () => (noise() - 0.5) * 60000);
  const speak = (pcm: Int16Array, from: number) => pcm.set(spoken.subarray(from, from + pcm.length));

  test(`a clean stream is heard sample for sample, ${sampleRate} Hz, timestamps of ${rtpClockRate} Hz`, () => {
    const talk = new Talk({ codec, ptimeMs: 10, delayMs: () => 1 }, speak);
    const frame = sampleRate / 50;
    const delay = sampleRate / 50;
    for (let tick = 0; tick < 90; tick++) {
      const heard = talk.hear();
      if (tick > 2)
        assert.equal([...heard], [...spoken.subarray(tick * frame - delay, (tick + 1) * frame - delay)]);
    }
  });

  test(`reordering within the delay is repaired sample for sample, ${sampleRate} Hz, ${rtpClockRate} Hz`, () => {
    const shuffled = { codec, ptimeMs: 10, delayMs: (packet: number) => (packet % 3 === 0 ? 30 : 1) };
    const talk = new Talk(shuffled, speak);
    const frame = sampleRate / 50;
    let at = 0;
    for (let tick = 0; tick < 90; tick++) {
      const heard = [...talk.hear()];
      if (tick < 10) continue;
      if (tick === 10) at = spoken.findIndex((_, i) => heard.every((sample, k) => sample === spoken[i + k]));
      assert.equal(heard, [...spoken.subarray(at, at + frame)], `tick ${tick}`);
      at += frame;
    }
  });
}

test('a hundred thousand ticks of a bad network leave nothing on the heap', () => {
  const random = seededRandom(1);
  const buffer = new JitterBuffer(codecs.PCMU);
  const out = new Int16Array(160);
  const payload = Uint8Array.from({ length: 160 }, (_, i) => 37 * i);
  let tick = 0;
  const go = (ticks: number) => {
    for (const end = tick + ticks; tick < end; tick++) {
      for (const back of [0, 1, 2])
        if (random() < 0.32)
          buffer.put(1, (tick - back) & 0xffff, ((tick - back) * 160) >>> 0, payload, 0, 160);
      buffer.pull(out);
    }
  };
  go(20_000);
  // The compiler may take some at any time: what the ticks leave they leave in each of the rounds.
  const grown = Array.from({ length: 5 }, () => {
    const before = process.memoryUsage().heapUsed;
    go(20_000);
    return process.memoryUsage().heapUsed - before;
  });
  assert.ok(Math.min(...grown) < 20_000, `${grown.join(', ')} bytes`);
  assert.ok(buffer.concealedMs > 0 && buffer.delayMs <= 200);
});

/** Every sample is 1000, and garbage lies around the payload: it would be heard as 30000. */
const inGarbage = (length: number) => {
  const bytes = new Uint8Array(2000).fill(0x75);
  for (let i = 0; i < length; i++) bytes[100 + i] = i % 2 === 0 ? 0xe8 : 0x03;
  return bytes;
};

const packets = fc.array(
  fc.record({
    pulls: fc.integer({ min: 0, max: 3 }),
    ssrc: fc.constantFrom(1, 1, 1, 1, 1, 2),
    sequence: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: -5, max: 30 }) }, fc.nat(65535)),
    timestamp: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: -900, max: 5000 }) }, fc.nat(0xffffffff)),
    length: fc.oneof(fc.constant(320), fc.constant(160), fc.nat(1100)),
    kind: fc.constantFrom('put', 'put', 'put', 'skip', 'silence', 'forget', 'reset'),
  }),
  { minLength: 1, maxLength: 200 },
);

test('any packets in any order: nothing but them is heard, the delay stays bounded, and good ones are heard again', () => {
  fc.assert(
    fc.property(packets, fc.nat(0xffffffff), (list, base) => {
      const buffer = new JitterBuffer(linear(8000));
      const out = new Int16Array(160);
      const pull = () => {
        buffer.pull(out);
        for (const sample of out) assert.ok(Math.abs(sample) <= 3000, `${sample}`);
        assert.ok(buffer.delayMs <= 300, `${buffer.delayMs} ms`);
        assert.ok(buffer.lost >= 0 && buffer.interarrivalJitter >= 0);
      };
      for (const { pulls, ssrc, sequence, timestamp, length, kind } of list) {
        const number = (65530 + sequence) & 0xffff;
        const time = (base + timestamp) >>> 0;
        const even = length & ~1;
        if (kind === 'put') buffer.put(ssrc, number, time, inGarbage(even), 100, even);
        else if (kind === 'skip' || kind === 'silence') buffer[kind](ssrc, number, time);
        else if (kind === 'forget') buffer.forgetSound();
        else buffer.reset();
        for (let i = 0; i < pulls; i++) pull();
      }
      for (let n = 0; n < 5; n++) {
        buffer.put(3, n, n * 160, inGarbage(320), 100, 320);
        pull();
      }
      assert.equal([...out], new Array(160).fill(1000));
    }),
    { numRuns: 500 },
  );
});

test.run();

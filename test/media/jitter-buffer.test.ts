import * as assert from 'uvu/assert';
import { suite } from 'uvu';
import { codecs } from '../../firmware/media/codec.js';
import { ulawToLinear } from '../../firmware/media/codecs/g711.js';
import { JitterBuffer } from '../../firmware/media/jitter-buffer.js';

const test = suite('jitter-buffer');

/** Payload number n is a constant byte, so that a pulled sample tells which packet it is from. */
const byteOf = (n: number) => 0x81 + n;
const numbers = new Map(Array.from({ length: 100 }, (_, n) => [ulawToLinear[byteOf(n)], n]));

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
  /** The packet number of the next frame's samples: one letter a run; '-' silence or concealment. */
  pull(): string {
    const out = new Int16Array(160);
    const real = this.buffer.pull(out);
    if (!real) return '-';
    const runs: string[] = [];
    for (const sample of out) {
      const name = String(numbers.get(sample) ?? '-');
      if (runs[runs.length - 1] !== name) runs.push(name);
    }
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
  ['in order, 40 ms later', '0 . 1 . 2 . 3 . . .', '- - 0 1 2 3'],
  ['reordered', '0 . 2 . 1 . 4 . 3 . . .', '- - 0 1 2 3 4'],
  ['twice', '0 0 . 1 1 . 0 2 . 1 3 . . .', '- - 0 1 2 3'],
  ['one lost', '0 . 1 . 3 . 4 . . .', '- - 0 1 - 3'],
  ['the first ones reordered', '1 . 0 . 2 . 3 . .', '- 0 1 2 3'],
  ['a pause', '0 . . . . . . 6 . 7 . . .', '- - 0 - - - - - 6 7'],
  ['two at once now and then', '0 1 . . 2 3 . . 4 5 . .', '- - 0 1 2 3'],
  [
    '40 ms later from now on: delay grows, nothing more is lost',
    '0 . 1 . . . . 2 . 3 . 4 .',
    '- - 0 1 - 2 3 4',
  ],
  ['an old one again', '0 . 1 . 2 . 3 . 0 4 . 1 5 .', '- - 0 1 2 3'],
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
    const expected: string[] = ['-', '-'];
    for (let at = 0; at < 18 * 20; at += 20) {
      const first = Math.floor(at / ms);
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
  assert.is(play('. . .', stream), '- - 3');
  assert.is(stream.buffer.resyncs, 1);
});

test('a jump of the sequence begins anew', () => {
  const stream = new Stream();
  play('0 . 1 . 2 .', stream);
  const payload = new Uint8Array(160).fill(byteOf(9));
  stream.buffer.put(1, 30000, 99, payload, 0, 160);
  assert.is(play('. . .', stream), '- - 9');
  assert.is(stream.buffer.lost, 0);
});

test('a jump of the timestamp alone begins anew', () => {
  const stream = new Stream();
  play('0 . 1 . 2 .', stream);
  stream.buffer.put(1, 1003, 3_000_000_000, new Uint8Array(160).fill(byteOf(9)), 0, 160);
  assert.is(play('. . .', stream), '- - 9');
});

test('never holds more than 10 frames', () => {
  const stream = new Stream();
  for (let n = 0; n < 90; n++) stream.put(n);
  let frames = 0;
  for (let tick = 0; tick < 90; tick++) if (stream.pull() !== '-') frames++;
  assert.ok(frames <= 11, `${frames}`);
});

test('comes down to one frame of delay in a quiet moment', () => {
  const stream = new Stream();
  const quiet = new Uint8Array(160).fill(0xff);
  const out = new Int16Array(160);
  for (let n = 0; n < 220; n++) {
    stream.buffer.put(1, 1000 + n, 5000 + n * 160, quiet, 0, 160);
    stream.buffer.pull(out);
  }
  stream.buffer.put(1, 1220, 5000 + 220 * 160, new Uint8Array(160).fill(byteOf(5)), 0, 160);
  // It would be the third frame at the delay of the beginning.
  assert.is(play('. . .', stream).split(' ').indexOf('5'), 1);
});

test('a loss fades out within 60 ms', () => {
  const stream = new Stream();
  play('0 . . .', stream);
  const out = new Int16Array(160);
  const peaks = [0, 1, 2, 3].map(() => {
    stream.buffer.pull(out);
    return Math.max(...out.map(Math.abs));
  });
  assert.ok(peaks[0] > peaks[1] && peaks[1] > peaks[2] && peaks[2] > 0);
  assert.is(peaks[3], 0);
});

test('empty and overlong payloads are of no use', () => {
  const buffer = new JitterBuffer(codecs.PCMU);
  assert.not(buffer.put(1, 1, 1, new Uint8Array(2000), 0, 0));
  assert.not(buffer.put(1, 1, 1, new Uint8Array(2000), 0, 481));
  assert.ok(buffer.put(1, 1, 1, new Uint8Array(2000), 0, 480));
});

test('random packets do no harm', () => {
  const buffer = new JitterBuffer(codecs.PCMA);
  const out = new Int16Array(160);
  const bytes = new Uint8Array(2000);
  let seed = 1;
  const random = (below: number) => (seed = (seed * 48271) % 2147483647) % below;
  for (let i = 0; i < 20000; i++) {
    buffer.put(random(3), random(65536), random(2 ** 31) * 2, bytes, random(100), random(600));
    if (random(3) === 0) buffer.pull(out);
  }
  assert.ok(buffer.lost >= 0);
});

test.run();

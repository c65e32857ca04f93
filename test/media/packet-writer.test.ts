/** Frames of 20 ms, cut into packets of the length that the peer asked for. */
import * as assert from 'uvu/assert';
import { suite } from 'uvu';
import type { RtpFormat } from '../../firmware/media/contract.js';
import { PacketWriter } from '../../firmware/media/packet-writer.js';
import { RtpHeader } from '../../firmware/media/rtp.js';

const test = suite('packet writer');

type Sent = { sequence: number; timestamp: number; marker: boolean; payloadType: number; payload: number[] };

class Bench {
  sent: Sent[] = [];
  #next = 0;
  writer = new PacketWriter((bytes, length) => {
    const header = new RtpHeader();
    assert.ok(header.read(bytes, length));
    const { sequence, timestamp, marker, payloadType, payloadOffset } = header;
    this.sent.push({
      sequence,
      timestamp,
      marker,
      payloadType,
      payload: [...bytes.subarray(payloadOffset, length)],
    });
    // As SRTP does: encrypts in place and writes a tag behind.
    bytes.fill(0xee, payloadOffset, length + 10);
  });

  constructor(format: Partial<RtpFormat> = {}) {
    this.use(format);
  }
  use(format: Partial<RtpFormat>): void {
    this.writer.use({ codec: 'PCMU', payloadType: 0, eventPayloadType: 101, ...format });
  }
  tick(count = 1): void {
    for (; count > 0; count--) {
      for (let i = 0; i < 160; i++) this.writer.bytes[this.writer.offset + i] = this.#next++ & 0xff;
      this.writer.add(160);
    }
  }
}

for (const ptimeMs of [10, 20, 30, 40, 50, 60])
  test(`packets of ${ptimeMs} ms: nothing is lost between them, and their timestamps count it`, () => {
    const bench = new Bench({ ptimeMs });
    bench.tick(30);
    const samples = 8 * ptimeMs;
    assert.is(bench.sent.length, Math.floor(600 / ptimeMs));
    assert.equal(
      bench.sent.flatMap(({ payload }) => payload),
      Array.from({ length: bench.sent.length * samples }, (_, i) => i & 0xff),
    );
    const [first] = bench.sent;
    for (const [at, { sequence, timestamp, marker }] of bench.sent.entries()) {
      assert.is(sequence, (first.sequence + at) & 0xffff);
      assert.is(timestamp, (first.timestamp + at * samples) >>> 0);
      assert.is(marker, at === 0);
    }
  });

test('what is not to be had is brought to the nearest that is', () => {
  for (const [ptimeMs, samples] of [
    [1, 80],
    [200, 480],
  ]) {
    const bench = new Bench({ ptimeMs });
    bench.tick(3);
    assert.is(bench.sent[0].payload.length, samples);
  }
});

test('a pause is counted by the timestamp, and what waited is not said later', () => {
  const bench = new Bench({ ptimeMs: 60 });
  bench.tick(4);
  for (let i = 0; i < 5; i++) bench.writer.pause();
  bench.writer.mark();
  bench.tick(3);
  const [before, after] = bench.sent;
  assert.is(after.timestamp, (before.timestamp + 9 * 160) >>> 0);
  assert.is(after.payload[0], (4 * 160) & 0xff);
  assert.ok(after.marker);
});

test('a key goes in place of the audio, whatever the packets are', () => {
  for (const ptimeMs of [10, 20, 60]) {
    const bench = new Bench({ ptimeMs });
    bench.tick(3);
    const before = bench.sent.length;
    bench.writer.sendKey('7');
    bench.tick(8);
    const keys = bench.sent.slice(before);
    assert.equal(
      keys.map(({ payloadType, payload }) => [payloadType, payload[0], payload.length]),
      new Array(8).fill([101, 7, 4]),
    );
    assert.is(keys[0].timestamp, (bench.sent[0].timestamp + 480) >>> 0);
    bench.tick(4);
    assert.is(
      bench.sent[before + 8].timestamp,
      (keys[0].timestamp + 8 * 160) >>> 0,
      'audio goes on in its time',
    );
  }
});

test('no key for who agreed none', () => {
  const bench = new Bench({ eventPayloadType: undefined });
  bench.writer.sendKey('7');
  bench.tick(2);
  assert.ok(bench.sent.every(({ payloadType }) => payloadType === 0));
});

test.run();

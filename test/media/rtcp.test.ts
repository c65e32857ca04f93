/** RTCP packets read and written. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SRTCP_TRAILER_BYTES } from '../../hal/ffi/srtp-library.js';
import { isRtcp, RtcpReport, RtcpWriter } from '../../firmware/media/rtcp.js';

const test = suite('rtcp');
const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));

/** A sender's report with one block about 0x01020304, and a name. */
const wire = hex(`
  81c8000c cafe0001 00000007 80000000 00001f40 00000064 00003e80
           01020304 40fffffe 00010005 0000002a 00058000 00018000
  81ca0003 cafe0001 01026162 00000000`);

function read(bytes: Uint8Array, ourSsrc = 0x01020304): RtcpReport | null {
  const report = new RtcpReport();
  return report.read(bytes, bytes.length, ourSsrc) ? report : null;
}

test('a report as it is on the wire, read and written', () => {
  const report = read(wire)!;
  assert.equal(
    { ...report },
    {
      ssrc: 0xcafe0001,
      isSender: true,
      ntp: 0x00078000,
      heardUs: true,
      fractionLost: 64,
      lost: -2,
      highest: 0x10005,
      jitter: 42,
      lastReport: 0x58000,
      sinceLastReport: 0x18000,
      saysGoodbye: false,
    },
  );
  const writer = new RtcpWriter('ab');
  writer.beginSender(0xcafe0001, 7, 2 ** 31, 8000, 100, 16000);
  writer.addBlock(0x01020304, 64, -2, 0x10005, 42, 0x58000, 0x18000);
  writer.addName(0xcafe0001);
  assert.equal(writer.bytes.slice(0, writer.length), wire);
});

test('a receiver that heard nobody, its name and goodbye; the next report begins anew', () => {
  const writer = new RtcpWriter('x');
  for (let time = 0; time < 2; time++) {
    writer.beginReceiver(5);
    writer.addName(5);
    writer.addGoodbye(5);
    assert.equal(
      writer.bytes.slice(0, writer.length),
      hex('80c90001 00000005 81ca0002 00000005 01017800 81cb0001 00000005'),
    );
  }
  const report = read(writer.bytes.slice(0, writer.length))!;
  assert.ok(report.saysGoodbye && !report.isSender && !report.heardUs);
});

test('a name too long is cut, and the packet stays whole', () => {
  const writer = new RtcpWriter('n'.repeat(1000));
  writer.beginSender(1, 2, 3, 4, 5, 6);
  writer.addBlock(1, 2, 3, 4, 5, 6, 7);
  writer.addName(1);
  writer.addGoodbye(1);
  assert.is(writer.length, writer.bytes.length - SRTCP_TRAILER_BYTES);
  assert.ok(read(writer.bytes.slice(0, writer.length), 1)!.saysGoodbye);
});

test('a block about another stream than ours tells nothing', () => {
  assert.not(read(wire, 0x01020305)!.heardUs);
});

const broken: [why: string, bytes: Uint8Array][] = [
  ['too short', wire.slice(0, 4)],
  ['no whole words', wire.slice(0, 55)],
  ['lengths beyond the end', wire.slice(0, 56)],
  ['a length of less than a header', hex('80c90000 00000005')],
  ['a name first', hex('81ca0002 00000005 01017800')],
  ['another version', hex('40c90001 00000005')],
  ['another version in the second', hex('80c90001 00000005 41cb0001 00000005')],
  ['padding in the first', hex('a0c90001 00000005 80cb0000')],
  ['padding in the middle', hex('80c90001 00000005 a1cb0001 00000005 81cb0001 00000005')],
  ['blocks that are not there', hex('9fc90001 00000005')],
  ['a sender without its own part', hex('80c80001 00000005')],
  ['more packets than anybody sends', hex(`80c90001 00000005 ${'80cb0000 '.repeat(16)}`)],
];
for (const [why, bytes] of broken) test(`refused: ${why}`, () => assert.is(read(bytes), null));

test('whatever comes, nothing is read beyond it and nothing is thrown', () => {
  const report = new RtcpReport();
  const like = fc.uint8Array({ maxLength: 200 }).map((bytes) => {
    bytes.set([0x80, 200 + ((bytes[1] ?? 0) % 4), 0].slice(0, bytes.length));
    return bytes;
  });
  fc.assert(
    fc.property(like, (bytes) => {
      if (report.read(bytes, bytes.length, 1)) assert.ok(bytes.length % 4 === 0 && bytes.length >= 8);
    }),
    { numRuns: 2000 },
  );
});

test('told from RTP on one port by its type (RFC 5761 §4)', () => {
  assert.ok(isRtcp(wire, wire.length));
  assert.not(isRtcp(wire, 7));
  for (const type of [0, 8, 101, 0x80, 0x80 | 8, 0x80 | 101])
    assert.not(isRtcp(Uint8Array.from([0x80, type, 0, 0, 0, 0, 0, 0]), 8));
});

test.run();

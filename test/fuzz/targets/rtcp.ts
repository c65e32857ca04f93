/** RTCP compounds. */
import fc from 'fast-check';
import { isRtcp, RtcpReport, RtcpWriter } from '../../../firmware/media/rtcp.js';
import { RtcpSession } from '../../../firmware/media/rtcp-session.js';
import { codecs } from '../../../firmware/media/codec.js';
import { octetList, pieces, piecesOf } from '../pieces.js';
import { holds, same, type Target } from '../target.js';

const OURS = 0x01020304;
const THEIRS = 0x0a0b0c0d;

function compound(leaves: boolean): Buffer {
  const writer = new RtcpWriter('name');
  writer.beginSender(THEIRS, 1, 2, 3, 4, 5);
  writer.addBlock(OURS, 3, 7, 1000, 20, 0x20000, 0x1000);
  writer.addName(THEIRS);
  if (leaves) writer.addGoodbye(THEIRS);
  return Buffer.from(writer.bytes.subarray(0, writer.length));
}

const word = fc.oneof(fc.constantFrom(0, OURS, THEIRS, 2 ** 32 - 1), fc.nat(2 ** 32 - 1));
const one = fc
  .tuple(
    fc.constantFrom(0x80, 0x81, 0x82, 0x9f, 0xa0, 0xa1, 0xc1, 0x00),
    fc.constantFrom(200, 201, 202, 203, 204, 207, 192, 223),
    fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, fc.nat(0xffff)),
    fc.array(word, { maxLength: 14 }),
  )
  .map(([first, type, said, words]) => {
    const bytes = Buffer.alloc(4 + 4 * words.length);
    bytes[0] = first;
    bytes[1] = type;
    bytes.writeUInt16BE(said ?? words.length, 2);
    words.forEach((value, at) => bytes.writeUInt32BE(value >>> 0, 4 + 4 * at));
    return bytes;
  });
const anyCompound = fc.oneof(
  fc.array(one, { maxLength: 5 }).map((all) => Buffer.concat(all)),
  fc.tuple(fc.boolean(), fc.nat(120), octetList(4)).map(([leaves, at, put]) => {
    const bytes = compound(leaves);
    put.copy(bytes, at % bytes.length);
    return bytes;
  }),
  octetList(60),
);

export const rtcp: Target = {
  name: 'RTCP',
  seeds: [pieces([compound(false), compound(true)])],
  words: [
    '\x80\xc8',
    '\x81\xc9',
    '\x81\xca',
    '\x81\xcb',
    '\x00\x00',
    '\x00\x01',
    '\x00\x06',
    '\xff\xff',
    '\x01\x02\x03\x04',
  ],
  grammar: fc.array(anyCompound, { maxLength: 4 }).map(pieces),
  take(input) {
    const session = new RtcpSession();
    for (const bytes of piecesOf(input)) {
      isRtcp(bytes, bytes.length);
      const [tame, wild] = [0x00, 0xff].map((behind) => {
        const report = new RtcpReport();
        const room = new Uint8Array(bytes.length + 64).fill(behind);
        room.set(bytes);
        return { read: report.read(room, bytes.length, OURS), report };
      });
      if (tame.read || wild.read) same(tame, wild, 'it reads behind the end');
      session.tick();
      session.hearRtp(THEIRS, 1, 160, 8000);
      session.hearRtcp(bytes, bytes.length, OURS, 8000);
    }
    session.judge(codecs.PCMU, 40);
    session.write(OURS, 0, 1, 160, true);
    const { txLoss, txJitterMs, txMos, roundTripMs } = session;
    holds(txLoss >= -1 && txLoss <= 1, `${txLoss} of it lost`);
    holds(txMos === -1 || (txMos >= 1 && txMos <= 5), `a MOS of ${txMos}`);
    for (const ms of [txJitterMs, roundTripMs]) holds(ms >= -1 && ms < 2 ** 32, `${ms} ms`);
    same(
      new RtcpReport().read(session.writer.bytes, session.writer.length, OURS),
      true,
      'our own report is none',
    );
  },
};

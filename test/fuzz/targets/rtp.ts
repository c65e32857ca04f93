/** RTP and what comes in it: its header, the order that is made of packets, and keys. */
import fc from 'fast-check';
import { codecs } from '../../../firmware/media/codec.js';
import { frameSamples } from '../../../firmware/media/frame.js';
import { JitterBuffer } from '../../../firmware/media/jitter-buffer.js';
import { Reception } from '../../../firmware/media/reception.js';
import { RtpHeader } from '../../../firmware/media/rtp.js';
import { TelephoneEventReceiver } from '../../../firmware/media/telephone-event.js';
import { octetList, piecesOf, pieces } from '../pieces.js';
import { holds, same, type Target } from '../target.js';

const SOUND = [0, 8, 9];
const EVENT = 101;

const packet = (type: number, sequence: number, timestamp: number, payload: Buffer) => {
  const head = Buffer.from([0x80, type, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4]);
  head.writeUInt16BE(sequence & 0xffff, 2);
  head.writeUInt32BE(timestamp >>> 0, 4);
  return Buffer.concat([head, payload]);
};
const sound = (sequence: number, timestamp = 160 * sequence) =>
  packet(0, sequence, timestamp, Buffer.alloc(160, 0x55));
const key = (sequence: number, code: number, end: boolean, duration: number) =>
  packet(EVENT, sequence, 8000, Buffer.from([code, end ? 0x8a : 0x0a, duration >> 8, duration & 0xff]));

const octet = fc.integer({ min: 0, max: 255 });
const oddNumber = fc.oneof(fc.nat(40), fc.constantFrom(0, 1, 0x7fff, 0x8000, 0xfff0, 0xffff), fc.nat(0xffff));
const oddTime = fc.oneof(
  fc.nat(40).map((n) => 160 * n),
  fc.constantFrom(0, 2 ** 31, 2 ** 32 - 160),
  fc.nat(2 ** 32 - 1),
);
const anyPacket = fc.oneof(
  fc
    .tuple(fc.constantFrom(...SOUND, 13, 96), oddNumber, oddTime, octetList(200))
    .map((fields) => packet(...fields)),
  fc.tuple(oddNumber, octet, fc.boolean(), oddNumber).map((fields) => key(...fields)),
  fc.tuple(octet, octetList(40)).map(([first, rest]) => Buffer.concat([Buffer.from([first]), rest])),
);

/** Where every packet is received. */
const room = new Uint8Array(2048 + 64);

/** One port's state, over all packets of an input. */
export const rtp: Target = {
  name: 'RTP and telephone events',
  seeds: [
    pieces([sound(1), sound(2), sound(4), sound(3)]),
    pieces([key(1, 5, false, 160), key(2, 5, false, 320), key(3, 5, true, 480), key(4, 5, true, 480)]),
    pieces([
      sound(0xffff),
      sound(0, 160 * 0x10000),
      sound(1, 160 * 0x10001),
      packet(13, 2, 0, Buffer.from([60])),
    ]),
  ],
  words: [
    '\x80',
    '\x90',
    '\xa0',
    '\x8f',
    '\x00\xac',
    '\xff\xff',
    '\x00\x00',
    '\x00\x0c',
    'e\x00',
    '\xff\xff\xff\xff',
  ],
  grammar: fc.array(anyPacket, { maxLength: 12 }).map(pieces),
  take(input) {
    const buffer = new JitterBuffer(codecs.PCMU);
    const reception = new Reception();
    const keys = new TelephoneEventReceiver();
    const frame = new Int16Array(frameSamples(codecs.PCMU.sampleRate));
    piecesOf(input).forEach((bytes, at) => {
      const header = headerOf(bytes);
      if (header) {
        const { ssrc, sequence, timestamp, payloadType, payloadOffset: from, payloadLength: length } = header;
        if (payloadType === EVENT) {
          buffer.skip(ssrc, sequence, timestamp);
          reception.skip(ssrc, sequence);
          const digit = keys.receive(ssrc, timestamp, room, from, length);
          holds(digit === '' || /^[0-9*#A-D]$/.test(digit), `a key ${digit}`);
          holds(keys.receive(ssrc, timestamp, room, from, length) === '', 'the same packet is two presses');
        } else {
          reception.hear(ssrc, sequence, timestamp, 160 * at);
          if (payloadType === 13) buffer.silence(ssrc, sequence, timestamp);
          else buffer.put(ssrc, sequence, timestamp, room, from, length);
        }
      }
      if (at % 3 === 0) buffer.pull(frame);
      holds(buffer.delayMs >= 0 && buffer.delayMs <= 400, `a delay of ${buffer.delayMs} ms`);
      holds(reception.jitter >= 0 && Number.isFinite(reception.lost), 'what is heard has no measure');
    });
    reception.endInterval();
    holds(reception.loss >= 0 && reception.loss <= 1, `${reception.loss} of it lost`);
    buffer.close();
  },
};

/** The header, which does not depend on what an earlier packet left behind the end. */
function headerOf(bytes: Buffer): RtpHeader | undefined {
  const [one, other] = [0x00, 0xff].map((behind) => {
    const header = new RtpHeader();
    room.fill(behind);
    room.set(bytes);
    return header.read(room, bytes.length) ? header : undefined;
  });
  same(one, other, 'it reads behind the end');
  if (one)
    holds(
      one.payloadOffset >= 12 &&
        one.payloadLength >= 0 &&
        one.payloadOffset + one.payloadLength <= bytes.length,
      'a payload beyond the packet',
    );
  return one;
}

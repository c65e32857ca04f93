import * as assert from 'uvu/assert';
import { suite } from 'uvu';
import { RtpHeader, writeRtpHeader } from '../../firmware/media/rtp.js';

const test = suite('rtp');

test('what is written is read', () => {
  const bytes = new Uint8Array(172);
  writeRtpHeader(bytes, 8, true, 0xfffe, 0xfedcba98, 0x89abcdef);
  const header = new RtpHeader();
  assert.ok(header.read(bytes, 172));
  assert.is(header.marker, true);
  assert.is(header.payloadType, 8);
  assert.is(header.sequence, 0xfffe);
  assert.is(header.timestamp, 0xfedcba98);
  assert.is(header.ssrc, 0x89abcdef);
  assert.is(header.payloadOffset, 12);
  assert.is(header.payloadLength, 160);
});

const rest = (first: number, more: number[] = []) => [first, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, ...more];
const table: [name: string, bytes: number[], payload: [offset: number, length: number] | null][] = [
  ['nothing', [], null],
  ['too short', rest(0x80).slice(0, 11), null],
  ['version 1', rest(0x40), null],
  ['version 3', rest(0xc0), null],
  ['no payload', rest(0x80), [12, 0]],
  ['one CSRC', rest(0x81, [1, 2, 3, 4, 9]), [16, 1]],
  ['CSRC cut off', rest(0x82, [1, 2, 3, 4]), null],
  ['extension of one word', rest(0x90, [0, 0, 0, 1, 5, 5, 5, 5, 9, 9]), [20, 2]],
  ['extension header cut off', rest(0x90, [0, 0]), null],
  ['extension past the end', rest(0x90, [0, 0, 255, 255, 1]), null],
  ['padding', rest(0xa0, [7, 7, 0, 2]), [12, 2]],
  ['padding of all', rest(0xa0, [0, 2]), [12, 0]],
  ['padding of zero', rest(0xa0, [7, 0]), null],
  ['padding longer than the payload', rest(0xa0, [7, 3]), null],
];
for (const [name, bytes, payload] of table) {
  test(`validates: ${name}`, () => {
    const header = new RtpHeader();
    const ok = header.read(Uint8Array.from([...bytes, 1, 1, 1]), bytes.length);
    assert.is(ok, payload !== null);
    if (payload) assert.equal([header.payloadOffset, header.payloadLength], payload);
  });
}

test.run();

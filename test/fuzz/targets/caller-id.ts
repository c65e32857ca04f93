/** What an exchange line tells of a caller: as octets of a modem, and as keys. */
import fc from 'fast-check';
import { readCallerId, writeCallerId, type CallerId } from '../../../firmware/line/caller-id-message.js';
import { callerIdKeys, KeyCallerId } from '../../../firmware/line/dtmf-caller-id.js';
import { octetList } from '../pieces.js';
import { holds, type Target } from '../target.js';

const ann: CallerId = { number: '+4930123', name: 'Ann', at: { month: 2, day: 29, hour: 23, minute: 59 } };
const messages = [
  writeCallerId(ann, 'mdmf'),
  writeCallerId(ann, 'sdmf'),
  writeCallerId({ absent: 'private' }, 'mdmf'),
].map((octets) => Buffer.from(octets));

/** Each takes a tenth of a second on a line. */
const MOST_KEYS = 256;

export const callerId: Target = {
  name: 'caller id of a line',
  seeds: [...messages, Buffer.from(callerIdKeys(ann)), Buffer.from('D5551234#B10C')],
  words: [
    '\x80',
    '\x04',
    '\x01\x08',
    '\x02\x0a',
    '\x07\x32',
    '02292359',
    'P',
    'O',
    'A',
    'B',
    'C',
    'D',
    '#',
    '+',
    '*',
  ],
  grammar: fc.oneof(
    octetList(80).map((octets) => sealed(octets)),
    fc
      .tuple(fc.constantFrom(...messages), fc.nat(60), octetList(3))
      .map(([message, at, put]) =>
        sealed(Buffer.concat([message.subarray(0, at), put, message.subarray(at)])),
      ),
    fc.stringMatching(/^[0-9A-D#*]{0,40}$/).map((keys) => Buffer.from(keys)),
  ),
  take(input) {
    for (const message of [input, sealed(input)]) check(readCallerId(message));
    const keys = new KeyCallerId();
    for (const key of input.toString('latin1', 0, MOST_KEYS))
      if (/[0-9A-D#*]/.test(key)) check(keys.press(key));
    check(keys.end());
  },
};

/** With the checksum that it needs to be read. */
function sealed(octets: Buffer): Buffer {
  const message = octets.length > 2 ? octets.subarray(0, 258) : Buffer.alloc(3);
  const sum = message.subarray(0, -1).reduce((all, octet) => all + octet, 0);
  return Buffer.concat([message.subarray(0, -1), Buffer.from([-sum & 0xff])]);
}

function check(caller: CallerId | undefined): void {
  const { number = '', name = '' } = caller ?? {};
  holds(/^\+?[0-9*#]{0,20}$/.test(number), `a number ${number}`);
  holds(/^[\x20-\x7e\xa0-\xff]{0,50}$/.test(name), `a name ${JSON.stringify(name)}`);
}

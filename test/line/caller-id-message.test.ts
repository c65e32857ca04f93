import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readCallerId, writeCallerId, type CallerId } from '../../firmware/line/caller-id-message.js';
import { callerIdKeys, KeyCallerId } from '../../firmware/line/dtmf-caller-id.js';

const test = suite('caller id message');

const hex = (octets: Uint8Array) => Buffer.from(octets).toString('hex');
const at = { month: 9, day: 30, hour: 17, minute: 5 };

test('the octets of Bellcore GR-30', () => {
  const example = { month: 9, day: 30, hour: 12, minute: 24 };
  assert.is(
    hex(writeCallerId({ number: '6095551212', at: example }, 'sdmf')),
    '0412303933303132323436303935353531323132' + '51',
  );
  const several = hex(writeCallerId({ number: '5551212', name: 'Ann', at }, 'mdmf'));
  assert.is(several.slice(0, -2), '80180108303933303137303502073535353132313207' + '03416e6e');
});

test('why there is no number', () => {
  for (const format of ['sdmf', 'mdmf'] as const)
    for (const absent of ['private', 'unavailable'] as const)
      assert.equal(readCallerId(writeCallerId({ absent, at }, format)), { absent, at });
});

test('whatever was written is read again', () => {
  const callers = fc.record(
    {
      number: fc.stringMatching(/^\+?[0-9]{3,15}$/),
      name: fc.stringMatching(/^[!-~\u00c0-\u00ff]{1,50}$/),
      at: fc.record(
        {
          month: fc.integer({ min: 1, max: 12 }),
          day: fc.integer({ min: 1, max: 31 }),
          hour: fc.integer({ min: 0, max: 23 }),
          minute: fc.integer({ min: 0, max: 59 }),
        },
        { noNullPrototype: true },
      ),
    },
    { requiredKeys: ['number'], noNullPrototype: true },
  );
  fc.assert(
    fc.property(callers, (caller: CallerId) =>
      assert.equal(readCallerId(writeCallerId(caller, 'mdmf')), caller),
    ),
  );
});

test('octets of anybody: never a throw, never a control character, never a number that is none', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 255 }), fc.constantFrom(0x04, 0x80), (body, type) => {
      const sum = body.reduce((all, octet) => all + octet, type + body.length);
      const caller = readCallerId(Uint8Array.from([type, body.length, ...body, -sum & 0xff]));
      assert.ok(caller?.number === undefined || /^\+?[0-9*#]{1,20}$/.test(caller.number));
      assert.ok(caller?.name === undefined || !/[\x00-\x1f]/.test(caller.name));
    }),
    { numRuns: 1000 },
  );
  assert.is(readCallerId(new Uint8Array(0)), undefined);
  assert.is(readCallerId(Uint8Array.from([0x80, 2, 0x02, 9, 0x73])), undefined);
});

test('a caller in keys: as in Europe, Denmark and China, and none', () => {
  const read = (keys: string) => {
    const collector = new KeyCallerId();
    return [...keys].map((key) => collector.press(key)).find((caller) => caller) ?? collector.end();
  };
  assert.is(callerIdKeys({ number: '+49 89 123' }), 'A4989123C');
  assert.equal(read(callerIdKeys({ number: '4989123' })), { number: '4989123' });
  assert.equal(read(callerIdKeys({ absent: 'private' })), { absent: 'private' });
  assert.equal(read(callerIdKeys({})), { absent: 'unavailable' });
  assert.equal(read('A12345678#'), { number: '12345678' });
  assert.equal(read('D1#'), { absent: 'private' });
  assert.equal(read('D02112345C'), { number: '02112345' });
  assert.equal(read('A5551234D999B00C'), { number: '5551234' });
  assert.equal(read('A5551234'), { number: '5551234' }, 'an exchange that sends no end');
  assert.is(read('5551234C'), undefined);
  assert.is(read('A' + '1'.repeat(40) + 'C'), undefined);
});

test.run();

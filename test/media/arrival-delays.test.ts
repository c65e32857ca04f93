import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { suite } from 'uvu';
import { ArrivalDelays } from '../../firmware/media/arrival-delays.js';

const test = suite('arrival-delays');

test('tells of the last 500 packets what sorting them tells', () => {
  const list = fc.array(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.integer()), {
    minLength: 1,
    maxLength: 1600,
  });
  fc.assert(
    fc.property(list, fc.double({ min: 0, max: 0.9, noNaN: true }), (values, share) => {
      const delays = new ArrivalDelays();
      for (const value of values) delays.add(value | 0);
      const last = values.slice(-500).sort((a, b) => a - b);
      assert.is(delays.least, last[0]);
      assert.is(delays.exceededBy(0), last[last.length - 1]);
      assert.is(delays.exceededBy(share), last[last.length - 1 - Math.floor(share * last.length)]);
    }),
    { numRuns: 300 },
  );
});

test('a packet in a hundred may be later', () => {
  const delays = new ArrivalDelays();
  for (let packet = 0; packet < 500; packet++) delays.add(packet % 100 === 7 ? 900 : 160);
  assert.is(delays.exceededBy(0.01), 160);
  assert.is(delays.exceededBy(0.002), 900);
  delays.clear();
  assert.is(delays.exceededBy(0.01), 0);
  assert.is(delays.least, 0);
  delays.add(3);
  assert.is(delays.exceededBy(0.01), 3);
});

test.run();

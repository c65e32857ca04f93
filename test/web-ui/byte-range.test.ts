/** Which bytes of a file of 1000 a request is given. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { byteRange } from '../../web-ui/api/byte-range.js';

const test = suite('byte range');

const rows: [range: string | undefined, given: [number, number] | 'unsatisfiable' | undefined][] = [
  [undefined, undefined],
  ['bytes=0-', [0, 999]],
  ['bytes=0-0', [0, 0]],
  ['bytes=500-599', [500, 599]],
  ['Bytes=500-9999', [500, 999]],
  ['bytes=999-', [999, 999]],
  ['bytes=-1', [999, 999]],
  ['bytes=-100', [900, 999]],
  ['bytes=-5000', [0, 999]],
  ['bytes=1000-', 'unsatisfiable'],
  ['bytes=999999999999999-', 'unsatisfiable'],
  ['bytes=-0', 'unsatisfiable'],
  // What is not understood is as if it were not there (RFC 9110 §14.2).
  ['bytes=-', undefined],
  ['bytes=5-4', undefined],
  ['bytes=0-1,5-6', undefined],
  ['items=0-1', undefined],
  ['bytes=a-b', undefined],
  ['bytes=9999999999999999-', undefined],
];
for (const [range, given] of rows)
  test(`${range}`, () =>
    assert.equal(
      byteRange({ range }, 1000, '"v1"'),
      Array.isArray(given) ? { from: given[0], to: given[1] } : given,
    ));

test('a part of another version is not given: all is', () => {
  const range = 'bytes=5-9';
  assert.equal(byteRange({ range, 'if-range': '"v1"' }, 1000, '"v1"'), { from: 5, to: 9 });
  assert.is(byteRange({ range, 'if-range': '"v0"' }, 1000, '"v1"'), undefined);
  assert.is(byteRange({ range, 'if-range': 'Tue, 24 Nov 2026 16:00:00 GMT' }, 1000, '"v1"'), undefined);
});

test.run();

/** Who talked when, and how loudly, as drawn. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { turnsOf, turnsPath, waveformPath } from '../../web-ui/pages/lanes.js';

const test = suite('lanes');

const talked = (...spans: [number, number][]) =>
  spans.map(([from, to]) => ({ from: 8000 * from, to: 8000 * to }));
const rows: [what: string, spans: [number, number][], seconds: number, turns: [number, number][]][] = [
  ['silence', [], 60, []],
  [
    'two turns',
    [
      [1, 2],
      [4, 5],
    ],
    60,
    [
      [1, 2],
      [4, 5],
    ],
  ],
  [
    'a breath is no end',
    [
      [1, 2],
      [2.9, 5],
    ],
    60,
    [[1, 5]],
  ],
  [
    'whatever their order',
    [
      [4, 5],
      [1, 2],
    ],
    60,
    [
      [1, 2],
      [4, 5],
    ],
  ],
  [
    'one within another',
    [
      [1, 9],
      [2, 3],
    ],
    60,
    [[1, 9]],
  ],
  ['beyond the end is cut', [[58, 70]], 60, [[58, 60]]],
  ['after the end is nothing', [[61, 70]], 60, []],
  [
    'in three hours ten seconds cannot be seen',
    [
      [0, 2],
      [12, 14],
      [40, 41],
    ],
    10_800,
    [
      [0, 14],
      [40, 41],
    ],
  ],
];
for (const [what, spans, seconds, turns] of rows)
  test(what, () => assert.equal(turnsOf(talked(...spans), 8000, seconds), turns));

test('a turn is an area as long as it is, and never too thin to be seen', () => {
  assert.is(
    turnsPath(
      [
        [15, 30],
        [59.99, 60],
      ],
      60,
    ),
    'M250 0h250v40h-250zM999.83 0h1v40h-1z',
  );
});

test('a waveform stands around the middle; the soft is seen beside the loud', () => {
  assert.is(waveformPath([0, 255]), 'M0 20V20h500V0h500V40h-500V20h-500z');
  assert.is(waveformPath([]), 'M0 20z');
  assert.match(waveformPath([3]), /^M0 20V17\.83/);
});

test.run();

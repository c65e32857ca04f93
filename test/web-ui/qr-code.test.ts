import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { qrCode } from '../../web-ui/qr-code.js';

const test = suite('QR code');

/** Rows of it, `#` where it is dark. */
function rowsOf({ size, path }: ReturnType<typeof qrCode>): string[] {
  const dark = new Set([...path.matchAll(/M(\d+) (\d+)h1v1h-1z/g)].map(([, x, y]) => `${x},${y}`));
  return Array.from({ length: size }, (_, y) =>
    Array.from({ length: size }, (_, x) => (dark.has(`${x},${y}`) ? '#' : '.')).join(''),
  );
}

test('a quiet zone around, and a finder pattern in three corners (ISO/IEC 18004 §5.3)', () => {
  const code = qrCode('sip:101:abc@192.0.2.10:5060');
  const rows = rowsOf(code);
  // 27 bytes at level M fit into version 3, 29 squares wide.
  assert.is(code.size, 29 + 8);
  for (const at of [0, 1, 2, 3, 33, 34, 35, 36]) assert.not.match(rows[at], /#/);
  const finder = ['#######', '#.....#', '#.###.#', '#.###.#', '#.###.#', '#.....#', '#######'];
  const square = (x: number, y: number) => rows.slice(y, y + 7).map((row) => row.slice(x, x + 7));
  for (const [x, y] of [
    [4, 4],
    [26, 4],
    [4, 26],
  ])
    assert.equal(square(x, y), finder);
  assert.is.not(code.path, qrCode('sip:102:abc@192.0.2.10:5060').path);
});

test.run();

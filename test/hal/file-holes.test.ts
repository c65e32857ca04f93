/** Where a sparse file has bytes of its own. */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { nextData } from '../../hal/ffi/file-holes.js';

const test = suite('file holes');

test('holes are passed over to the next bytes, or to the end', () => {
  const folder = fs.mkdtempSync(path.join(tmpdir(), 'parley-holes-'));
  const fd = fs.openSync(path.join(folder, 'sparse'), 'w+');
  const [begin, end] = [1 << 20, (1 << 20) + 4096];
  fs.ftruncateSync(fd, 4 << 20);
  fs.writeSync(fd, Buffer.alloc(4096, 1), 0, 4096, begin);
  assert.is(nextData(fd, 0), begin);
  assert.is(nextData(fd, begin), begin);
  assert.is(nextData(fd, end - 1), end - 1);
  assert.is(nextData(fd, end), Infinity);
  assert.is(nextData(fd, 5 << 20), Infinity, 'beyond the end');
  fs.closeSync(fd);
  fs.rmSync(folder, { recursive: true });
});

test('what cannot be asked is taken for bytes', () => {
  assert.is(nextData(-1, 77), 77);
});

test.run();

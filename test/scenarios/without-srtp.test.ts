/** A machine without libsrtp2: the box starts, says so, and takes plain calls. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Box, phones } from '../support/box.js';

const test = suite('without libsrtp2');

test('the box starts without it, with an alarm', async () => {
  // The loader finds this one first, and it is no library.
  const directory = mkdtempSync(path.join(tmpdir(), 'parley-'));
  writeFileSync(path.join(directory, 'libsrtp2.so.1'), '');
  process.env.LD_LIBRARY_PATH = directory;
  try {
    const box = await Box.start({ version: 1, extensions: phones(1), conferences: [] });
    const { alarms } = await box.get<{ alarms: { code: string }[] }>('status');
    assert.equal(
      alarms.map(({ code }) => code),
      ['srtp-missing'],
    );
    assert.match(box.log, 'libsrtp2-1');
    await box.phone('101');
    await box.stop();
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test.run();

/** A machine without libsrtp2 or libopus: the box starts, says so, and takes plain calls in other codecs. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Box, phones } from '../support/box.js';

const test = suite('without libraries');

const libraries: [soname: string, alarm: string, debianPackage: string][] = [
  ['libsrtp2.so.1', 'srtp-missing', 'libsrtp2-1'],
  ['libopus.so.0', 'opus-missing', 'libopus0'],
];

for (const [soname, alarm, debianPackage] of libraries)
  test(`the box starts without ${soname}, with an alarm`, async () => {
    // The loader finds this one first, and it is no library.
    const directory = mkdtempSync(path.join(tmpdir(), 'parley-'));
    writeFileSync(path.join(directory, soname), '');
    process.env.LD_LIBRARY_PATH = directory;
    try {
      const config = {
        version: 1,
        extensions: phones(1),
        conferences: [{ number: '800', type: 'dynamic' }],
        media: { codecs: ['opus', 'PCMA'] },
      };
      const box = await Box.start(config);
      const { alarms } = await box.get<{ alarms: { code: string }[] }>('status');
      assert.equal(
        alarms.map(({ code }) => code),
        [alarm],
      );
      assert.match(box.log, debianPackage);
      const phone = await box.phone('101', { voice: 'PCMA' });
      const call = await phone.dial('800');
      const { body } = await call.reinviteWith('', call.sdp());
      assert.is(body.includes('opus/48000/2'), alarm !== 'opus-missing');
      assert.match(body.toString(), 'PCMA/8000');
      await box.stop();
    } finally {
      delete process.env.LD_LIBRARY_PATH;
      rmSync(directory, { recursive: true });
    }
  });

test.run();

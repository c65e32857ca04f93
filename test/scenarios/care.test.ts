/** A technician with a disk: takes a backup and what support needs along, and leaves the box as new. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openBackup } from '../../firmware/config/backup.js';
import { Box, phones } from '../support/box.js';
import { canHaveDisks, LoopDisk } from '../support/loop-disk.js';
import { makeRecording } from '../support/recording-folder.js';
import { Technician } from '../support/technician.js';

const test = suite('care of the box');

let disk: LoopDisk;
let box: Box;
let technician: Technician;
test.before(async () => {
  disk = new LoopDisk(16);
  box = await Box.start({
    version: 1,
    extensions: phones(1),
    conferences: [{ number: '800', description: 'Board', type: 'static', pin: '471199' }],
  });
  technician = await Technician.onTheMachine(box.directory);
  await technician.signIn();
  await technician.reads('parley> ');
});
test.after(async () => {
  await technician.leave();
  disk.discard();
  // It was reset, so nobody may ask any more whether all is closed.
  await box.discard();
});

const files = () => readdirSync(disk.folder).filter((name) => name !== 'lost+found');

test('a backup is left on the disk, and opens with its passphrase', async () => {
  assert.match(await technician.does('disks'), new RegExp(disk.folder));
  technician.type(`backup ${disk.folder}\r`);
  for (const prompt of ['characters: ', 'again: ']) {
    await technician.reads(prompt);
    technician.type('correct horse\r');
  }
  await technician.reads('the disk may be pulled out.\nparley> ');
  const [name] = files();
  assert.match(name, /^parley-[\d-]+\.json$/);
  const backup = readFileSync(path.join(disk.folder, name), 'utf8');
  assert.not.match(backup, /471199|secret-101/);
  assert.is((await openBackup(backup, 'correct horse')).conferences[0].pin, '471199');
});

test('a support bundle has all that is needed, and no secret', async () => {
  assert.match(
    await technician.does(`support-bundle ${disk.folder}`),
    /parley-support-.*\.zip; the disk may/,
  );
  const zip = path.join(
    disk.folder,
    files().find((name) => name.endsWith('.zip'))!,
  );
  const folder = mkdtempSync('/dev/shm/parley-support-');
  execFileSync('python3', ['-m', 'zipfile', '-e', zip, folder]);
  const texts = Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]),
  );
  rmSync(folder, { recursive: true });
  const names = 'about alarms calls conferences config status system update versions'.split(' ');
  assert.equal(Object.keys(texts).sort(), [...names.map((name) => `${name}.json`), 'log.txt'].sort());
  assert.match(texts['config.json'], /"description": "Board"/);
  assert.match(texts['log.txt'], /media worker/);
  assert.match(texts['about.json'], /"kernel": "Linux|"kernel": "\d/);
  assert.not.match(Object.values(texts).join(), /471199|secret-101|passwordHash|scrypt/);
});

test('a full disk is said, and nothing half written stays on it', async () => {
  const before = files();
  const filler = path.join(disk.folder, 'filler');
  assert.throws(() => writeFileSync(filler, Buffer.alloc(32 << 20)), /ENOSPC/);
  assert.match(await technician.does(`support-bundle ${disk.folder}`), /could not be written: .*ENOSPC/);
  assert.equal(files(), [...before, 'filler'].sort());
});

test('a factory reset asks twice, and leaves neither settings nor recordings', async () => {
  const recordings = path.join(box.directory, 'recordings');
  const talkers = [{ name: 'Ann', number: '101', hz: 440, talked: [[0, 1] as [number, number]] }];
  const { id } = makeRecording(recordings, { talkers });
  technician.type('factory-reset\r');
  for (let times = 0; times < 2; times++) {
    await technician.reads('(yes/no) ');
    technician.type('yes\r');
  }
  await technician.reads('You are no administrator any more.');
  assert.not(existsSync(path.join(recordings, id)));
  assert.not.match(readFileSync(path.join(box.directory, 'config.json'), 'utf8'), /Board|secret-101/);
});

if (canHaveDisks()) test.run();

/**
 * The image in QEMU, from power on to updates that fail. Run by `make image-test`, which prepares the versions
 * (scripts/image/test-versions.sh). PARLEY_SOAK=1 cuts ten updates off instead of two.
 */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ask, beginUpdate, conferenceOfThree, confirmed, setUp } from './box-there.js';
import { Machine } from './machine.js';

const test = suite('the image');

const built = process.env.PARLEY_IMAGE!;
const bundle = (name: string) => path.join(built, 'test', `${name}.raucb`);
const CUTS = process.env.PARLEY_SOAK ? 10 : 2;
/** Writing a slot takes longer than this. */
const CUT_WITHIN_MS = 15_000;

const folder = mkdtempSync(path.join(tmpdir(), 'parley-image-'));
const disk = path.join(folder, 'disk.img');
let machine: Machine;

test.before(() => {
  copyFileSync(path.join(built, 'parley.img'), disk);
  truncateSync(disk, 2 * 1024 ** 3);
});
test.after(async () => {
  await machine.cutPower();
  rmSync(folder, { recursive: true });
});

test('from power on it takes calls: three phones meet', async () => {
  machine = await Machine.start(folder, disk);
  console.log(`power on to web page: ${(await machine.answers()).toFixed(0)} s`);
  await setUp();
  await conferenceOfThree();
  const { booted } = await confirmed();
  assert.is(booted, 'A');
});

test('a technician signs in at its serial port', async () => {
  const { technician } = machine;
  await technician.signIn();
  await technician.reads('parley> ');
  assert.match(await technician.does('network show'), /192\.168\.77\.50/);
  technician.type('exit\r');
});

test('a good bundle brings the second version, with what was set', async () => {
  await beginUpdate(bundle('second'));
  await machine.goes();
  await machine.answers();
  assert.equal(await running(), ['B', '0.2.0-second']);
  await conferenceOfThree();
});

test('a bundle that somebody else signed is not taken', async () => {
  let why = '';
  await ask('update', 'POST', readFileSync(bundle('stranger'))).catch(
    (error: Error) => (why = error.message),
  );
  assert.match(why, /409/);
  assert.equal(await running(), ['B', '0.2.0-second']);
});

test('from a version that does not pass its check it comes back by itself', async () => {
  await beginUpdate(bundle('failing'));
  await machine.goes();
  await machine.answers();
  assert.equal(await running(), ['B', '0.2.0-second']);
  await conferenceOfThree();
});

for (let cut = 1; cut <= CUTS; cut += 1)
  test(`update ${cut} is cut off, and it takes calls all the same`, async () => {
    await beginUpdate(bundle('second'));
    const afterMs = Math.random() * CUT_WITHIN_MS;
    await pause(afterMs);
    await machine.cutPower();
    machine = await Machine.start(folder, disk);
    await machine.answers();
    const [slot, version] = await running();
    console.log(`cut after ${(afterMs / 1000).toFixed(1)} s: slot ${slot}, ${version}`);
    assert.is(version, '0.2.0-second');
    await conferenceOfThree();
  });

/** Which slot and version, once it is confirmed. */
async function running(): Promise<[slot: string | undefined, version: string]> {
  const { booted, version } = await confirmed();
  return [booted, version];
}

test.run();

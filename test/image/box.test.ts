/**
 * The image in QEMU, from power on to updates that fail. Run by `make image-test`, which prepares the versions
 * (scripts/image/test-versions.sh). PARLEY_SOAK=1 cuts ten updates off instead of two.
 */
import { copyFileSync, truncateSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ask, conferenceOfThree, confirmed, install, memoryWith, send, setUp } from './box-there.js';
import { Machine } from './machine.js';

const test = suite('the image');

const built = process.env.PARLEY_IMAGE!;
const folder = path.join(built, 'test');
const bundle = (name: string) => path.join(folder, `${name}.raucb`);
const CUTS = process.env.PARLEY_SOAK ? 10 : 2;

const disk = path.join(folder, 'disk.img');
const usbDisk = path.join(folder, 'usb.img');
let machine: Machine;
/** The bundle on the USB disk, as the box names it. */
let onDisk: string;
/** From when an update is begun until the machine restarts. */
let updateMs: number;

test.before(() => {
  copyFileSync(path.join(built, 'parley.img'), disk);
  truncateSync(disk, 2 * 1024 ** 3);
});
test.after(() => machine.cutPower());

let isBroken = false;
/** Each goes on from where the one before has left the box. */
function step(name: string, body: () => Promise<void>): void {
  test(name, async () => {
    assert.not(isBroken, 'a step before this one failed');
    isBroken = true;
    const beganMs = performance.now();
    await body();
    say(`${name}: ${seconds(performance.now() - beganMs)}`);
    isBroken = false;
  });
}

step('from power on it takes calls: three phones meet', async () => {
  machine = await Machine.start(folder, disk, usbDisk);
  await machine.answers();
  await setUp();
  await conferenceOfThree();
  assert.equal(await running(), ['A', '0.1.0']);
});

step('with 20 callers in a conference no more memory is in use than 160 MB', async () => {
  const bytes = await memoryWith(20);
  say(`  memory in use: ${(bytes / 1e6).toFixed(0)} MB`);
  assert.ok(bytes <= 160e6);
});

step('a technician signs in at its serial port, and installs a second version from a disk', async () => {
  const { technician } = machine;
  await technician.signIn();
  await technician.reads('parley> ');
  assert.match(await technician.does('network show'), /192\.168\.77\.50/);
  [onDisk] = /\/media\/\S+\.raucb/.exec(await technician.does('disks'))!;
  assert.match(await technician.does(`update load ${onDisk}`), /Update +0\.2\.0-second\nState +ready/);
  technician.type('update install 0\r');
  await technician.reads('Install version 0.2.0-second? (yes/no) ');
  technician.type('yes\r');
  const beganMs = performance.now();
  await machine.starts('B', 1);
  updateMs = performance.now() - beganMs;
  await machine.answers();
  assert.equal(await running(), ['B', '0.2.0-second']);
  await conferenceOfThree();
});

step('a bundle that somebody else signed is not taken', async () => {
  let why = '';
  await send(bundle('stranger')).catch((error: Error) => (why = error.message));
  assert.match(why, /409.*signature verification failed/);
  assert.equal(await running(), ['B', '0.2.0-second']);
});

step('from a version that does not pass its check it comes back by itself', async () => {
  await send(bundle('failing'));
  await install();
  await machine.starts('A', 1);
  await machine.starts('A', 2);
  await machine.starts('B', 1);
  await machine.answers();
  assert.equal(await running(), ['B', '0.2.0-second']);
  await conferenceOfThree();
});

for (let cut = 0; cut < CUTS; cut += 1)
  step(`update ${cut + 1} is cut off, and it takes calls all the same`, async () => {
    await ask('update/from-disk', 'POST', { file: onDisk });
    await install();
    // At random, but some early and some late.
    const afterMs = ((cut + Math.random()) / CUTS) * updateMs;
    await pause(afterMs);
    await machine.cutPower();
    machine = await Machine.start(folder, disk, usbDisk);
    await machine.answers();
    const answeredMs = await conferenceOfThree();
    const [slot, version] = await running();
    assert.is(version, '0.2.0-second');
    say(`  cut after ${seconds(afterMs)} of ${seconds(updateMs)}: slot ${slot} runs`);
    say(`  power on to first call answered: ${seconds(answeredMs - machine.startedMs)}`);
  });

/** Which slot and version, once it is confirmed. */
async function running(): Promise<[slot: string | undefined, version: string]> {
  const { booted, version } = await confirmed();
  return [booted, version];
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

test.run();

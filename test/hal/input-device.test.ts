/** Keys of an input device; a named pipe brings its events. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { InputDevice } from '../../hal/input-device.js';
import { inputEvent, KEY, SYN } from '../support/input-event.js';

const test = suite('input device');

test('each press is told once: no release, no repetition, no other event, however they are cut', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'parley-'));
  const pipe = path.join(directory, 'event0');
  execFileSync('mkfifo', [pipe]);
  const device = new InputDevice(pipe);
  let presses = 0;
  const lost = new Promise<string>((resolve) => (device.onLost = resolve));
  const twice = new Promise<void>((resolve) => {
    device.onPress = () => {
      presses += 1;
      if (presses === 2) resolve();
    };
  });
  const writer = await open(pipe, 'w');
  const events = Buffer.concat([
    inputEvent(KEY, 1),
    inputEvent(SYN, 1),
    inputEvent(KEY, 2),
    inputEvent(KEY, 0),
    inputEvent(KEY, 1),
    inputEvent(KEY, 0),
  ]);
  await writer.write(events.subarray(0, 37));
  await writer.write(events.subarray(37));
  await twice;
  await writer.close();
  assert.is(await lost, 'it has ended');
  assert.is(presses, 2);
  rmSync(directory, { recursive: true });
});

test('one that is not there says so', async () => {
  const device = new InputDevice('/dev/input/nothing');
  assert.match(await new Promise<string>((resolve) => (device.onLost = resolve)), /No such file/);
});

test.run();

/** A key of an input device of the kernel's own: uinput makes the device, and its driver brings what is pressed. */
import { closeSync, openSync, readdirSync, readlinkSync, writeSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openLibrary } from '../../hal/ffi/library.js';
import { InputDevice } from '../../hal/input-device.js';
import { ENTER, inputEvent, KEY, SYN } from '../support/input-event.js';

const test = suite('input device in the kernel');

const call = openLibrary('libc.so.6');
const set = call('int ioctl(int fd, unsigned long request, unsigned long value)');
const ask = call('int ioctl(int fd, unsigned long request, void *into)');

/** linux/uinput.h. */
const UI_DEV_CREATE = 0x5501;
const UI_DEV_DESTROY = 0x5502;
const UI_SET_EVBIT = 0x40045564;
const UI_SET_KEYBIT = 0x40045565;
const NAME_BYTES = 64;
const UI_GET_SYSNAME = 0x8000552c | (NAME_BYTES << 16);
/** struct uinput_user_dev: a name of 80 bytes, then what the device is, all of it zero here. */
const DESCRIPTION_BYTES = 1116;

/** A push button: an input device with one key. */
class PushButton {
  #fd = openSync('/dev/uinput', 'w');
  /** Where its events are to be read. */
  readonly path: string;

  constructor() {
    const description = Buffer.alloc(DESCRIPTION_BYTES);
    description.write('push button');
    assert.is(set(this.#fd, UI_SET_EVBIT, KEY), 0);
    assert.is(set(this.#fd, UI_SET_KEYBIT, ENTER), 0);
    writeSync(this.#fd, description);
    assert.is(set(this.#fd, UI_DEV_CREATE, 0), 0);
    const name = Buffer.alloc(NAME_BYTES);
    assert.ok(Number(ask(this.#fd, UI_GET_SYSNAME >>> 0, name)) > 0);
    this.path = eventOf(name.toString('latin1', 0, name.indexOf(0)));
  }

  key(value: 0 | 1): void {
    writeSync(this.#fd, Buffer.concat([inputEvent(KEY, value), inputEvent(SYN, 0)]));
  }

  pullOut(): void {
    assert.is(set(this.#fd, UI_DEV_DESTROY, 0), 0);
    closeSync(this.#fd);
  }
}

function eventOf(name: string): string {
  const event = readdirSync(`/sys/devices/virtual/input/${name}`).find((file) => file.startsWith('event'));
  assert.ok(event, `${name} has no events`);
  return `/dev/input/${event}`;
}

/** Resolves when a process of ours reads there: what is pressed before, the kernel tells nobody. */
async function isRead(path: string): Promise<void> {
  const reads = (pid: string) => {
    try {
      return readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === path);
    } catch {
      return false; // it has ended meanwhile
    }
  };
  while (!readdirSync('/proc').some((name) => /^\d+$/.test(name) && reads(name)))
    await new Promise((resolve) => setTimeout(resolve, 20));
}

test('each press is told once, and that the device is pulled out', async () => {
  const button = new PushButton();
  const device = new InputDevice(button.path);
  const lost = new Promise<string>((resolve) => (device.onLost = resolve));
  let presses = 0;
  const press = async () => {
    const told = new Promise<void>((resolve) => {
      device.onPress = () => {
        presses += 1;
        resolve();
      };
    });
    button.key(1);
    button.key(0);
    await told;
  };
  await isRead(button.path);
  for (let at = 0; at < 3; at += 1) await press();
  button.pullOut();
  assert.match(await lost, /No such device/);
  assert.is(presses, 3);
});

test.run();

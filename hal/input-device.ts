/** The keys of a Linux input device (linux/input.h): push buttons, keyboards, and by gpio-keys the keys at GPIO pins. */
import { spawn, type ChildProcess } from 'node:child_process';

/*
 *     0             8             16    18    20
 *     | seconds     | microseconds| type| code| value     |     one event, on systems of 64 bits
 */
const EVENT_BYTES = 24;
const TYPE_AT = 16;
const VALUE_AT = 20;
const EV_KEY = 1;
/** 0 is released, 2 is repeated. */
const PRESSED = 1;

export class InputDevice {
  onPress: () => void = () => {};
  /** It cannot be read, or no more, and why; the last. */
  onLost: (reason: string) => void = () => {};
  #reader: ChildProcess;
  #rest = Buffer.alloc(0);
  #closed = false;

  /** `path`: as /dev/input/event3. It is read by a process of its own: a read waits, for weeks perhaps. */
  constructor(path: string) {
    this.#reader = spawn('cat', ['--', path], { stdio: ['ignore', 'pipe', 'pipe'] });
    let reason = 'it has ended';
    this.#reader.stdout!.on('data', (bytes: Buffer) => this.#read(bytes));
    this.#reader.stderr!.on('data', (words: Buffer) => (reason = words.toString().trim()));
    this.#reader.on('error', (error) => (reason = error.message));
    this.#reader.on('close', () => {
      if (!this.#closed) this.onLost(reason);
    });
  }

  close(): void {
    this.#closed = true;
    this.#reader.kill('SIGKILL');
  }

  #read(bytes: Buffer): void {
    const events = Buffer.concat([this.#rest, bytes]);
    let at = 0;
    for (; at + EVENT_BYTES <= events.length; at += EVENT_BYTES)
      if (events.readUInt16LE(at + TYPE_AT) === EV_KEY && events.readInt32LE(at + VALUE_AT) === PRESSED)
        this.onPress();
    this.#rest = events.subarray(at);
  }
}

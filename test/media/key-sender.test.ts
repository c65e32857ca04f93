/** Keys on their way out, packet by packet. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { KeySender } from '../../firmware/media/key-sender.js';
import { TelephoneEventReceiver } from '../../firmware/media/telephone-event.js';

const test = suite('key sender');

test('a key: five packets, its end three times, a pause; then the next key', () => {
  const sender = new KeySender();
  assert.ok(sender.add('5'));
  assert.ok(sender.add('#'));
  const rows: string[] = [];
  for (let tick = 0; tick < 14; tick++) {
    const bytes = new Uint8Array(6);
    const length = sender.write(bytes, 2, 160 * tick, 160);
    const [, , event, flags, high, low] = bytes;
    rows.push(
      length === 0
        ? '-'
        : `${event} ${flags >> 7} ${(high << 8) | low} @${sender.timestamp}${sender.begins ? ' M' : ''}`,
    );
  }
  assert.equal(rows, [
    '5 0 160 @0 M',
    '5 0 320 @0',
    '5 0 480 @0',
    '5 0 640 @0',
    '5 0 800 @0',
    '5 1 800 @0',
    '5 1 800 @0',
    '5 1 800 @0',
    '-',
    '-',
    '-',
    '11 0 160 @1760 M',
    '11 0 320 @1760',
    '11 0 480 @1760',
  ]);
});

test('our own receiver reads each key once', () => {
  const sender = new KeySender();
  const receiver = new TelephoneEventReceiver();
  const keys = '0123456789*#ABCD';
  for (const key of keys) assert.ok(sender.add(key));
  let read = '';
  const bytes = new Uint8Array(4);
  for (let tick = 0; tick < 200; tick++)
    if (sender.write(bytes, 0, 160 * tick, 160) > 0)
      read += receiver.receive(1, sender.timestamp, bytes, 0, 4);
  assert.is(read, keys);
});

test('what is no key is refused, and so is the thirty-third that waits', () => {
  const sender = new KeySender();
  for (const key of ['', 'x', '12']) assert.not(sender.add(key));
  for (let n = 0; n < 32; n++) assert.ok(sender.add('1'));
  assert.not(sender.add('1'));
});

test.run();

import * as assert from 'uvu/assert';
import { suite } from 'uvu';
import { TelephoneEventReceiver } from '../../firmware/media/telephone-event.js';

const test = suite('telephone-event');

type Packet = { ssrc?: number; ts: number; event: number; end?: boolean; duration: number };
const table: [name: string, packets: Packet[], keys: string][] = [
  [
    'one press, the end three times (RFC 4733 §2.5.1.4)',
    [
      { ts: 100, event: 5, duration: 160 },
      { ts: 100, event: 5, duration: 320 },
      { ts: 100, event: 5, duration: 480, end: true },
      { ts: 100, event: 5, duration: 480, end: true },
      { ts: 100, event: 5, duration: 480, end: true },
    ],
    '5',
  ],
  ['only the end arrives', [{ ts: 100, event: 1, duration: 800, end: true }], '1'],
  [
    'the end is lost, the same key again',
    [
      { ts: 100, event: 1, duration: 160 },
      { ts: 2000, event: 1, duration: 160 },
    ],
    '11',
  ],
  ['zero duration', [{ ts: 100, event: 1, duration: 0 }], ''],
  [
    'zero duration first',
    [
      { ts: 100, event: 1, duration: 0 },
      { ts: 100, event: 1, duration: 160 },
    ],
    '1',
  ],
  [
    'all the keys',
    [...'0123456789*#ABCD'].map((_, event) => ({ ts: event * 1000, event, duration: 1 })),
    '0123456789*#ABCD',
  ],
  ['flash is not a key', [{ ts: 1, event: 16, duration: 160 }], ''],
  [
    'another source',
    [
      { ssrc: 1, ts: 100, event: 3, duration: 160 },
      { ssrc: 2, ts: 100, event: 3, duration: 160 },
    ],
    '33',
  ],
  [
    'overtaken by the next key',
    [
      { ts: 100, event: 3, duration: 160 },
      { ts: 900, event: 4, duration: 160 },
      { ts: 100, event: 3, duration: 480, end: true },
      { ts: 900, event: 4, duration: 320 },
    ],
    '34',
  ],
  [
    'held beyond the duration field (RFC 4733 §2.5.1.3), across the wrap',
    [
      { ts: 0xfffffff0, event: 9, duration: 160 },
      { ts: 0xfffffff0, event: 9, duration: 0xffff },
      { ts: 0xffef, event: 9, duration: 160 },
      { ts: 0xffef, event: 9, duration: 320, end: true },
    ],
    '9',
  ],
];
for (const [name, packets, keys] of table) {
  test(name, () => {
    const receiver = new TelephoneEventReceiver();
    let heard = '';
    for (const { ssrc = 7, ts, event, end, duration } of packets) {
      const bytes = Uint8Array.from([0xee, event, end ? 0x8a : 0x0a, duration >> 8, duration & 255]);
      heard += receiver.receive(ssrc, ts, bytes, 1, 4);
    }
    assert.is(heard, keys);
  });
}

test('a press lasts from its first packet to its end', () => {
  const receiver = new TelephoneEventReceiver();
  receiver.receive(1, 1, Uint8Array.from([1, 0, 0, 160]), 0, 4);
  assert.ok(receiver.pressing);
  receiver.receive(1, 1, Uint8Array.from([1, 0x80, 0, 200]), 0, 4);
  assert.not(receiver.pressing);
});

test('a payload cut short is ignored', () => {
  assert.is(new TelephoneEventReceiver().receive(1, 1, Uint8Array.from([1, 0, 1, 1]), 0, 3), '');
});

test.run();

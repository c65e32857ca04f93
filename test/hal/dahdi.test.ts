/** DAHDI without its driver: structs by their octets, events by their numbers, and the pump on a driver that is played. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { dahdiDriver } from '../../hal/drivers/dahdi.js';
import * as layout from '../../hal/drivers/dahdi/layout.js';
import { Pump, type Channels } from '../../hal/drivers/dahdi/pump.js';
import { atFirst, signals, type Happened, type Signals } from '../../hal/drivers/dahdi/signals.js';
import { FrameRing, frameRingMemory } from '../../hal/frame-ring.js';
import type { LineEvent } from '../../hal/line-card.js';

const test = suite('dahdi');

test('the size of each struct is the one in its request (asm-generic/ioctl.h)', () => {
  const sizeIn = (request: number) => (request >>> 16) & 0x3fff;
  const { REQUEST, paramsOf, statusOf, buffers, cadence } = layout;
  assert.is(paramsOf(1).length, sizeIn(REQUEST.getParams));
  assert.is(paramsOf(1).length, sizeIn(REQUEST.setParams));
  assert.is(statusOf(1).length, sizeIn(REQUEST.spanStatus));
  assert.is(buffers(8, 160).length, sizeIn(REQUEST.setBuffers));
  assert.is(cadence(1).length, sizeIn(REQUEST.setCadence));
});

/** As `struct dahdi_params` came from a driver: words by their place in octets. */
function params(words: Record<number, number>): Buffer {
  const bytes = Buffer.alloc(136);
  for (const [at, word] of Object.entries(words)) bytes.writeUInt32LE(word, Number(at));
  return bytes;
}

test('a line is named by what is attached, not by how it is signalled', () => {
  const kinds: [number, 'fxs' | 'fxo' | undefined][] = [
    [0x1020, 'fxs'], // FXOKS
    [0x1008, 'fxs'], // FXOLS
    [0x2004, 'fxo'], // FXSKS
    [0x2001, 'fxo'], // FXSLS
    [0x80, undefined], // clear
    [0x8000, undefined], // CAS
    [0, undefined],
  ];
  for (const [signalling, kind] of kinds) assert.is(layout.readParams(params({ 12: signalling })).kind, kind);
  assert.equal(layout.readParams(params({ 0: 33, 4: 2, 8: 9, 12: 0x1020, 20: 1, 132: 8 })), {
    channel: 33,
    span: 2,
    place: 9,
    kind: 'fxs',
    offHook: true,
    alarms: 8,
  });
});

test('a span by its description, or its name if it has none', () => {
  const status = layout.statusOf(1);
  status.write('WCTDM/0', 4);
  assert.is(layout.readSpanName(status), 'WCTDM/0');
  status.write('Wildcard TDM410P', 24);
  assert.is(layout.readSpanName(status), 'Wildcard TDM410P');
});

test('alarms in words', () => {
  assert.is(layout.alarmWords('fxo', 0), '');
  assert.match(layout.alarmWords('fxo', 8), /no battery/);
  assert.is(
    layout.alarmWords('fxs', 8 + 4),
    'red: no signal comes in, yellow: the other side gets no signal',
  );
  assert.is(layout.alarmWords('fxs', 0x200), 'alarm 0x200');
});

const event = (number: number, atMs = 1000): Happened => ({ type: 'event', event: number, atMs });

test('what events mean on a line with a phone, and on one of the exchange', () => {
  const on = (kind: 'fxs' | 'fxo', state: Partial<Signals> = {}): Signals => ({
    ...atFirst(kind, 3),
    ...state,
  });
  const place = 3;
  const rows: [Signals, Happened, LineEvent[]][] = [
    [on('fxs'), event(2), [{ type: 'hook', place, off: true, atMs: 1000 }]],
    [on('fxs', { off: true }), event(2), []],
    [on('fxs', { off: true }), event(1), [{ type: 'hook', place, off: false, atMs: 790 }]],
    [on('fxs', { off: true }), event(1, 100), [{ type: 'hook', place, off: false, atMs: 0 }]],
    [on('fxs'), event(1), []],
    [on('fxs'), event(3), [{ type: 'flash', place }]],
    [on('fxs'), event(0x10000 | 0x37), [{ type: 'pulseDigit', place, digit: '7' }]],
    [on('fxs'), event(14), []], // the first pulse of a digit
    [on('fxs'), event(10), []], // ringer on
    [on('fxo'), event(18), [{ type: 'ring', place, on: true, atMs: 1000 }]],
    [on('fxo', { ringing: true }), event(2), [{ type: 'ring', place, on: false, atMs: 1000 }]],
    [
      on('fxo'),
      event(2),
      [
        { type: 'ring', place, on: true, atMs: 1000 },
        { type: 'ring', place, on: false, atMs: 1000 },
      ],
    ],
    [on('fxo'), event(1), [{ type: 'battery', place, on: false, atMs: 1000 }]],
    [on('fxo', { battery: false }), event(1), []],
    [
      on('fxo', { battery: false }),
      { type: 'left', atMs: 5 },
      [{ type: 'battery', place, on: true, atMs: 5 }],
    ],
    [on('fxo'), { type: 'left', atMs: 5 }, []],
    [on('fxo'), event(17), [{ type: 'polarity', place, reversed: true }]],
    [on('fxo', { reversed: true }), event(17), [{ type: 'polarity', place, reversed: false }]],
    [on('fxo'), event(12), []], // hook complete
    [
      on('fxo'),
      { type: 'alarm', alarm: 'no battery', atMs: 1 },
      [{ type: 'alarm', place, alarm: 'no battery' }],
    ],
    [
      on('fxo', { battery: false }),
      { type: 'alarm', alarm: '', atMs: 1 },
      [
        { type: 'alarm', place, alarm: '' },
        { type: 'battery', place, on: true, atMs: 1 },
      ],
    ],
  ];
  for (const [state, happened, events] of rows)
    assert.equal(signals(state, happened).events, events, JSON.stringify({ ...state, ...happened }));
  const reversed = signals(on('fxo'), event(17)).state;
  assert.equal(signals(reversed, event(17)).events, [{ type: 'polarity', place, reversed: false }]);
});

/** Two channels of a driver without a clock: frames are numbered by their samples. */
function played() {
  const came: number[][] = [[], []];
  const happened: number[][] = [[], []];
  const wrote: number[][] = [[], []];
  const told: [number, number, number][] = [];
  const lines = [0, 1].map(() => ({
    rx: new FrameRing(frameRingMemory(16)),
    tx: new FrameRing(frameRingMemory(16)),
  }));
  let nowMs = 0;
  const channels: Channels = {
    wait: () => void (nowMs += 20),
    read(channel, frame) {
      if (happened[channel].length > 0 || came[channel].length === 0) return false;
      frame.fill(came[channel].shift()!);
      return true;
    },
    write(channel, frame) {
      if (happened[channel].length > 0) return false;
      wrote[channel].push(frame[0]);
      return true;
    },
    event: (channel) => happened[channel].shift() ?? 0,
  };
  const pump = new Pump(
    lines,
    channels,
    (...what) => told.push(what),
    () => nowMs,
  );
  const send = (line: number, ...numbers: number[]) => {
    for (const number of numbers) lines[line].tx.write(new Int16Array(160).fill(number));
  };
  const heard = (line: number) => {
    const frame = new Int16Array(160);
    const numbers = [];
    while (lines[line].rx.waiting > 0 && lines[line].rx.read(frame)) numbers.push(frame[0]);
    return numbers;
  };
  return { came, happened, wrote, told, pump, send, heard };
}

test('the pump lets two frames wait, then writes one for each that it reads', () => {
  const { came, wrote, pump, send, heard } = played();
  assert.equal(wrote, [
    [0, 0],
    [0, 0],
  ]);
  send(1, 41, 42);
  came[1].push(1);
  assert.ok(pump.turn());
  assert.equal(heard(1), [1]);
  assert.equal(wrote, [
    [0, 0],
    [0, 0, 41],
  ]);
  came[1].push(2);
  came[0].push(7);
  pump.turn();
  assert.equal([heard(0), heard(1)], [[7], [2]]);
  assert.equal(wrote, [
    [0, 0, 0],
    [0, 0, 41, 42],
  ]);
});

test('late by five frames: all that came is heard, of what goes out only the newest two, so that no delay is left', () => {
  const { came, wrote, pump, send, heard } = played();
  send(0, 1, 2, 3, 4, 5);
  came[0].push(11, 12, 13, 14, 15);
  pump.turn();
  assert.equal(heard(0), [11, 12, 13, 14, 15]);
  assert.equal(wrote[0], [0, 0, 4, 5]);
});

test('what happens is told with its time, before the frames that the driver withholds until then', () => {
  const { came, happened, told, pump, heard } = played();
  came[0].push(1, 2);
  pump.turn();
  happened[0].push(18, 2);
  came[0].push(3);
  assert.ok(pump.turn());
  assert.equal(told, [
    [0, 18, 40],
    [0, 2, 40],
  ]);
  assert.equal(heard(0), [1, 2, 3]);
});

test('removed, or without a frame for two seconds: the card is gone', () => {
  const removed = played();
  removed.happened[1].push(20);
  assert.not.ok(removed.pump.turn());
  const stopped = played();
  stopped.came[1].push(1);
  let turns = 0;
  while (stopped.pump.turn()) turns++;
  assert.is(turns, 100);
});

test('where there is no DAHDI no card is found, and opening one says what is missing', async () => {
  if ((await dahdiDriver.probe()).length > 0) return;
  try {
    await dahdiDriver.open('');
    assert.unreachable();
  } catch (error) {
    assert.match((error as Error).message, /dahdi/i);
  }
});

test.run();

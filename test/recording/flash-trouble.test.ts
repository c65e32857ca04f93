/** Flash that is full, slow, removed: what becomes of a recording, call by call of the system. */
import * as fs from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { FolderCalls } from '../../firmware/recording/recording-folder.js';
import { RecordedRoom } from './recorded-room.js';

const test = suite('recording on flash in trouble');

let room: RecordedRoom;
test.before.each(() => {
  room = new RecordedRoom();
});
test.after.each(() => room.close());

const FRAME = 160;
const steady = (sample: number) => () => new Int16Array(FRAME).fill(sample);

test('nobody writes: the ring is full after a while, the recording is given up, and the calls go on', () => {
  const parties = Array.from({ length: 30 }, () => room.party(steady(3000)));
  room.tick(3);
  room.begin();
  parties.forEach((port) => room.consents(port));
  const overrun = () => room.events.some(({ type }) => type === 'recordingOverrun');
  while (!overrun() && room.ticks < 5000) room.tick(20);
  assert.ok(room.ticks > 5 * 50 + 3, 'five seconds at the least');
  assert.ok(overrun());
  const { length } = room.events;
  room.tick(100);
  assert.is(room.events.length, length, 'told once');
});

/** The calls of the system, of which one fails from the `after`th on. */
function failing(call: keyof FolderCalls, code: string, after: number): FolderCalls {
  let count = 0;
  return {
    ...fs,
    [call]: (...args: unknown[]) => {
      if (++count > after) throw Object.assign(new Error(code), { code });
      return (fs[call] as (...all: unknown[]) => unknown)(...args);
    },
  };
}

for (const [name, call, code, why] of [
  ['full', 'writeSync', 'ENOSPC', 'flash is full'],
  ['removed', 'writeSync', 'EIO', 'flash cannot be written (EIO)'],
  ['gone when it is to last', 'fdatasyncSync', 'EIO', 'flash cannot be written (EIO)'],
] as const)
  test(`flash is ${name} in the middle: it is told once, and why`, () => {
    room.close();
    room = new RecordedRoom(failing(call, code, 12));
    const port = room.party(steady(3000));
    room.tick(10);
    const id = room.begin();
    room.consents(port);
    for (let second = 0; second < 30; second++) {
      room.tick(50);
      room.write();
    }
    assert.equal(
      room.told.filter(({ type }) => type === 'failed'),
      [{ type: 'failed', recording: 0, why }],
    );
    const end = room.told.filter(({ type }) => type === 'closed').length;
    assert.is(end, code === 'ENOSPC' ? 0 : 1, 'its end is tried again if there may be room, else given up');
    assert.is(room.document(id).endedAt, null);
  });

test('little is left on flash: the recording ends there, whole, and the configuration has the rest', () => {
  room.close();
  let freeBytes = 1 << 30;
  const statfsSync = () => ({ bavail: freeBytes / 4096, bsize: 4096 }) as fs.StatsFs;
  room = new RecordedRoom({ ...fs, statfsSync: statfsSync as unknown as typeof fs.statfsSync });
  const port = room.party(steady(3000));
  room.tick(10);
  const id = room.begin();
  room.consents(port);
  room.tick(100);
  room.write();
  freeBytes = 10 << 20;
  room.tick(100);
  room.write();
  room.tick(10);
  room.write();
  assert.equal(
    room.told.map(({ type }) => type),
    ['failed', 'closed'],
  );
  const { endReason, samples, checksums } = room.document(id);
  assert.is(endReason, 'flash is full');
  assert.is(samples, 200 * FRAME);
  assert.ok(checksums);
});

test('flash takes 200 ms for each write: one room can be recorded; what comes five seconds late is given up', () => {
  for (const [ms, fails] of [
    [200, false],
    [3000, true],
  ] as const) {
    room.close();
    const slow: FolderCalls = { ...fs };
    for (const call of ['writeSync', 'fdatasyncSync'] as const)
      Object.assign(slow, {
        [call]: (...args: unknown[]) => {
          waits += ms;
          return (fs[call] as (...all: unknown[]) => unknown)(...args);
        },
      });
    let waits = 0;
    room = new RecordedRoom(slow);
    const ports = [1, 2, 3].map((party) => room.party(steady(1000 * party)));
    room.tick(10);
    const id = room.begin();
    ports.forEach((port) => room.consents(port));
    for (let pass = 0; pass < 40; pass++) {
      // While the writer waited, the room went on.
      room.tick(Math.max(5, Math.round(waits / 20)));
      waits = 0;
      room.writer.pass(room.writer.ringEnd);
    }
    assert.is(
      room.told.some(({ type }) => type === 'failed'),
      fails,
      `${ms} ms`,
    );
    if (!fails) {
      room.end();
      const { samples } = room.document(id);
      assert.ok(
        !room
          .sound(id, 'mix.wav')
          .subarray(5 * FRAME)
          .includes(0),
      );
      assert.ok(samples > 40 * 5 * FRAME);
    } else assert.is(room.document(id).endReason, 'flash is too slow');
  }
});

test.run();

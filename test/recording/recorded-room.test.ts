/** What is stored of a room, sample by sample. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ulawToLinear } from '../../firmware/media/codecs/g711.js';
import type { FolderCalls } from '../../firmware/recording/recording-folder.js';
import { coded, MIX, RecordedRoom } from './recorded-room.js';

const test = suite('recorded room');

let room: RecordedRoom;
test.before.each(() => {
  room = new RecordedRoom();
});
test.after.each(() => room.close());

const FRAME = 160;
const SPAN = 30;
/** What a party says tells whose it is, and when it was said. */
const voice = (party: number) => (tick: number) =>
  new Int16Array(FRAME).fill(ulawToLinear[0xff - 20 - SPAN * party - (tick % SPAN)]);
const silence = () => new Int16Array(FRAME);
const steady = (sample: number) => () => new Int16Array(FRAME).fill(sample);
const byteOf = new Map([...ulawToLinear].map((sample, byte) => [sample, byte]));
/** Which party said a sample, and when, within a span; null for silence. */
function whose(sample: number): { party: number; when: number } | null {
  if (sample === 0) return null;
  const at = 0xff - 20 - byteOf.get(sample)!;
  return { party: Math.floor(at / SPAN), when: at % SPAN };
}
const isSilent = (samples: Int16Array) => samples.every((sample) => sample === 0);

test('three talk, one is late, one consents late: each track has its own alone, the mix is their sum, all aligned', () => {
  const [ann, bob] = [room.party(voice(0)), room.party(voice(1))];
  room.tick(10);
  const id = room.begin();
  room.consents(ann);
  room.tick(20);
  const cy = room.party(voice(2));
  room.tick(10);
  room.consents(cy);
  room.tick(25);
  room.consents(bob);
  room.tick(35);
  room.end();

  const { samples, stretches, tracks, endReason, checksums } = room.document(id);
  assert.is(samples, 90 * FRAME);
  assert.equal(
    stretches.map(({ at }) => at),
    [0],
  );
  assert.is(endReason, 'stopped by a moderator');
  const from: Record<number, number> = { 1: 0, 3: 30 * FRAME, 2: 55 * FRAME };
  assert.equal(Object.fromEntries(tracks.map(({ track, consents }) => [track, consents[0].at])), from);
  const sounds = [1, 2, 3].map((track) => room.sound(id, `track-${track}.wav`));
  const mix = room.sound(id, 'mix.wav');
  for (const [at, sound] of sounds.entries()) {
    assert.is(sound.length, samples);
    const begins = from[at + 1];
    assert.ok(isSilent(sound.subarray(0, begins)), `track ${at + 1} before its consent`);
    for (let i = begins; i < samples; i++) assert.is(whose(sound[i])?.party, at, `track ${at + 1} at ${i}`);
  }
  assert.is(mix.length, samples);
  for (let i = 0; i < samples; i++) {
    const said = sounds.map((sound) => sound[i]);
    assert.is(mix[i], said[0] + said[1] + said[2], `mix at ${i}`);
    const times = new Set(said.flatMap((sample) => whose(sample)?.when ?? []));
    assert.is(times.size, 1, `said at ${[...times].join()} at ${i}`);
  }
  for (const [file, sum] of Object.entries(checksums!))
    assert.is(
      createHash('sha256')
        .update(fs.readFileSync(path.join(room.directory, id, file)))
        .digest('hex'),
      sum,
    );
  assert.is(Object.keys(checksums!).length, 4);
});

test('paused: nothing of it is stored, and who has not consented anew is not stored afterwards', () => {
  const [ann, bob] = [room.party(voice(0)), room.party(voice(1))];
  room.tick(10);
  const id = room.begin();
  room.consents(ann);
  room.consents(bob);
  room.tick(10);
  room.tell({ type: 'pauseRecord', recording: 0 });
  room.tick(50);
  room.tell({ type: 'record', recording: 0, mix: MIX });
  room.consents(bob);
  room.tick(10);
  room.end();
  const { samples, stretches, tracks } = room.document(id);
  assert.is(samples, 20 * FRAME);
  assert.equal(
    stretches.map(({ at }) => at),
    [0, 10 * FRAME],
  );
  assert.equal(
    tracks.map(({ consents }) => consents.map(({ at }) => at)),
    [[0], [0, 10 * FRAME]],
  );
  assert.ok(isSilent(room.sound(id, 'track-1.wav').subarray(10 * FRAME)));
  assert.not(isSilent(room.sound(id, 'track-2.wav').subarray(10 * FRAME)));
});

test('who is muted, has left the mix or presses a key is silent in it', () => {
  const [ann, bob] = [room.party(steady(3000)), room.party(steady(2000))];
  room.tick(10);
  const id = room.begin();
  room.consents(ann);
  room.consents(bob);
  const steps: [what: string, () => void, heard: number[]][] = [
    ['both', () => {}, [3000, 2000]],
    ['bob muted', () => room.tell({ type: 'mute', port: bob, muted: true }), [3000, 0]],
    ['unmuted', () => room.tell({ type: 'mute', port: bob, muted: false }), [3000, 2000]],
    ['ann gone', () => room.tell({ type: 'leave', port: ann }), [0, 2000]],
    ['elsewhere', () => room.tell({ type: 'join', port: ann, mix: MIX + 1 }), [0, 2000]],
    ['back', () => room.tell({ type: 'join', port: ann, mix: MIX }), [3000, 2000]],
    ['not hers', () => room.tell({ type: 'unrecordPort', recording: 0, port: ann }), [0, 2000]],
  ];
  for (const [, act] of steps) {
    act();
    room.tick(10);
  }
  room.end();
  for (const [at, [what, , heard]] of steps.entries()) {
    const middle = (10 * at + 5) * FRAME;
    const sounds = ['track-1.wav', 'track-2.wav', 'mix.wav'].map((file) => room.sound(id, file)[middle]);
    const [a, b] = heard.map(coded);
    assert.equal(sounds, [a, b, a + b], what);
  }
});

test('keys are not in it, nor is what is said beside them', () => {
  const port = room.party(steady(3000));
  room.party(silence);
  room.tick(10);
  const id = room.begin();
  room.consents(port);
  room.tick(10);
  room.key(port, 20);
  room.tick(30);
  room.end();
  const sound = room.sound(id, 'track-1.wav');
  assert.is(room.events.filter(({ type }) => type === 'digit').length, 1);
  assert.ok(isSilent(sound.subarray(12 * FRAME, 28 * FRAME)));
  assert.is(sound[5 * FRAME], coded(3000));
  assert.is(sound.at(-1), coded(3000));
});

test('who speaks and when is told, pauses between words included', () => {
  const talking = (tick: number) => (tick >= 40 && tick < 100 && tick % 20 < 15) || tick >= 250;
  const port = room.party((tick) => (talking(tick) ? steady(6000)() : silence()));
  room.tick(20);
  const id = room.begin();
  room.consents(port);
  for (let second = 0; second < 5; second++) {
    room.tick(56);
    room.write();
  }
  room.end();
  const [{ talked }] = room.document(id).tracks;
  assert.is(talked.length, 2, JSON.stringify(talked));
  const near = (samples: number, tick: number) => Math.abs(samples / FRAME + 20 - tick) <= 4;
  assert.ok(near(talked[0].from, 40) && near(talked[0].to, 95), JSON.stringify(talked));
  assert.ok(near(talked[1].from, 250) && talked[1].to === 280 * FRAME, JSON.stringify(talked));
});

test('parties of 8 and 16 kHz: a click at one instant is at one sample in all tracks and the mix', () => {
  const CLICK = 30;
  /** Smooth, so that it goes through any of the rates. */
  const click = (rate: number) => (tick: number) =>
    Int16Array.from({ length: rate / 50 }, (_, i) => {
      const s = tick / 50 + i / rate - (CLICK / 50 + 0.01);
      return tick < CLICK - 1 || tick > CLICK + 1 ? 0 : 8000 * Math.exp(-((s / 0.0006) ** 2));
    });
  for (const rateHz of [16000, 8000] as const) {
    room.close();
    room = new RecordedRoom();
    const ports = [
      room.party(click(8000), 'L16/8000'),
      room.party(click(16000), 'L16/16000'),
      room.party(click(8000), 'PCMU'),
    ];
    room.tick(10);
    const id = room.begin(rateHz);
    ports.forEach((port) => room.consents(port));
    room.tick(40);
    room.end();
    const peaks = ['track-1.wav', 'track-2.wav', 'track-3.wav', 'mix.wav'].map((file) => {
      const sound = room.sound(id, file);
      return sound.reduce((best, sample, at) => (sample > sound[best] ? at : best), 0);
    });
    assert.ok(Math.max(...peaks) - Math.min(...peaks) <= 1, `${rateHz} Hz: ${peaks.join()}`);
    const expected = ((CLICK - 10) / 50 + 0.01) * rateHz;
    const late = (peaks[3] - expected) / (rateHz / 50);
    assert.ok(Math.abs(late - Math.round(late)) * (rateHz / 50) <= 1, `whole ticks late: ${late}`);
  }
});

test('silence takes no room on flash', () => {
  const [ann, bob] = [room.party(silence), room.party(steady(3000))];
  room.tick(10);
  const id = room.begin();
  room.consents(ann);
  room.consents(bob);
  for (let second = 0; second < 60; second++) {
    room.tick(50);
    room.write();
  }
  room.end();
  const blocks = (file: string) => fs.statSync(path.join(room.directory, id, file)).blocks;
  assert.is(room.sound(id, 'track-1.wav').length, 3000 * FRAME);
  assert.ok(blocks('track-1.wav') <= 16, String(blocks('track-1.wav')));
  assert.ok(blocks('track-2.wav') >= (3000 * 320) / 512);
});

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
    assert.is(end, 0, 'its end could not be written, and is tried again');
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

/**
 * A conference is recorded on a disk of its own, which becomes slow, then full, then is pulled out: no tick is late, the call
 * goes on, those inside are told, and an alarm is shown.
 *
 * Runs alone: it is about ticks that come in time.
 */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Box, phones, type Room, type Status } from '../support/box.js';
import { canHaveDisks, LoopDisk } from '../support/loop-disk.js';
import type { TestCall } from '../support/test-call.js';
import { amplitudeOf, rms, toneSource } from '../support/tone.js';

const test = suite('recording on a disk in trouble');

const recordAcknowledgement = { by: 'admin', at: '2026-11-24T12:00:00Z' };
const [MEGABYTES, TOO_LITTLE] = [128, 16 << 20];
/** 200 ms each. */
const SLOW = 5;
/** Ticks that this machine may bring late by itself in a few seconds. A tick that waited for the disk would make ten. */
const MACHINE_LATE = 3;

type Recorded = Room & { recording?: { state: string; id?: string; trouble?: string } };

let disk: LoopDisk;
let box: Box;
let calls: TestCall[];
test.before(async () => {
  disk = new LoopDisk(MEGABYTES);
  box = await Box.start({
    version: 1,
    recordings: { folder: path.join(disk.folder, 'recordings') },
    extensions: phones(2),
    conferences: [
      { number: '800', description: '', type: 'static', record: 'moderator', recordAcknowledgement },
    ],
  });
  calls = [];
  for (const [at, number] of ['101', '102'].entries()) {
    const call = await (await box.phone(number)).dial('800');
    call.ear.source = toneSource(600 + 500 * at, 3000);
    calls.push(call);
  }
  await box.until<Recorded[]>('conferences', ([room]) => room?.participants.length === 2);
});
test.after(async () => {
  await box.stop();
  disk.discard();
});

const recordingIs = async (state: string) => {
  const rooms = await box.until<Recorded[]>('conferences', ([room]) => room?.recording?.state === state);
  return rooms[0].recording!;
};
async function start(): Promise<string> {
  const answer = await box.ask('conferences/800/recording', 'POST', { action: 'start' });
  assert.is(answer.status, 204, await answer.text());
  return (await recordingIs('recording')).id!;
}
const media = async () => (await box.get<Status>('status')).media;
const alarms = async () =>
  (await box.get<{ alarms: { code: string; text: string }[] }>('status')).alarms.map(
    ({ code, text }) => `${code}: ${text}`,
  );

/** Does it, and asserts that no tick waited for the disk and that both hear each other afterwards. */
async function withoutLateTicks(what: string, body: () => Promise<void>): Promise<void> {
  const before = await media();
  await body();
  const [ann, bob] = await Promise.all(calls.map(({ ear }) => ear.listen(50)));
  const after = await media();
  const late = after.lateTicks - before.lateTicks;
  console.log(`${what}: ${late} of ${after.ticks - before.ticks} ticks late`);
  assert.is(after.skippedTicks, before.skippedTicks);
  assert.ok(late <= MACHINE_LATE, `${what}: ${late} ticks late`);
  assert.ok(amplitudeOf(ann, 1100) > 2000 && amplitudeOf(bob, 600) > 2000, 'they hear each other');
}

/** What is recorded ends, which everybody is told; then it is quiet again. */
async function failsFor(why: RegExp): Promise<void> {
  const sources = calls.map(({ ear }) => ear.source);
  for (const { ear } of calls) ear.source = () => new Int16Array(160);
  const { trouble } = await recordingIs('failed');
  assert.match(trouble!, why);
  for (const heard of await Promise.all(calls.map(({ ear }) => ear.listen(60))))
    assert.ok(rms(heard) > 300, 'those inside are told');
  assert.match((await alarms()).join('\n'), why);
  for (const [at, { ear }] of calls.entries()) ear.source = sources[at];
  await calls[0].ear.listen(50);
}

test('each write takes 200 ms', async () => {
  const id = await start();
  await withoutLateTicks('slow disk', async () => {
    if (!disk.slowDown(box.process.pid!, SLOW)) return;
    await calls[0].ear.listen(150);
    const { state } = (await box.get<Recorded[]>('conferences'))[0].recording!;
    if (state !== 'recording') await failsFor(/flash is too slow/);
    disk.speedUp(box.process.pid!);
  });
  assert.ok(existsSync(path.join(disk.folder, 'recordings', id, 'mix.wav')));
});

test('it is full', async () => {
  if ((await box.get<Recorded[]>('conferences'))[0].recording!.state !== 'recording') await start();
  await withoutLateTicks('full disk', async () => {
    disk.fill(TOO_LITTLE);
    await failsFor(/flash is full/);
  });
  disk.empty();
});

test('it is pulled out; nothing is written where it was mounted; plugged in again it is recorded on', async () => {
  const id = await start();
  await calls[0].ear.listen(75);
  await withoutLateTicks('disk pulled out', async () => {
    disk.pullOut();
    await failsFor(/no disk is mounted|cannot be written/);
  });
  const answer = await box.ask('conferences/800/recording', 'POST', { action: 'start' });
  await recordingIs('failed');
  assert.ok(answer.status === 204 || answer.status === 409);
  assert.match((await alarms()).join('\n'), /no disk is mounted/);
  assert.equal(readdirSync(disk.folder), [], 'what lies there is on the flash of the box');
  disk.plugIn();
  const next = await start();
  await calls[0].ear.listen(75);
  for (const call of calls) await call.hangUp();
  type Listed = { recordings: { id: string; endReason: string }[] };
  const { recordings } = await box.until<Listed>('recordings', ({ recordings: all }) =>
    all.every(({ endReason }) => endReason),
  );
  const reasons = new Map(recordings.map(({ id, endReason }) => [id, endReason]));
  assert.is(reasons.get(id), 'power cut', 'what was cut is mended');
  assert.is(reasons.get(next), 'everybody left');
});

if (canHaveDisks()) test.run();

/** Conferences that are recorded, with the whole box: who is told, what is kept, and that no call suffers. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { RecordingDocument } from '../../firmware/recording/recording-document.js';
import { newSecret } from '../../firmware/webhook/post.js';
import { Receiver } from '../support/receiver.js';
import { Box, phones, type Room } from '../support/box.js';
import type { TestCall } from '../support/test-call.js';
import { amplitudeOf, rms, toneSource } from '../support/tone.js';
import { voiceOf } from '../support/voice-codec.js';
import { readWav } from '../support/wav.js';

const test = suite('recording');

const acknowledged = { recordAcknowledgement: { by: 'admin', at: '2026-11-24T12:00:00Z' } };
const AMPLITUDE = 4000;
/** In the mix a tone of that amplitude is at least so loud where it is, and no louder where it is not. */
const [THERE, NOT_THERE] = [3000, 40];

const receiver = await Receiver.open();
receiver.secret = newSecret();

let box: Box;
test.before(async () => {
  box = await Box.start({
    version: 1,
    webhooks: [{ name: 'archive', url: receiver.url, secret: receiver.secret, events: ['recording.ready'] }],
    extensions: phones(6),
    conferences: [
      { number: '800', description: 'Weekly', type: 'static', record: 'always', ...acknowledged },
      { number: '801', description: 'Ad hoc', type: 'dynamic', record: 'moderator', ...acknowledged },
      { number: '802', description: 'Private', type: 'static' },
    ],
  });
});
test.after(async () => {
  receiver.close();
  await box.stop();
});
test.after.each(async () => {
  for (const { id } of await box.get<Room[]>('conferences')) await box.ask(`conferences/${id}/end`, 'POST');
  await box.until<object[]>('calls', (calls) => calls.length === 0);
});

type RecordedRoom = Room & { recording?: { state: string; id?: string; trouble?: string } };

const inside = (count: number, id = '800') =>
  box.until<RecordedRoom[]>('conferences', (rooms) => {
    const room = rooms.find((candidate) => candidate.id === id);
    return (room?.participants.filter(({ place }) => place === 'inside').length ?? 0) === count;
  });
const recordingIs = async (state: string, id = '800') => {
  const rooms = await box.until<RecordedRoom[]>(
    'conferences',
    (all) => all.find((room) => room.id === id)?.recording?.state === state,
  );
  return rooms.find((room) => room.id === id)!.recording!.id!;
};
const act = (action: string, id = '801-7') => box.ask(`conferences/${id}/recording`, 'POST', { action });
async function done(action: string): Promise<void> {
  const answer = await act(action);
  assert.is(answer.status, 204, `${action}: ${await answer.text()}`);
}

async function dial(number: string, hz: number, conference = '800', voice?: 'G722'): Promise<TestCall> {
  const call = await (await box.phone(number, { voice })).dial(conference);
  call.ear.source = toneSource(hz, AMPLITUDE, call.ear.voice.rate);
  return call;
}

const folder = (id: string) => path.join(box.directory, 'recordings', id);
const readDocument = (id: string) =>
  JSON.parse(readFileSync(path.join(folder(id), 'recording.json'), 'utf8')) as RecordingDocument;
const sound = (id: string, file: string) => readWav(readFileSync(path.join(folder(id), file)));

/** Waits until a recording is over and has its checksums. */
async function ended(id: string): Promise<RecordingDocument> {
  for (const endMs = performance.now() + 10_000; ;) {
    const document = tracksOf(id) > 0 ? readDocument(id) : undefined;
    if (document?.checksums) return document;
    if (performance.now() > endMs) throw new Error(`not ended: ${JSON.stringify(document)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The document comes a moment after the recording has begun. */
const tracksOf = (id: string) =>
  existsSync(path.join(folder(id), 'recording.json')) ? readDocument(id).tracks.length : 0;
async function consented(id: string, count: number): Promise<void> {
  for (const endMs = performance.now() + 10_000; tracksOf(id) < count;) {
    if (performance.now() > endMs) throw new Error(`${tracksOf(id)} of ${count} have consented`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('three tones, one late, one on hold during the notice: each from its consent on, in its own track and the mix', async () => {
  const TONES: Record<string, number> = { 101: 440, 102: 700, 103: 1100 };
  const ann = await dial('101', TONES[101]);
  await inside(1);
  assert.is((await box.get<RecordedRoom[]>('conferences'))[0].recording?.state, 'waiting');
  const bob = await dial('102', TONES[102]);
  await inside(2);
  await bob.ear.listen(25);
  await bob.reinvite('sendonly'); // in the middle of the notice
  const id = await recordingIs('recording');
  await ann.ear.listen(60);
  await consented(id, 1);
  assert.is(tracksOf(id), 1, 'who is on hold has not consented');
  const cy = await dial('103', TONES[103]);
  await inside(3);
  await consented(id, 2);
  await bob.reinvite('sendrecv');
  await consented(id, 3);
  await ann.ear.listen(80);
  for (const call of [ann, bob, cy]) await call.hangUp();

  const document = await ended(id);
  const { tracks, samples, rateHz, endReason, number, name, description } = document;
  assert.equal(
    [number, name, description, rateHz, endReason],
    ['800', null, 'Weekly', 8000, 'everybody left'],
  );
  assert.equal(
    tracks.map((track) => track.number),
    ['101', '103', '102'],
  );
  const kept = await box.get<{ recordings: { id: string; seconds: number }[] }>('recordings');
  assert.ok(Math.abs(kept.recordings.find((one) => one.id === id)!.seconds - samples / 8000) < 1);
  await receiver.until(({ length }) => length === 1);
  const { recording } = receiver.told[0].data as { recording: { id: string; participants: object[] } };
  assert.equal([recording.id, recording.participants.length], [id, 3], 'a webhook says that it is ready');
  const mix = sound(id, 'mix.wav');
  for (const { track, consents, talked, joinedAt, leftAt, number: who } of tracks) {
    const own = sound(id, `track-${track}.wav`);
    assert.is(own.length, samples);
    assert.is(consents.length, 1);
    const [{ at, time }] = consents;
    assert.ok(
      own.subarray(0, at).every((sample) => sample === 0),
      `${who} before its consent`,
    );
    const begins = own.findIndex((sample) => sample !== 0);
    assert.ok(begins - at <= 1, `${who} has consented at ${at} and begins at ${begins}`);
    for (const [other, hz] of Object.entries(TONES)) {
      const after = amplitudeOf(own.subarray(at + 800, at + 8000), hz);
      assert.ok(
        other === who ? after > THERE : after < NOT_THERE,
        `${other} in the track of ${who}: ${after}`,
      );
    }
    if (at > 4000)
      assert.ok(amplitudeOf(mix.subarray(at - 4000, at), TONES[who]) < NOT_THERE, `${who} in the mix before`);
    assert.ok(amplitudeOf(mix.subarray(at + 800, at + 8000), TONES[who]) > THERE, `${who} in the mix after`);
    assert.ok(joinedAt < time && time < leftAt!);
    assert.ok(talked.length > 0);
  }
  const sounds = tracks.map(({ track }) => sound(id, `track-${track}.wav`));
  for (let i = 0; i < samples; i++)
    if (mix[i] !== sounds.reduce((sum, own) => sum + own[i], 0)) assert.unreachable(`the mix at ${i}`);
});

test('a moderator starts, pauses, resumes and stops it; everybody is told each time', async () => {
  const calls: TestCall[] = [];
  for (const number of ['101', '102']) {
    const call = await dial(number, 500, '801');
    call.ear.source = () => new Int16Array(160);
    call.ear.keys('7##');
    calls.push(call);
    await inside(calls.length, '801-7');
  }
  const told = async (what: string) => {
    for (const { ear } of calls) assert.ok(rms(await ear.listen(50)) > 300, what);
    await calls[0].ear.listen(60);
  };
  assert.match(
    ((await (await act('pause')).json()) as { error: string }).error,
    /is off: pause means nothing/,
  );
  await Promise.all(calls.map(({ ear }) => ear.listen(40)));
  await done('start');
  assert.is((await act('start')).status, 409);
  const id = await recordingIs('recording', '801-7');
  await consented(id, 2);
  await done('pause');
  await told('paused');
  await recordingIs('paused', '801-7');
  await done('resume');
  await told('the notice again');
  assert.is(await recordingIs('recording', '801-7'), id);
  await done('stop');
  await told('stopped');
  const document = await ended(id);
  assert.equal([document.number, document.name, document.endReason], ['801', '7', 'stopped by a moderator']);
  assert.is(document.stretches.length, 2);
  assert.equal(
    document.tracks.map(({ consents }) => consents.length),
    [2, 2],
  );
  await recordingIs('stopped', '801-7');
  for (const body of [{}, { action: 'begin' }])
    assert.is((await box.ask('conferences/801-7/recording', 'POST', body)).status, 422);
});

test('a phone changes to wideband: it goes on at 16 kHz, with those who have consented and who come', async () => {
  const calls = [await dial('101', 440), await dial('102', 700)];
  const narrow = await recordingIs('recording');
  await consented(narrow, 2);
  const { ear } = calls[1];
  ear.voice = voiceOf('G722');
  ear.source = toneSource(5000, AMPLITUDE, 16_000);
  assert.is((await calls[1].reinvite('sendrecv')).status, 200);
  const wide = await box.until<RecordedRoom[]>('conferences', ([room]) => room?.recording?.id !== narrow);
  const id = wide[0].recording!.id!;
  await consented(id, 2);
  calls.push(await dial('103', 6500, '800', 'G722'));
  await consented(id, 3);
  await calls[0].ear.listen(60);
  for (const call of calls) await call.hangUp();
  const [first, second] = [await ended(narrow), await ended(id)];
  assert.equal([first.rateHz, second.rateHz], [8000, 16000]);
  assert.match(first.endReason!, /higher rate/);
  const gapMs =
    Date.parse(second.stretches[0].time) - Date.parse(first.stretches[0].time) - first.samples / 8;
  assert.ok(Math.abs(gapMs) < 100, `${gapMs} ms between them`);
  const mix = sound(id, 'mix.wav');
  assert.ok(amplitudeOf(mix.subarray(8000, 24_000), 440, 16_000) > THERE);
  assert.ok(amplitudeOf(mix.subarray(8000, 24_000), 5000, 16_000) > 1000);
});

test('where it is not configured nothing is recorded, and the moderator is told why', async () => {
  await dial('101', 440, '802');
  await dial('102', 700, '802');
  const [room] = await inside(2, '802');
  assert.is(room.recording, undefined);
  const answer = await act('start', '802');
  assert.is(answer.status, 409);
  assert.match(((await answer.json()) as { error: string }).error, /conference 802 may not be recorded/);
});

test('the folder of the recordings is taken away: an alarm, those inside are told, the call goes on', async () => {
  const other = await Box.start({
    version: 1,
    extensions: phones(2),
    conferences: [{ number: '800', description: '', type: 'static', record: 'always', ...acknowledged }],
  });
  try {
    rmSync(path.join(other.directory, 'recordings'), { recursive: true });
    const calls = [];
    for (const number of ['101', '102']) calls.push(await (await other.phone(number)).dial('800'));
    calls[0].ear.source = toneSource(600, AMPLITUDE);
    const [room] = await other.until<RecordedRoom[]>(
      'conferences',
      ([one]) => one?.recording?.state === 'failed',
    );
    assert.match(room.recording!.trouble!, /flash cannot be written \(ENOENT\)/);
    const { alarms } = await other.get<{ alarms: { code: string }[] }>('status');
    assert.ok(alarms.some(({ code }) => code === 'recording-failed'));
    await calls[1].ear.listen(80);
    assert.ok(amplitudeOf(await calls[1].ear.listen(50), 600) > THERE, 'the call goes on');
    for (const call of calls) await call.hangUp();
    await other.stop();
  } finally {
    await other.discard();
  }
});

test('a box that is stopped while it records leaves whole recordings', async () => {
  const other = await Box.start({
    version: 1,
    extensions: phones(2),
    conferences: [{ number: '800', description: '', type: 'static', record: 'always', ...acknowledged }],
  });
  try {
    const recordings = path.join(other.directory, 'recordings');
    for (const number of ['101', '102']) {
      const call = await (await other.phone(number)).dial('800');
      call.ear.source = toneSource(600, AMPLITUDE);
    }
    await other.until<RecordedRoom[]>('conferences', ([room]) => room?.recording?.state === 'recording');
    other.process.kill('SIGTERM');
    assert.is(await other.exited, 0);
    const [id] = readdirSync(recordings);
    const document = JSON.parse(
      readFileSync(path.join(recordings, id, 'recording.json'), 'utf8'),
    ) as RecordingDocument;
    assert.ok(document.endedAt && document.checksums);
  } finally {
    await other.discard();
  }
});

test.run();

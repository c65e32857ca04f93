/** A room with a microphone and a loudspeaker, on a real-time sound device: called, calling, in a conference, unplugged. */
import { execFileSync } from 'node:child_process';
import { open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Box, phones, type Room } from '../support/box.js';
import { inputEvent, KEY } from '../support/input-event.js';
import { FarEnd, RATE, SoundServer, soundServerMissing } from '../support/sound-server.js';
import { Refused } from '../support/test-phone.js';
import { amplitudeOf, decibels, toneSource } from '../support/tone.js';

const test = suite('audio ports');

type Port = { number: string; state: string; trouble: string; call?: { state: string } };
type Alarms = { alarms: { code: string; text: string }[] };

const OF_PHONE = 1000;
const OF_ROOM = 1700;
/** With which a loudspeaker says that it has answered. */
const OF_ANSWER = 880;
const AMPLITUDE = 6000;
const config = {
  version: 1,
  extensions: phones(2),
  conferences: [{ number: '800', description: 'Weekly', type: 'static', pin: '1234' }],
};
const device = { capture: 'port_in', playback: 'port_out', rate: RATE };
const room = { role: 'room', ...device, calls: '800' };

let sound: SoundServer;
let box: Box;
let far: FarEnd;
let button: FileHandle;

/** What a port is said to be, once it is so. */
const until = (number: string, holds: (port: Port) => boolean) =>
  box.until<Port[]>(
    'audio-ports',
    (ports) => ports.some((port) => port.number === number && holds(port)),
    20_000,
  );
const there = (number: string) => until(number, ({ state }) => state === 'there');

async function configure(number: string, settings: object): Promise<void> {
  const answer = await box.ask(`config/audioPorts/${number}`, 'PUT', settings);
  assert.is(answer.status, 200, await answer.text());
}

/** How loud a tone is in what somebody hears, dB against how it was said. */
const levelOf = (samples: Int16Array, hz: number, rate = 8000) =>
  decibels(amplitudeOf(samples, hz, rate), AMPLITUDE);

/** The greatest amplitude that a tone had for 100 ms. */
function loudest(samples: Int16Array, hz: number, rate: number): number {
  let most = 0;
  for (let at = 0; at + rate / 10 <= samples.length; at += rate / 20)
    most = Math.max(most, amplitudeOf(samples.subarray(at, at + rate / 10), hz, rate));
  return most;
}

/** Listens until a tone is there, or is gone; then for a second: how loud it is. */
async function heardAs(
  listen: (frames: number) => Promise<Int16Array>,
  hz: number,
  rate: number,
): Promise<number> {
  for (let at = 0; at < 20; at += 1) if (levelOf(await listen(10), hz, rate) > -6) break;
  return levelOf(await listen(50), hz, rate);
}

async function setUp(): Promise<void> {
  sound = await SoundServer.start();
  box = await Box.start(config);
  const pipe = path.join(sound.directory, 'button');
  execFileSync('mkfifo', [pipe]);
  await configure('701', { ...room, button: pipe });
  button = await open(pipe, 'w');
  far = await FarEnd.open();
  far.source = toneSource(OF_ROOM, AMPLITUDE, far.rate);
  await there('701');
}

async function tearDown(): Promise<void> {
  await far.close();
  await button.close();
  assert.is((await box.ask('config/audioPorts/701', 'DELETE')).status, 200);
  await box.stop();
  await sound.stop();
}

const missing = soundServerMissing();
if (missing !== '') test(`SKIPPED: ${missing}`, () => console.log(`SKIPPED: audio ports (${missing})`));
else {
  test.before(setUp);
  test.after(tearDown);

  test('a phone calls the room: it answers with a tone, both hear each other as loud as they speak', async () => {
    const phone = await box.phone('101');
    const listening = far.hear(1500);
    const call = await phone.dial('701');
    assert.ok(loudest(await listening, OF_ANSWER, far.rate) > 1000, 'the tone with which it answers');
    call.ear.source = toneSource(OF_PHONE, AMPLITUDE);
    const atPhone = await heardAs((frames) => call.ear.listen(frames), OF_ROOM, 8000);
    const atRoom = await heardAs((frames) => far.hear(frames * 20), OF_PHONE, far.rate);
    assert.ok(Math.abs(atPhone) < 1, `the phone hears the room at ${atPhone.toFixed(1)} dB`);
    assert.ok(Math.abs(atRoom) < 1, `the room hears the phone at ${atRoom.toFixed(1)} dB`);
    const own = levelOf(await call.ear.listen(50), OF_PHONE);
    assert.ok(own < -40, `the phone hears itself at ${own.toFixed(1)} dB`);

    // While one speaks, the other is not heard, once that is wished.
    await configure('701', { ...room, button: path.join(sound.directory, 'button'), halfDuplex: true });
    await call.ear.listen(25);
    const softened = levelOf(await call.ear.listen(50), OF_ROOM);
    assert.ok(softened < -30, `the phone hears the room at ${softened.toFixed(1)} dB while it speaks`);
    await configure('701', { ...room, button: path.join(sound.directory, 'button') });

    const other = await box.phone('102');
    const refused = await other.dial('701').catch((error: Refused) => error);
    assert.is((refused as Refused).status, 486, 'it has one call at a time');
    await call.hangUp();
    await until('701', (port) => port.call === undefined);
  });

  test('its button calls the conference, without a PIN; there it is a leg like any other; a second press leaves', async () => {
    await button.write(inputEvent(KEY, 1));
    await box.insideAre('800', '701');
    const phone = await box.phone('101');
    const call = await phone.dial('800');
    call.ear.keys('1234#');
    call.ear.source = toneSource(OF_PHONE, AMPLITUDE);
    await box.insideAre('800', '101', '701');
    const atPhone = await heardAs((frames) => call.ear.listen(frames), OF_ROOM, 8000);
    const atRoom = await heardAs((frames) => far.hear(frames * 20), OF_PHONE, far.rate);
    assert.ok(Math.abs(atPhone) < 1 && Math.abs(atRoom) < 1, `${atPhone} dB, ${atRoom} dB`);
    await button.write(inputEvent(KEY, 1));
    await box.insideAre('800', '101');
    await call.hangUp();
  });

  test('the device dies in a conference: the others go on, and when it is back it calls again', async () => {
    const call = await (await box.phone('101')).dial('800');
    call.ear.keys('1234#');
    assert.is((await box.ask('audio-ports/701/press', 'POST')).status, 204);
    await box.insideAre('800', '101', '701');
    await sound.kill();
    await box.insideAre('800', '101');
    const { alarms } = await box.until<Alarms>('status', (status) => status.alarms.length > 0);
    assert.match(alarms[0].text, /^audio port 701: .*it is tried again/);
    assert.is((await box.ask('audio-ports/701/press', 'POST')).status, 409);
    await sound.run();
    await there('701');
    await box.until<Alarms>('status', (status) => status.alarms.length === 0);
    assert.is((await box.ask('audio-ports/701/press', 'POST')).status, 204);
    await box.insideAre('800', '101', '701');
    await call.hangUp();
    await box.ask('audio-ports/701/press', 'POST');
    await box.until<Room[]>('conferences', ({ length }) => length === 0);
  });
}

test.run();

/** Hold and resume, in every way phones say it. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Box, phones, withBox, type Room } from '../support/box.js';
import type { TestCall } from '../support/test-call.js';
import { amplitudeOf, decibels, rms, toneSource } from '../support/tone.js';

const test = suite('hold');
const AMPLITUDE = 4000;

let box: Box;
test.before(async () => {
  box = await Box.start({
    version: 1,
    extensions: phones(8),
    conferences: [{ number: '800', description: 'Open', type: 'static' }],
  });
});
test.after(() => box.stop());

async function dialIn(...numbers: string[]): Promise<TestCall[]> {
  const calls: TestCall[] = [];
  for (const number of numbers) calls.push(await (await box.phone(number)).dial('800'));
  await box.inside(numbers.length);
  await Promise.all(calls.map((call) => call.ear.listen(60))); // the enter tones
  return calls;
}

/** Packets of what an ear has kept that are louder than a whisper. */
function loudPackets({ ear }: TestCall): number {
  return ear.packets.filter(({ payload }) => rms(ear.voice.decode(payload)) > 40).length;
}

/** How loud it hears the tone, a little later. */
async function levelAgain({ ear }: TestCall): Promise<number> {
  await ear.listen(20);
  return decibels(amplitudeOf(await ear.listen(50), 600), AMPLITUDE);
}

const dialects: [
  name: string,
  hold: (call: TestCall) => Promise<{ status: number; body: Buffer }>,
  answer: RegExp,
][] = [
  ['sendonly', (call) => call.reinvite('sendonly'), /a=recvonly/],
  ['inactive', (call) => call.reinvite('inactive'), /a=inactive/],
  ['0.0.0.0', (call) => call.reinviteWith(call.sdp('sendrecv', '0.0.0.0')), /a=inactive/],
  ['0.0.0.0 and sendonly', (call) => call.reinviteWith(call.sdp('sendonly', '0.0.0.0')), /a=inactive/],
  ['no offer', (call) => call.reinviteWith('', call.sdp('sendonly')), /a=sendrecv/],
];

test('in a conference, hold music of a phone is heard by nobody; resumed, it is heard again', async () => {
  const [holder, ...others] = await dialIn('101', '102', '103');
  for (const [name, hold, answer] of dialects) {
    holder.ear.source = toneSource(600, AMPLITUDE); // the music begins with the re-INVITE
    const { status, body } = await hold(holder);
    for (const { ear } of others) ear.packets.length = 0; // from the answer on, nobody hears it
    assert.is(status, 200, name);
    assert.match(body.toString(), answer, name);
    while (others[0].ear.packets.length < 40) await new Promise((resolve) => setTimeout(resolve, 20));
    for (const other of others)
      assert.ok(loudPackets(other) <= 1, `${name}: ${loudPackets(other)} packets heard`);
    const [room] = await box.get<Room[]>('conferences');
    assert.equal(
      room.participants.map(({ held }) => held),
      [true, false, false],
      name,
    );
    // Resumed by an offer, or by the answer to ours.
    if (name === 'no offer') await holder.reinviteWith('', holder.sdp());
    else await holder.reinvite('sendrecv');
    for (const level of await Promise.all(others.map(levelAgain)))
      assert.ok(Math.abs(level) < 1, `${name}: ${level.toFixed(1)} dB after the hold`);
    holder.ear.source = () => new Int16Array(160);
    await others[0].ear.listen(15);
  }
  for (const call of [holder, ...others]) await call.hangUp();
});

test('a re-INVITE that cannot be met leaves the call as it was', async () => {
  const [one, other] = await dialIn('101', '102');
  one.ear.source = toneSource(600, AMPLITUDE);
  assert.is((await one.reinviteWith(one.sdp().replace(/ (0|8) 101/, ' 18'))).status, 488);
  await other.ear.listen(20);
  assert.ok(Math.abs(decibels(amplitudeOf(await other.ear.listen(50), 600), AMPLITUDE)) < 1);
  // An answer to our own offer that nobody could work with ends the call.
  await one.reinviteWith('', one.sdp().replace(/ (0|8) 101/, ' 18'));
  await one.ended;
  await other.hangUp();
});

test('a call that begins on hold: the caller is silent and hears nothing until it resumes', async () => {
  const [other] = await dialIn('102');
  const phone = await box.phone('101');
  const call = await phone.dialWith('800', await phone.ear(), { direction: 'sendonly' });
  call.ear.source = toneSource(600, AMPLITUDE);
  const room = await box.until<Room[]>('conferences', ([open]) => open?.participants.length === 2);
  assert.equal(
    room[0].participants.map(({ held }) => held),
    [false, true],
  );
  await other.ear.listen(100); // the music of being alone, the enter tone
  assert.ok(amplitudeOf(await other.ear.listen(50), 600) < 40);
  await call.reinvite('sendrecv');
  await other.ear.listen(20);
  assert.ok(Math.abs(decibels(amplitudeOf(await other.ear.listen(50), 600), AMPLITUDE)) < 1);
  await call.hangUp();
  await other.hangUp();
});

test('both hold each other, one resumes: it hears music until the other resumes too', async () => {
  const [a, b] = await Promise.all(['107', '108'].map((number) => box.phone(number)));
  const accepted = new Promise<TestCall>((resolve) => {
    b.onIncoming = (transaction) => void b.accept(transaction).then(resolve);
  });
  const one = await a.dial('108');
  const other = await accepted;
  await one.reinvite('sendonly');
  await other.reinvite('inactive');
  await one.reinvite('sendrecv');
  await one.ear.listen(50);
  assert.ok(rms(await one.ear.listen(100)) > 100, 'music');
  other.ear.source = toneSource(600, AMPLITUDE);
  await other.reinvite('sendrecv');
  await one.ear.listen(20);
  const heard = await one.ear.listen(50);
  assert.ok(Math.abs(rms(heard) - AMPLITUDE / Math.SQRT2) < 100, 'nothing but the other');
  await one.hangUp();
  await other.ended;
});

test('a phone that vanishes is hung up when no audio has come for the time set; one on hold is not', async () => {
  await withBox(
    {
      version: 1,
      network: { rtpTimeoutSeconds: 1 },
      extensions: phones(2),
      conferences: [{ number: '800', description: 'Open', type: 'static' }],
    },
    async (own) => {
      const [gone, held] = await Promise.all(['101', '102'].map((number) => own.phone(number)));
      const call = await held.dial('800');
      await call.reinvite('inactive');
      call.ear.quiet = true;
      const silent = await gone.dial('800');
      await silent.ear.listen(50);
      silent.ear.quiet = true;
      await silent.ended;
      assert.is((await own.get<Room[]>('conferences'))[0].participants.length, 1);
      await call.hangUp();
    },
  );
});

test.run();

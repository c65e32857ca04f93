/** Whole-box scenarios: phones dial in and talk. */
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Box, phones, withBox, type Room, type Status } from '../support/box.js';
import { responseTo, type ServerTransaction } from '../../firmware/sip/server-transactions.js';
import type { Endpoint } from '../../firmware/sip/transport.js';
import type { TestCall } from '../support/test-call.js';
import { Refused } from '../support/test-phone.js';
import { amplitudeOf, decibels, rms, toneSource } from '../support/tone.js';

const test = suite('conferences');

const config = {
  version: 1,
  extensions: phones(8),
  conferences: [
    { number: '800', description: 'Weekly', type: 'static', pin: '1234', maxParticipants: 10 },
    { number: '801', description: 'Ad hoc', type: 'dynamic' },
    { number: '802', description: 'Open', type: 'static' },
    { number: '803', description: 'For two', type: 'static', maxParticipants: 2 },
  ],
};

let box: Box;
/** Half a minute passes meanwhile. */
let afterACall: Promise<{ fresh: Status; after: Status }>;
test.before(async () => {
  box = await Box.start(config);
  afterACall = oneCall();
  afterACall.catch(() => {}); // is told where it is awaited
});
test.after(() => box.stop());
test.after.each(() => box.nothingIsLeft());

/** Waits until a room has so many inside. */

test('six callers, mu-law and A-law: each hears the five others and not itself', async () => {
  const tones = [470, 615, 835, 970, 1180, 1355];
  const amplitude = 3000;
  const calls: TestCall[] = [];
  for (const [index, hz] of tones.entries()) {
    const phone = await box.phone(String(101 + index), { voice: index % 2 ? 'PCMA' : 'PCMU' });
    const call = await phone.dial('800');
    call.ear.source = toneSource(hz, amplitude);
    call.ear.keys('1234#');
    calls.push(call);
  }
  await box.inside(6, '800');
  // The last enter tone and the prompts are over when a second has gone by.
  await Promise.all(calls.map((call) => call.ear.listen(75)));
  const heard = await Promise.all(calls.map((call) => call.ear.listen(100)));
  for (const [ear, samples] of heard.entries())
    for (const [mouth, hz] of tones.entries()) {
      const level = decibels(amplitudeOf(samples, hz), amplitude);
      // Exact absence is for mix-bus.test. What mu-law makes of the other tones falls on none of these.
      if (ear === mouth) assert.ok(level < -40, `caller ${ear} hears itself at ${level.toFixed(1)} dB`);
      else assert.ok(Math.abs(level) < 1, `caller ${ear} hears ${mouth} at ${level.toFixed(1)} dB`);
    }
  assert.not.match(box.log, /1234/, 'a PIN in the log');
});

test('three wrong PINs and the box hangs up; keys by INFO open the door too', async () => {
  const call = await (await box.phone('101')).dial('800');
  call.ear.keys('1#2#3#');
  await call.ended;
  const other = await (await box.phone('102')).dial('800');
  for (const digit of '1234#') assert.is((await other.info(digit)).status, 200);
  await box.inside(1, '800');
});

test('a phone without telephone events keys its PIN in tones; nobody inside hears a key', async () => {
  const [a, b] = [await box.phone('101'), await box.phone('102', { events: false, voice: 'PCMA' })];
  const inRoom = await a.dial('800');
  inRoom.ear.keys('1234#');
  await box.inside(1, '800');
  const call = await b.dial('800');
  call.ear.keyTones('1234#');
  await box.inside(2, '800');
  // The enter tone is over when a second has gone by.
  await inRoom.ear.listen(50);
  call.ear.keyTones('1234567890');
  const heard = await inRoom.ear.listen(120);
  for (const hz of [697, 770, 852, 941, 1209, 1336, 1477])
    assert.ok(amplitudeOf(heard, hz) < 30, `a key's ${hz} Hz`);
  assert.ok(rms(heard) < 60, `${rms(heard)}`);
  assert.not.match(box.log, /1234/, 'a PIN in the log');
});

test('a phone that sends each key as tone and by INFO at once: each counts once', async () => {
  const call = await (await box.phone('101', { events: false })).dial('800');
  for (const digit of '1234#') {
    call.ear.keyTones(digit);
    await call.info(digit);
    await call.ear.listen(15);
  }
  await box.inside(1, '800');
});

test('the last seat: of two callers one enters, the other hears that it is full and is hung up', async () => {
  const [a, b, c] = await Promise.all(['101', '102', '103'].map((number) => box.phone(number)));
  await a.dial('803');
  await box.inside(1, '803');
  const [one, other] = await Promise.all([b.dial('803'), c.dial('803')]);
  await Promise.race([one.ended, other.ended]);
  await box.inside(2, '803');
  assert.is([...b.calls, ...c.calls].length, 1);
});

test('alone: the prompt, then music; company stops it; alone again, it comes back', async () => {
  const first = await (await box.phone('101')).dial('802');
  await box.inside(1, '802');
  const loud = async (call: TestCall, frames: number) => rms(await call.ear.listen(frames)) > 100;
  assert.ok(await loud(first, 100), 'the prompt');
  await first.ear.listen(150);
  assert.ok(await loud(first, 100), 'the music');
  const second = await (await box.phone('102')).dial('802');
  await box.inside(2, '802');
  await first.ear.listen(40);
  assert.not(await loud(first, 50), 'silence in company');
  assert.not(await loud(second, 50), 'silence in company');
  await second.hangUp();
  await box.inside(1, '802');
  await first.ear.listen(25);
  assert.ok(await loud(first, 100), 'alone again');
});

test('dynamic: two callers with the same new number at once: one opens it, the other needs its PIN', async () => {
  const [a, b, c] = await Promise.all(['101', '102', '103'].map((number) => box.phone(number)));
  const [one, other] = await Promise.all([a.dial('801'), b.dial('801')]);
  one.ear.keys('555#77#');
  other.ear.keys('555#88#');
  const [room] = await box.until<Room[]>('conferences', (rooms) => rooms[0]?.participants.length === 1);
  const [winner, loser, pin] =
    room.participants[0].number === '101' ? [one, other, '77'] : [other, one, '88'];
  loser.ear.keys(`${pin}#`);
  await box.inside(2, '801');
  await winner.hangUp();
  await loser.hangUp();
  await box.until<Room[]>('conferences', (rooms) => rooms.length === 0);
  // The number is new again: another PIN opens it.
  (await c.dial('801')).ear.keys('555#99#');
  await box.inside(1, '801');
});

test('a caller on hold is silent to the others, keeps the seat, and is heard again', async () => {
  const [a, b] = await Promise.all(['101', '102'].map((number) => box.phone(number)));
  const [one, other] = [await a.dial('802'), await b.dial('802')];
  await box.inside(2, '802');
  one.ear.source = toneSource(600, 4000);
  await other.ear.listen(50);
  assert.ok(Math.abs(decibels(amplitudeOf(await other.ear.listen(50), 600), 4000)) < 1);
  assert.is((await one.reinvite('sendonly')).status, 200);
  await other.ear.listen(10);
  assert.ok(decibels(amplitudeOf(await other.ear.listen(50), 600), 4000) < -60);
  const [room] = await box.get<Room[]>('conferences');
  assert.equal(
    room.participants.map(({ held }) => held),
    [true, false],
  );
  assert.is((await one.reinvite('sendrecv')).status, 200);
  await other.ear.listen(20);
  assert.ok(Math.abs(decibels(amplitudeOf(await other.ear.listen(50), 600), 4000)) < 1);
});

test('extensions call each other: all phones ring, the first to answer talks, the other is cancelled', async () => {
  const [a, b1, b2] = await Promise.all(['101', '102', '102'].map((number) => box.phone(number)));
  let rings = (): void => {};
  const ringing = new Promise<void>((resolve) => (rings = resolve));
  const cancelled = new Promise<void>((resolve) => {
    b2.onIncoming = (transaction) => {
      rings();
      transaction.respond(responseTo(transaction.request, 180, 'Ringing'));
      const answer = transaction.respond.bind(transaction);
      transaction.respond = (response) => {
        answer(response);
        if (response.status === 487) resolve();
      };
    };
  });
  const accepted = new Promise<TestCall>((resolve) => {
    b1.onIncoming = (transaction) => void ringing.then(() => b1.accept(transaction)).then(resolve);
  });
  const call = await a.dial('102');
  await cancelled;
  const answered = await accepted;
  call.ear.source = toneSource(500, 4000);
  answered.ear.source = toneSource(700, 4000);
  await call.ear.listen(20);
  const [atA, atB] = await Promise.all([call.ear.listen(50), answered.ear.listen(50)]);
  assert.ok(Math.abs(decibels(amplitudeOf(atA, 700), 4000)) < 1);
  assert.ok(Math.abs(decibels(amplitudeOf(atB, 500), 4000)) < 1);
  await call.hangUp();
  await answered.ended;
});

test('whoever calls an extension hears it ring, then busy if it is in vain; whoever is held hears music', async () => {
  const [a, b] = await Promise.all(['101', '102'].map((number) => box.phone(number)));
  const ear = await a.ear();
  const rings = new Promise<ServerTransaction>((resolve) => {
    b.onIncoming = (transaction) => {
      transaction.respond(responseTo(transaction.request, 180, 'Ringing'));
      resolve(transaction);
    };
  });
  const dialled = a.dialWith('102', ear);
  const invite = await rings;
  await ear.listen(20);
  const ringing = await ear.listen(50);
  for (const hz of [440, 480]) assert.ok(amplitudeOf(ringing, hz) > 2000, `ring-back at ${hz} Hz`);
  const { ear: held } = await b.accept(invite);
  const call = await dialled;
  call.ear.source = toneSource(600, 4000);
  await held.listen(20);
  assert.ok(Math.abs(decibels(amplitudeOf(await held.listen(50), 600), 4000)) < 1);
  await call.reinvite('sendonly');
  await held.listen(50);
  assert.ok(rms(await held.listen(100)) > 100, 'music');
  await call.reinvite('sendrecv');
  await held.listen(20);
  const again = await held.listen(50);
  assert.ok(Math.abs(decibels(amplitudeOf(again, 600), 4000)) < 1);
  assert.ok(Math.abs(rms(again) - 4000 / Math.SQRT2) < 100, 'nothing but the other is heard');
  await call.hangUp();

  const second = await a.ear();
  b.onIncoming = (transaction) => {
    transaction.respond(responseTo(transaction.request, 180, 'Ringing'));
    void second.listen(10).then(() => transaction.respond(responseTo(transaction.request, 486, 'Busy Here')));
  };
  const inVain = a.dialWith('102', second);
  await second.listen(1);
  let busy = false;
  while (!busy) busy = amplitudeOf(await second.listen(15), 620) > 1500;
  assert.instance(await inVain.catch((error: unknown) => error), Refused);
});

test('refusals: an unknown number, an extension without phones, a wrong password', async () => {
  const phone = await box.phone('101');
  const status = (promise: Promise<unknown>) =>
    promise.then(
      () => 200,
      (error: unknown) => (error instanceof Refused ? error.status : Promise.reject(error as Error)),
    );
  assert.is(await status(phone.dial('999')), 404);
  assert.is(await status(phone.dial('108')), 480);
  assert.is(await status(box.phone('102', { password: 'guess-1' })), 401);
});

test('SIGTERM in the middle of calls: each caller gets a BYE', async () => {
  const calls = await Promise.all(
    ['101', '102'].map(async (number) => (await box.phone(number)).dial('802')),
  );
  await box.inside(2, '802');
  box.process.kill('SIGTERM');
  await Promise.all(calls.map((call) => call.ended));
  assert.is(await box.exited, 0);
  await box.discard();
  box = await Box.start(config);
});

test('random datagrams on the SIP port and the audio ports: calls go on', async () => {
  const [a, b] = await Promise.all(['101', '102'].map((number) => box.phone(number)));
  const [one, other] = [await a.dial('802'), await b.dial('802')];
  await box.inside(2, '802');
  one.ear.source = toneSource(600, 4000);
  await sprayDatagrams([box.sip, one.ear.remote, other.ear.remote], 1000);
  await other.ear.listen(25);
  assert.ok(Math.abs(decibels(amplitudeOf(await other.ear.listen(50), 600), 4000)) < 1);
  assert.equal((await box.get<Status>('status')).alarms, []);
});

test('half a minute after a call nothing of it is left: no dialog, transaction or timer', async () => {
  const { fresh, after } = await afterACall;
  assert.is(after.sip.dialogs, 0);
  assert.ok(after.timers <= fresh.timers, 'those of the start alone may be over');
});

/** A box of its own before a call, and when the transactions of the call are over. */
async function oneCall(): Promise<{ fresh: Status; after: Status }> {
  let [fresh, after]: Status[] = [];
  await withBox(config, async (alone) => {
    fresh = await alone.get('status');
    const phone = await alone.phone('101');
    const call = await phone.dial('800');
    call.ear.keys('1234#');
    await alone.inside(1, '800');
    await call.hangUp();
    after = await alone.until<Status>('status', ({ sip }) => sip.transactions === 0, 45_000);
  });
  return { fresh, after };
}

/** Sends `count` datagrams of random length and content, some beginning as SIP or RTP do, to each target. */
async function sprayDatagrams(targets: Endpoint[], count: number): Promise<void> {
  const socket = createSocket('udp4');
  const beginnings = [
    Buffer.alloc(0),
    Buffer.from('INVITE sip:800@x SIP/2.0\r\nVia: '),
    Buffer.from([0x80, 0]),
  ];
  for (let n = 0; n < count; n += 1)
    for (const { address, port } of targets) {
      const datagram = Buffer.concat([beginnings[n % 3], randomBytes((n * 7) % 1400)]);
      await new Promise((resolve) => socket.send(datagram, port, address, resolve));
    }
  await new Promise<void>((resolve) => socket.close(resolve));
}

test.run();

/** Transfers: the phones ask, the box moves the legs. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { responseTo, type ServerTransaction } from '../../firmware/sip/server-transactions.js';
import { Box, phones, type Room } from '../support/box.js';
import { hearEachOther } from '../support/hear-each-other.js';
import { TestCall } from '../support/test-call.js';
import { Refused, type TestPhone } from '../support/test-phone.js';
import { amplitudeOf } from '../support/tone.js';

const test = suite('transfer');

let box: Box;
let boss: TestPhone;
let ann: TestPhone;
let bob: TestPhone;
let guest: TestPhone;
test.before(async () => {
  box = await Box.start({
    version: 1,
    extensions: phones(5),
    conferences: [
      { number: '800', description: 'Open', type: 'static' },
      { number: '801', description: 'Guarded', type: 'static', pin: '1234' },
    ],
  });
});
test.before.each(async () => {
  [boss, ann, bob, guest] = await Promise.all(
    ['101', '102', '103', '104'].map((number) => box.phone(number)),
  );
});
test.after(() => box.stop());
test.after.each(() => box.nothingIsLeft());

/** Calls a phone, which answers: both ends. */
async function talk(caller: TestPhone, number: string, called: TestPhone): Promise<[TestCall, TestCall]> {
  const answered = called.next();
  return [await caller.dial(number), await answered];
}

test('blind, to an extension: the party hears it ring, then the new one; the phone that asked is let go', async () => {
  const [call, party] = await talk(boss, '102', ann);
  await call.reinvite('sendonly');
  const rings = new Promise<ServerTransaction>((resolve) => {
    bob.onIncoming = (transaction) => {
      transaction.respond(responseTo(transaction.request, 180, 'Ringing'));
      resolve(transaction);
    };
  });
  assert.is(await call.refer('103'), 202);
  const invite = await rings;
  assert.match(invite.request.headers.get('From')!, /Phone 102/, 'the party is shown, not who transfers');
  await party.ear.listen(20);
  assert.ok(amplitudeOf(await party.ear.listen(50), 440) > 2000, 'ring-back');
  const target = await bob.accept(invite);
  assert.is(await call.outcome(), 200);
  assert.equal(call.reports, [100, 180, 200]);
  await call.ended;
  await hearEachOther(party, target);
  await party.hangUp();
  await target.ended;
});

test('blind, asked by the called phone, to a number that is busy: both talk again', async () => {
  const [party, call] = await talk(boss, '102', ann);
  bob.refuse(486);
  assert.is(await call.refer('103'), 202);
  assert.is(await call.outcome(), 486);
  await hearEachOther(party, call);
  assert.is(await call.refer('999'), 404, 'nobody has that number');
  assert.is(await call.refer('105'), 202, 'no phone there');
  await hearEachOther(party, call);
  await call.hangUp();
  await party.ended;
});

test('blind, and the phone that asked hangs up at once: the party is connected, or hears that it was in vain', async () => {
  const [call, party] = await talk(boss, '102', ann);
  const rings = bob.next();
  await call.refer('103');
  await call.hangUp();
  await hearEachOther(party, await rings);
  await party.hangUp();

  const [again, other] = await talk(boss, '102', ann);
  bob.refuse(486);
  await again.refer('103');
  await again.hangUp();
  await other.ended;
});

test('blind, to a conference: the party stands at its door', async () => {
  const [call, party] = await talk(boss, '102', ann);
  assert.is(await call.refer('801'), 202);
  assert.is(await call.outcome(), 200);
  await call.ended;
  party.ear.keys('1234#');
  await box.insideAre('801', '102');
  await party.hangUp();
});

test('attended: two calls of a phone are joined', async () => {
  const [first, party] = await talk(boss, '102', ann);
  await first.reinvite('sendonly');
  const [second, target] = await talk(boss, '103', bob);
  assert.is(await first.refer('103', second), 202);
  assert.is(await first.outcome(), 200);
  await Promise.all([first.ended, second.ended]);
  await hearEachOther(party, target);
  await target.hangUp();
  await party.ended;
});

for (const answers of [true, false])
  test(`attended while the second call still rings: it rings for the party, who ${answers ? 'gets it' : 'is given back'}`, async () => {
    const [first, party] = await talk(boss, '102', ann);
    await first.reinvite('sendonly');
    const rings = new Promise<ServerTransaction>((resolve) => {
      bob.onIncoming = (transaction) => {
        transaction.respond(responseTo(transaction.request, 180, 'Ringing'));
        resolve(transaction);
      };
    });
    const second = new TestCall(boss, await boss.ear());
    const dialled = boss.dialWith('103', second.ear, {}, second).catch((error: unknown) => error);
    const invite = await rings;
    await second.rings;
    assert.is(await first.refer('103', second), 202);
    assert.is(((await dialled) as Refused).status, 480);
    await party.ear.listen(20);
    assert.ok(amplitudeOf(await party.ear.listen(50), 440) > 2000, 'ring-back');
    if (answers) {
      const target = await bob.accept(invite);
      assert.is(await first.outcome(), 200);
      await first.ended;
      await hearEachOther(party, target);
      await party.hangUp();
      await target.ended;
    } else {
      invite.respond(responseTo(invite.request, 486, 'Busy Here'));
      assert.is(await first.outcome(), 486);
      await first.reinvite('sendrecv');
      await hearEachOther(first, party);
    }
  });

test('attended, of two calls into a conference: both parties are in, without a PIN, and the phone is out', async () => {
  const member = await guest.dial('801');
  member.ear.keys('1234#');
  await box.insideAre('801', '104');
  for (const [number, phone] of [
    ['102', ann],
    ['103', bob],
  ] as const) {
    const [call] = await talk(boss, number, phone);
    await call.reinvite('sendonly');
    const room = await boss.dial('801');
    room.ear.keys('1234#');
    await box.until<Room[]>('conferences', ([open]) =>
      open.participants.some((one) => one.number === '101' && one.place === 'inside'),
    );
    // Either of the two calls may be the one that bears the REFER.
    const outcome = number === '102' ? [call, room] : [room, call];
    assert.is(await outcome[0].refer('801', outcome[1]), 202);
    assert.is(await outcome[0].outcome(), 200);
    await Promise.all([call.ended, room.ended]);
  }
  await box.insideAre('801', '102', '103', '104');
  const [one] = ann.calls;
  await hearEachOther(member, one as TestCall);
});

test('a member asks for an extension: it is called into the conference, and the member may leave', async () => {
  const call = await boss.dial('801');
  call.ear.keys('1234#');
  await box.insideAre('801', '101');
  const rings = ann.next();
  assert.is(await call.refer('102'), 202);
  const invited = await rings;
  assert.is(await call.outcome(), 200);
  await box.insideAre('801', '101', '102');
  await invited.ear.listen(50);
  await hearEachOther(call, invited);
  assert.is(await call.refer('800'), 403, 'a conference cannot be led into another');
  await call.hangUp();
  await box.insideAre('801', '102');
});

test('Replaces: a second phone of an extension takes its call over; nobody else can', async () => {
  const [call, party] = await talk(boss, '102', ann);
  const second = await box.phone('101');
  const stolen = guest.dialWith('102', await guest.ear(), { replaces: call });
  assert.equal(await stolen.catch((error: unknown) => (error as Refused).status), 403);
  const [own] = await talk(guest, '103', bob);
  assert.is(await own.refer('102', call), 403, 'nor by transfer');
  await own.hangUp();
  const taken = await second.dialWith('102', await second.ear(), { replaces: call });
  await call.ended;
  await hearEachOther(taken, party);
  const late = second.dialWith('102', await second.ear(), { replaces: call });
  assert.equal(await late.catch((error: unknown) => (error as Refused).status), 481);
  await taken.hangUp();
  await party.ended;
});

test('a phone that says 302 is followed to another extension, in a circle once, and elsewhere never', async () => {
  ann.refuse(302, '103');
  const rings = bob.next();
  const call = await boss.dial('102');
  const target = await rings;
  await hearEachOther(call, target);
  await call.hangUp();
  for (const [theirs, ours] of [
    ['102', 480],
    ['800', 480],
    ['999', 480],
  ] as const) {
    bob.refuse(302, theirs);
    const status = await boss.dial('102').catch((error: unknown) => (error as Refused).status);
    assert.is(status, ours, `102 to 103 to ${theirs}`);
  }
});

test.run();

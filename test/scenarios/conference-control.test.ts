/** Phones have people called into conferences and put out of them (RFC 4579). */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { responseTo, type ServerTransaction } from '../../firmware/sip/server-transactions.js';
import { Box, phones } from '../support/box.js';
import type { TestCall } from '../support/test-call.js';
import { Refused, type TestPhone } from '../support/test-phone.js';

const test = suite('conference control');

let box: Box;
let boss: TestPhone;
let ann: TestPhone;
let bob: TestPhone;
let guest: TestPhone;
test.before(async () => {
  box = await Box.start({
    version: 1,
    extensions: phones(4),
    conferences: [
      { number: '800', description: 'Open', type: 'static' },
      { number: '801', description: 'Guarded', type: 'static', pin: '1234' },
      { number: '802', description: 'Ad hoc', type: 'dynamic' },
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

const refusal = (asked: Promise<unknown>) =>
  asked.then(
    () => assert.unreachable('it was not refused'),
    (error: unknown) => (error as Refused).status,
  );

/** A call into the guarded conference, with its PIN. */
async function enter(phone: TestPhone): Promise<TestCall> {
  const call = await phone.dial('801');
  call.ear.keys('1234#');
  return call;
}

/** The next call that comes to a phone, while it rings. */
const rings = (phone: TestPhone) =>
  new Promise<ServerTransaction>((resolve) => {
    phone.onIncoming = (transaction) => {
      transaction.respond(responseTo(transaction.request, 180, 'Ringing'));
      resolve(transaction);
    };
  });

test('a member has somebody called in outside any call, without a PIN, and puts them out again', async () => {
  await enter(boss);
  await box.insideAre('801', '101');
  const ringing = rings(ann);
  const reports = boss.refer('801', '102');
  const invited = await ann.accept(await ringing);
  assert.equal(await reports, [100, 180, 200]);
  await box.insideAre('801', '101', '102');
  assert.equal(await boss.refer('801', '102;method=BYE'), [100, 200]);
  await invited.ended;
  await box.insideAre('801', '101');
});

test('within its call, a member puts out whom it has called in, by number or by endpoint', async () => {
  const call = await enter(boss);
  await box.insideAre('801', '101');
  for (const how of ['number', 'endpoint']) {
    const answered = ann.next();
    assert.is(await call.refer('102'), 202);
    const invited = await answered;
    const [room] = await box.insideAre('801', '101', '102');
    const leg = room.participants.find(({ number }) => number === '102')!.id;
    assert.is(await call.putOut('102', leg + 1000), 404, 'no such endpoint');
    assert.is(await call.putOut('102', how === 'endpoint' ? leg : undefined), 202);
    await invited.ended;
    assert.is(await call.outcome(), 200);
  }
  await box.insideAre('801', '101');
});

test('nobody puts out others who came by themselves; of their own calls everybody may', async () => {
  const [call, second, other] = [await enter(boss), await enter(await box.phone('101')), await enter(ann)];
  await box.insideAre('801', '101', '101', '102');
  assert.is(await call.putOut('102'), 403, 'a member');
  assert.is(await refusal(guest.refer('801', '102;method=BYE')), 403, 'who is not inside');
  assert.is(await refusal(bob.refer('801', '101;method=BYE')), 403);
  assert.is(await call.putOut('103'), 404, 'who is not there');
  assert.is(await other.putOut('102'), 202, 'itself');
  await other.ended;
  assert.equal(await boss.refer('801', '101;method=BYE'), [100, 200]);
  await Promise.all([call.ended, second.ended]);
});

test('whom an account calls that is not inside stands at the door', async () => {
  const answered = ann.next();
  assert.equal(await boss.refer('801', '102'), [100, 200]);
  const invited = await answered;
  await box.until<unknown[]>('calls', (calls) => calls.length === 1);
  invited.ear.keys('1234#');
  await box.insideAre('801', '102');
  await invited.hangUp();
});

test('a room of a dynamic conference is there for its members alone', async () => {
  const call = await boss.dial('802');
  call.ear.keys('555#77#');
  await box.insideAre('802', '101');
  assert.is(await refusal(guest.refer('802-555', '102')), 404);
  assert.is(await refusal(guest.refer('802', '101;method=BYE')), 403);
  for (const name of ['802-555', '802']) {
    const answered = ann.next();
    assert.is((await boss.refer(name, '102')).at(-1), 200);
    await box.insideAre('802', '101', '102');
    await (await answered).hangUp();
  }
});

test('refused: numbers nobody has or that are no phone, what is no conference, a phone that is busy', async () => {
  assert.is(await refusal(boss.refer('800', '999')), 404);
  assert.is(await refusal(boss.refer('800', '801')), 403);
  assert.is(await refusal(boss.refer('102', '103')), 404);
  ann.refuse(486);
  assert.equal(await boss.refer('800', '102'), [100, 486]);
});

test('a phone called in by a member that leaves stops ringing; one that moved is followed', async () => {
  const call = await enter(boss);
  await box.insideAre('801', '101');
  ann.refuse(302, '103');
  const ringing = rings(bob);
  const reports = boss.refer('801', '102');
  await ringing;
  await call.hangUp();
  assert.equal(await reports, [100, 180, 487]);
  await box.until<unknown[]>('calls', (calls) => calls.length === 0);
});

test.run();

/** A moderator at the API, callers in the rooms: what is done is heard. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Box, phones, type Room } from '../support/box.js';
import type { TestCall } from '../support/test-call.js';
import { amplitudeOf, decibels, rms, toneSource } from '../support/tone.js';

const test = suite('moderation');

let box: Box;
test.before(async () => {
  box = await Box.start({
    version: 1,
    extensions: phones(4),
    conferences: [
      { number: '800', description: 'Open', type: 'static' },
      { number: '801', description: 'Ad hoc', type: 'dynamic' },
    ],
  });
});
test.after(() => box.stop());
test.after.each(async () => {
  for (const { id } of await box.get<Room[]>('conferences')) await done(`${id}/end`);
  await box.until<object[]>('calls', (calls) => calls.length === 0);
});

/** Does what a path below /conferences says. */
async function done(path: string, body?: object): Promise<void> {
  const answer = await box.ask(`conferences/${path}`, 'POST', body);
  assert.is(answer.status, 204, `${path}: ${await answer.text()}`);
}

/** The error that a path below /conferences is answered with. */
async function refused(path: string, status: number, body?: object): Promise<string> {
  const answer = await box.ask(`conferences/${path}`, 'POST', body);
  assert.is(answer.status, status, path);
  return ((await answer.json()) as { error: string }).error;
}

/** Ann and Bob are in; Ann says a tone. */
async function twoInside(): Promise<{ ann: TestCall; bob: TestCall; room: Room }> {
  const [ann, bob] = await Promise.all(['101', '102'].map(async (who) => (await box.phone(who)).dial('800')));
  const [room] = await box.inside(2);
  ann.ear.source = toneSource(600, 4000);
  await bob.ear.listen(40);
  return { ann, bob, room };
}

const idOf = (room: Room, who: string) => room.participants.find(({ number }) => number === who)!.id;
const levelAt = async ({ ear }: TestCall) => decibels(amplitudeOf(await ear.listen(40), 600), 4000);

test('muted: told so, silent to the others; unmuted: told so, heard again', async () => {
  const { ann, bob, room } = await twoInside();
  const path = `800/participants/${idOf(room, '101')}`;
  assert.ok(Math.abs(await levelAt(bob)) < 1);
  await done(`${path}/mute`);
  assert.ok(rms(await ann.ear.listen(50)) > 300, 'told');
  assert.ok((await levelAt(bob)) < -60, 'silent');
  assert.ok((await box.get<Room[]>('conferences'))[0].participants.some(({ muted }) => muted));
  await done(`${path}/unmute`);
  assert.ok(rms(await ann.ear.listen(50)) > 300, 'told');
  assert.ok(Math.abs(await levelAt(bob)) < 1, 'heard');
});

test('volume: the others hear so many dB more or less', async () => {
  const { bob, room } = await twoInside();
  const path = `800/participants/${idOf(room, '101')}/volume`;
  for (const gainDb of [12, -12, -5.5, 0]) {
    await done(path, { gainDb });
    await bob.ear.listen(20);
    const level = await levelAt(bob);
    assert.ok(Math.abs(level - gainDb) < 1, `${level} dB for ${gainDb} dB`);
  }
  for (const body of [{ gainDb: 13 }, { gainDb: '6' }, {}, { gainDb: 0, loud: true }]) {
    assert.match(await refused(path, 422, body), /gainDb|loud/);
  }
});

test('removed: the seat is free at once, a goodbye is heard, then the box hangs up', async () => {
  const { ann, bob, room } = await twoInside();
  await done(`800/participants/${idOf(room, '101')}/remove`);
  const [after] = await box.get<Room[]>('conferences');
  assert.equal(
    after.participants.map(({ number }) => number),
    ['102'],
  );
  assert.ok(rms(await ann.ear.listen(75)) > 300, 'told');
  await ann.ended;
  await box.inside(1);
  await bob.hangUp();
});

test('locked: whoever comes hears so and is hung up, those inside stay; unlocked: let in', async () => {
  const { room } = await twoInside();
  assert.not(room.locked);
  await done('800/lock');
  const cy = await box.phone('103');
  const late = await cy.dial('800');
  assert.ok(rms(await late.ear.listen(75)) > 300, 'told');
  await late.ended;
  const [locked] = await box.inside(2);
  assert.ok(locked.locked);
  await done('800/unlock');
  await cy.dial('800');
  await box.inside(3);
});

test('ended: everybody is said goodbye and hung up, also in a room of a dynamic conference', async () => {
  const { ann, bob } = await twoInside();
  const host = await (await box.phone('103')).dial('801');
  host.ear.keys('55##');
  await box.inside(1, '801-55');
  await done('801-55/end');
  await host.ended;
  await box.inside(2);
  await done('800/end');
  assert.equal(await box.get('conferences'), []);
  await Promise.all([ann.ended, bob.ended]);
});

test('an announcement or the tone for attention is heard by all', async () => {
  const { ann, bob } = await twoInside();
  ann.ear.source = () => new Int16Array(160);
  await bob.ear.listen(20);
  for (const announcement of ['attention', 'conference-locked']) {
    await done('800/announce', { announcement });
    const heard = await Promise.all([ann, bob].map(({ ear }) => ear.listen(75)));
    for (const samples of heard) assert.ok(rms(samples) > 300, announcement);
    await Promise.all([ann, bob].map(({ ear }) => ear.listen(40)));
  }
  assert.match(await refused('800/announce', 422, { announcement: 'hold-music' }), /attention, /);
});

test('what is not there is named', async () => {
  assert.match(await refused('805/lock', 404), /nobody is in a conference 805; none is in use/);
  await (await box.phone('101')).dial('800');
  await box.inside(1);
  assert.match(await refused('805/lock', 404), /in use: 800/);
  for (const id of ['999999', 'ann', '-1'])
    assert.match(await refused(`800/participants/${id}/mute`, 404), /conference 800 has no participant/);
});

test('a call is hung up; one that is gone cannot be', async () => {
  const { ann, bob } = await twoInside();
  const calls = await box.get<{ id: number; number: string }[]>('calls');
  const path = `calls/${calls.find(({ number }) => number === '101')!.id}/hang-up`;
  assert.is((await box.ask(path, 'POST')).status, 204);
  await ann.ended;
  await box.until<object[]>('calls', ({ length }) => length === 1);
  const again = await box.ask(path, 'POST');
  assert.is(again.status, 404);
  assert.match(await again.text(), /there is no call \d+/);
  await bob.hangUp();
});

test.run();

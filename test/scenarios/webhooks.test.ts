/** Webhooks of a box at work: another program is told what happens in the conferences. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Box, phones } from '../support/box.js';
import { Receiver } from '../support/receiver.js';

const test = suite('webhooks');

let box: Box;
let receiver: Receiver;
test.before(async () => {
  box = await Box.start({
    version: 1,
    extensions: phones(2),
    conferences: [{ number: '800', description: 'Weekly', type: 'static' }],
  });
});
test.after(() => box.stop());
test.before.each(async () => {
  receiver = await Receiver.open();
});
test.after.each(async () => {
  receiver.close();
  await (await box.ask('config/webhooks/crm', 'DELETE')).text();
});

type Deliveries = {
  waiting: number;
  deliveries: { event: string; state: string; attempts: number; status?: number; outcome?: string }[];
};

async function put(body: object, name = 'crm'): Promise<void> {
  const answer = await box.ask(`config/webhooks/${name}`, 'PUT', body);
  assert.is(answer.status, 200, await answer.clone().text());
  receiver.secret = ((await answer.json()) as { secret?: string }).secret ?? receiver.secret;
}

test('who starts, joins, leaves and ends is told in order, signed', async () => {
  await put({ url: receiver.url });
  const first = await (await box.phone('101')).dial('800');
  await receiver.until((told) => told.length === 2);
  const second = await (await box.phone('102')).dial('800');
  await receiver.until((told) => told.length === 3);
  await first.hangUp();
  await receiver.until((told) => told.length === 4);
  await second.hangUp();
  await receiver.until((told) => told.length === 6);
  const what = receiver.told.map(({ type, data }) => {
    const participant = data.participant as { number: string } | undefined;
    return participant ? `${type} ${participant.number}` : type;
  });
  assert.equal(what, [
    'conference.started',
    'participant.joined 101',
    'participant.joined 102',
    'participant.left 101',
    'participant.left 102',
    'conference.ended',
  ]);
  const [started, joined] = receiver.told;
  const conference = { id: '800', number: '800', description: 'Weekly', type: 'static' };
  assert.equal(started.data, { conference });
  const { id } = joined.data.participant as { id: number };
  assert.equal(joined.data, { conference, participant: { id, number: '101', name: 'Phone 101' } });
  assert.type(receiver.told[3].data.seconds, 'number');
  assert.is(new Set(receiver.told.map((one) => one.id)).size, 6);
});

test('a receiver that fails is told again, the same id, and the order stays; only what it wants', async () => {
  await put({ url: receiver.url, events: ['participant.joined', 'participant.left'] });
  receiver.answers.push(500, 503);
  const startMs = performance.now();
  const call = await (await box.phone('101')).dial('800');
  assert.ok(performance.now() - startMs < 3000, 'the call waits for nobody');
  await box.inside(1);
  await call.hangUp();
  await receiver.until((told) => told.length === 4);
  assert.equal(
    receiver.told.map(({ type }) => type),
    ['participant.joined', 'participant.joined', 'participant.joined', 'participant.left'],
  );
  assert.is(new Set(receiver.told.slice(0, 3).map(({ id }) => id)).size, 1);
  const { waiting, deliveries } = await box.until<Deliveries>(
    'config/webhooks/crm/deliveries',
    (one) => one.waiting === 0,
  );
  assert.is(waiting, 0);
  assert.equal(
    deliveries.map(({ event, state, attempts }) => [event, state, attempts]),
    [
      ['participant.left', 'delivered', 1],
      ['participant.joined', 'delivered', 3],
    ],
  );
});

test('a test is sent at once, and what came of it is told', async () => {
  await put({ url: receiver.url });
  const send = async () => {
    const answer = await box.ask('config/webhooks/crm/test', 'POST');
    return (await answer.json()) as Deliveries['deliveries'][number];
  };
  assert.match(JSON.stringify(await send()), /"state":"delivered","attempts":1,"status":204/);
  assert.equal([receiver.told[0].type, receiver.told[0].data], ['test', { webhook: 'crm' }]);
  receiver.answers.push(302);
  const failed = await send();
  assert.equal([failed.state, failed.status], ['failed', 302]);
  assert.is((await box.ask('config/webhooks/none/test', 'POST')).status, 404);
});

test('kept without its secret being told, changed, renamed, removed; what cannot be is said by field', async () => {
  await put({ url: receiver.url });
  assert.match(receiver.secret, /^whsec_/);
  const told = await box.get<object>('config/webhooks/crm');
  assert.not.match(JSON.stringify([told, await box.get('config/webhooks')]), /whsec_/);
  const answer = await box.ask('config/webhooks/crm', 'PUT', { ...told, name: 'sales' });
  assert.is(((await answer.json()) as { secret?: string }).secret, undefined, 'it stays');
  assert.is(
    ((await box.ask('config/webhooks/sales/test', 'POST').then((one) => one.json())) as { state: string })
      .state,
    'delivered',
  );
  const problems = async (body: object) => {
    const answer = await box.ask('config/webhooks/other', 'PUT', body);
    assert.is(answer.status, 422);
    return ((await answer.json()) as { problems: { path: string }[] }).problems.map(({ path }) => path);
  };
  for (const url of ['ftp://x/', 'javascript:alert(1)', 'http://a:b@c/', 'http://', 'x', 'http://a b/'])
    assert.equal(await problems({ url }), ['/url'], url);
  assert.equal(await problems({ url: 'http://x/', events: ['made.up'] }), ['/events/0']);
  assert.equal(await problems({ url: 'http://x/', events: [] }), ['/events']);
  assert.equal(await problems({ url: 'http://x/', secret: 'easy' }), ['/secret']);
  assert.equal(await problems({ url: 'http://x/', name: 'sales' }), ['/name']);
  assert.is((await box.ask('config/webhooks/sales', 'DELETE')).status, 200);
  assert.equal(await box.get('config/webhooks'), []);
});

test('a receiver that is not there costs no call anything', async () => {
  const { url } = receiver;
  receiver.close();
  await put({ url });
  const call = await (await box.phone('101')).dial('800');
  const { deliveries } = await box.until<Deliveries>('config/webhooks/crm/deliveries', (one) =>
    one.deliveries.some(({ attempts }) => attempts > 1),
  );
  assert.match(deliveries.at(-1)!.outcome!, /ECONNREFUSED/);
  await call.hangUp();
});

test.run();

/** Whoever calls outside with a stolen account is cut off, over a restart too, until an administrator releases it. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Box, phones } from '../support/box.js';
import { Refused, TestPhone } from '../support/test-phone.js';
import { Visitor } from '../support/visitor.js';

const test = suite('stolen account');

/** Statuses of calls to the same beginning of numbers abroad, one after the other. */
async function dialAbroad(phone: TestPhone, count: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const refusal = await phone.dial(`9004488000${n}`).catch((error: unknown) => error);
    assert.instance(refusal, Refused);
    statuses.push((refusal as Refused).status);
  }
  return statuses;
}

test('ten calls abroad that nobody made before: then nothing outside, an alarm, and a button', async () => {
  const provider = await TestPhone.open({
    box: { address: '127.0.0.2', port: 9 },
    address: '127.0.0.2',
    username: 'provider',
    password: '',
  });
  provider.refuse(486);
  let box = await Box.start({
    version: 1,
    country: 'de',
    extensions: phones(2).map((phone) => ({ ...phone, permissions: 'staff' })),
    permissionGroups: [{ name: 'staff', rules: [{ allow: '9' }] }],
    routes: [{ prefix: '9', trunks: ['main'] }],
    trunks: [
      {
        name: 'main',
        type: 'peer',
        server: '127.0.0.2',
        port: Number(/:(\d+)/.exec(provider.contact.replace('sip:', ''))![1]),
        transport: 'udp',
        qualifySeconds: 0,
      },
    ],
  });
  try {
    let thief = await box.phone('101');
    assert.equal(await dialAbroad(thief, 10), Array(10).fill(486));
    assert.equal(await dialAbroad(thief, 2), [403, 403]);
    assert.equal(await dialAbroad(await box.phone('102'), 1), [486], 'others go on');

    box = await box.restart();
    thief = await box.phone('101');
    assert.equal(await dialAbroad(thief, 1), [403]);
    const cutOff = await box.get<{ extension: string; since: string }[]>('phones/cut-off');
    assert.equal(
      cutOff.map(({ extension }) => extension),
      ['101'],
    );
    assert.ok(Math.abs(Date.parse(cutOff[0].since) - Date.now()) < 60_000);
    assert.match(await (await box.ask('alarms')).text(), 'extension 101 is cut off from the outside');
    const visitor = await Visitor.signIn(box, 'admin');
    assert.match(await (await visitor.get('/status/phones')).text(), 'formaction="/phones/101/release"');

    const released = await visitor.post('/phones/101/release', { token: visitor.token });
    assert.is(released.headers.get('location'), '/status/phones');
    assert.equal(await box.get('phones/cut-off'), []);
    assert.is((await box.ask('phones/999/release', 'POST')).status, 404);
    assert.equal(await dialAbroad(thief, 1), [486]);
    await box.stop();
  } finally {
    await box.discard();
    await provider.close();
  }
});

test.run();

/** Calls to and from outside: a second box of our own, and sipp, as providers. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Box, phones, type Room } from '../support/box.js';
import { freeUdpPort, isInstalled } from '../support/program.js';
import type { TestCall } from '../support/test-call.js';
import { Refused, TestPhone } from '../support/test-phone.js';
import { amplitudeOf, decibels, toneSource } from '../support/tone.js';

const test = suite('trunks');

/** What a provider's customer 200 needs, and two outside phones, 101 and 102. */
const provider = {
  version: 1,
  extensions: [
    ...phones(2),
    { number: '200', name: 'Our office', sip: { username: '200', password: 'secret-200', maxCalls: 10 } },
  ],
};

const customer = (port: number, trunks: object[] = []) => ({
  version: 1,
  extensions: (phones(2) as { number: string }[]).map((phone) => ({ ...phone, permissions: 'everything' })),
  permissionGroups: [{ name: 'everything', rules: [{ allow: '' }] }],
  conferences: [{ number: '800', description: 'Weekly', type: 'static', pin: '1234' }],
  trunks: [
    {
      name: 'main',
      type: 'register',
      server: '127.0.0.2',
      port,
      username: '200',
      password: 'secret-200',
      inbound: { numbers: [{ number: '200', to: '800' }] },
    },
    ...trunks,
  ],
  routes: [
    { prefix: '9', strip: 1, trunks: [...trunks.map((trunk) => (trunk as { name: string }).name), 'main'] },
  ],
});

type TrunkStatus = { trunks: { name: string; state: string; lastError?: string }[] };

const registered = (box: Box) =>
  box.until<TrunkStatus>('status', ({ trunks }) => trunks.some(({ state }) => state === 'registered'));

/** Runs `body` with a provider and its customer, and takes both down. */
async function withBoth(trunks: object[], body: (outside: Box, box: Box) => Promise<void>): Promise<void> {
  const outside = await Box.start(provider, '127.0.0.2');
  const box = await Box.start(customer(outside.sip.port, trunks));
  try {
    await registered(box);
    await body(outside, box);
    await outside.stop();
    await box.stop();
  } finally {
    await outside.discard();
    await box.discard();
  }
}

async function hearsTone(from: TestCall, to: TestCall): Promise<void> {
  from.ear.source = toneSource(600, 4000);
  await to.ear.listen(40);
  const level = decibels(amplitudeOf(await to.ear.listen(50), 600), 4000);
  assert.ok(Math.abs(level) < 1, `heard at ${level.toFixed(1)} dB`);
}

test('in by a number of the provider into a conference with PIN', () =>
  withBoth([], async (outside, box) => {
    const office = await (await box.phone('101')).dial('800');
    office.ear.keys('1234#');
    const caller = await (await outside.phone('101')).dial('200');
    caller.ear.keys('1234#');
    await box.inside(2);
    await caller.ear.listen(50);
    await hearsTone(caller, office);
    await hearsTone(office, caller);
  }));

test('out by the prefix: it rings, they talk; an unknown number is unknown', () =>
  withBoth([], async (outside, box) => {
    const called = await outside.phone('102');
    const answered = new Promise<TestCall>((resolve) => {
      called.onIncoming = (transaction) => void called.accept(transaction).then(resolve);
    });
    const phone = await box.phone('101');
    const call = await phone.dial('9102');
    await hearsTone(call, await answered);
    await hearsTone(await answered, call);
    await call.hangUp();
    await (
      await answered
    ).ended;
    const refused = await phone.dial('9555').catch((error: unknown) => error);
    assert.instance(refused, Refused);
    assert.is((refused as Refused).status, 404);
  }));

test('a provider that vanishes: the fall-back trunk takes the call', async () => {
  const port = await freeUdpPort();
  await withBoth(
    [{ name: 'gone', type: 'peer', server: '127.0.0.3', port, qualifySeconds: 0 }],
    async (outside, box) => {
      await outside.phone('102');
      const call = await (await box.phone('101')).dial('9102');
      await call.hangUp();
    },
  );
});

if (isInstalled('sipp'))
  test('a provider that refuses, sipp: the fall-back trunk takes the call', async () => {
    const port = await freeUdpPort();
    const scenario = fileURLToPath(new URL('../../../test/fixtures/sipp-provider.xml', import.meta.url));
    const sipp = spawn(
      'sipp',
      ['-sf', scenario, '-i', '127.0.0.3', '-p', String(port), '-m', '1', '-nostdin'],
      {
        stdio: 'ignore',
      },
    );
    const ended = once(sipp, 'exit') as Promise<[number]>;
    try {
      await withBoth(
        [{ name: 'full', type: 'peer', server: '127.0.0.3', port, qualifySeconds: 0 }],
        async (outside, box) => {
          await outside.phone('102');
          const call = await (await box.phone('101')).dial('9102');
          await call.hangUp();
          assert.is((await ended)[0], 0, 'sipp says that its call went well');
        },
      );
    } finally {
      sipp.kill('SIGKILL');
    }
  });

test('a provider that refuses us says so in words', async () => {
  const outside = await Box.start(provider, '127.0.0.2');
  const config = customer(outside.sip.port);
  (config.trunks[0] as { password: string }).password = 'wrong';
  const box = await Box.start(config);
  try {
    const { trunks } = await box.until<TrunkStatus>(
      'status',
      (status) => status.trunks[0].state === 'refused',
    );
    assert.match(trunks[0].lastError!, /refuses user name or password/);
    const refused = await (await box.phone('101')).dial('9102').catch((error: unknown) => error);
    assert.is((refused as Refused).status, 480);
    await box.stop();
    await outside.stop();
  } finally {
    await outside.discard();
    await box.discard();
  }
});

test('calls from a further address of a provider are taken; whoever is outside moves nobody', async () => {
  const trunk = {
    name: 'peer',
    type: 'peer',
    server: '127.0.0.5',
    addresses: ['127.0.0.6'],
    qualifySeconds: 0,
    inbound: { numbers: [{ number: '5001', to: '800' }] },
  };
  const config = { version: 1, extensions: phones(1), trunks: [trunk] };
  const conferences = [{ number: '800', description: '', type: 'static' }];
  const box = await Box.start({ ...config, conferences });
  const outside = await TestPhone.open({
    box: box.sip,
    address: '127.0.0.6',
    username: '+4930555',
    password: 'none of ours',
  });
  try {
    const call = await outside.dial('5001');
    assert.is(await call.refer('101'), 403);
    assert.is(await call.putOut('+4930555'), 403);
    const seen = await box.until<Room[]>('conferences', ([room]) => room?.participants.length === 1);
    assert.is(seen[0].participants[0].number, '+4930555');
  } finally {
    await outside.close();
    await box.stop();
  }
});

test.run();

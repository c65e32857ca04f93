/** Whole-box scenarios: what a number reaches, and for whom. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Box, phones } from '../support/box.js';
import { Refused } from '../support/test-phone.js';

const test = suite('dial plan of a box');

const [first, ...others] = phones(3);
const config = {
  version: 1,
  extensions: [{ ...first, permissions: 'staff' }, ...others],
  conferences: [{ number: '800', description: 'Weekly', type: 'static', pin: '1234' }],
  services: [{ number: '*4', service: 'askForConference' }],
  trunks: [
    {
      name: 'main',
      type: 'peer',
      server: '127.0.0.1',
      inbound: { numbers: [{ number: '0201', to: '800' }] },
    },
  ],
  routes: [{ prefix: '9', trunks: ['main'] }],
  permissionGroups: [{ name: 'staff', rules: [{ deny: '900' }, { allow: '' }], maxCallsPerHour: 2 }],
};

let box: Box;
test.before(async () => {
  box = await Box.start(config);
});
test.after(() => box.stop());
test.after.each(() => box.nothingIsLeft());

test('a service number asks for a conference, and leads through its door', async () => {
  const call = await (await box.phone('102')).dial('*4');
  call.ear.keys('999#800#1234#');
  const [room] = await box.inside(1);
  assert.is(room.number, '800');
  assert.equal(
    room.participants.map(({ number }) => number),
    ['102'],
  );
  assert.not.match(box.log, /1234/, 'a PIN in the log');
});

test('the outside: for those whose group allows it, so often in an hour', async () => {
  const [staff, guest] = await Promise.all(['101', '102'].map((number) => box.phone(number)));
  const status = (promise: Promise<unknown>) =>
    promise.then(
      () => 200,
      (error: unknown) => (error instanceof Refused ? error.status : Promise.reject(error as Error)),
    );
  assert.is(await status(guest.dial('9123')), 403);
  assert.is(await status(staff.dial('9001')), 403);
  assert.is(await status(staff.dial('700')), 404);
  // Nobody answers there.
  assert.is(await status(staff.dial('9123')), 480);
  assert.is(await status(staff.dial('9123')), 480);
  assert.is(await status(staff.dial('9123')), 403);
});

test('GET dial-plan/explain says each step and the result', async () => {
  type Explanation = { steps: string[]; result: string };
  const allowed = await box.get<Explanation>('dial-plan/explain?from=101&number=9123');
  assert.is(allowed.result, 'calls 123 over trunk main');
  assert.ok(allowed.steps.includes('permission: rule 2 of permission group staff allows every number'));
  const barred = await box.get<Explanation>('dial-plan/explain?from=102&number=9123');
  assert.match(barred.result, /^refused: .*no permission group/);
  const inbound = await box.get<Explanation>('dial-plan/explain?from=trunk:main&number=0201');
  assert.is(inbound.result, 'enters static conference 800 (Weekly)');
  for (const [query, error] of [
    [
      '',
      /^from is missing; right would be: the number of an extension or an audio port, or trunk:NAME or line:NAME$/,
    ],
    ['?from=999&number=1', /^from is "999"/],
    ['?from=trunk:other&number=1', /^from is "trunk:other"/],
    ['?from=101', /^number is missing/],
    [`?from=101&number=${'1'.repeat(65)}`, /^number is "1+"; .*1 to 64 characters/],
  ] as const) {
    const answer = await box.ask(`dial-plan/explain${query}`);
    assert.is(answer.status, 400, query);
    assert.match(((await answer.json()) as { error: string }).error, error);
  }
});

test('the list holds services and routes too', async () => {
  assert.equal((await box.get<object[]>('dial-plan')).slice(0, 2), [
    { number: '*4', has: 'service', description: 'asks for a conference number' },
    { number: '9', has: 'route', description: 'trunk main' },
  ]);
});

test.run();

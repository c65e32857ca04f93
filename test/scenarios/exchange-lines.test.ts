/** Exchange lines of the simulated card, with the whole box: callers who come and go, calls to outside, an emergency. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Box, phones } from '../support/box.js';
import { SimExchange } from '../support/sim-phone.js';
import { rms, toneSource } from '../support/tone.js';

const test = suite('exchange lines');

const fxo = (name: string, place: number, more: object = {}) => ({
  name,
  card: 'simulated',
  place,
  kind: 'fxo',
  to: '800',
  outgoing: true,
  ...more,
});

const config = {
  version: 1,
  extensions: phones(2).map((phone) => ({ ...phone, permissions: 'everybody' })),
  permissionGroups: [{ name: 'everybody', rules: [{ allow: '' }] }],
  conferences: [{ number: '800', description: 'Weekly', type: 'static' }],
  services: [{ number: '112', service: 'emergency' }],
  routes: [{ prefix: '9', trunks: ['exchangeLines'] }],
  lines: [
    fxo('town', 9, { callerId: 'v23', polarity: true }),
    fxo('hill', 10, { callerId: 'dtmf', polarity: true }),
  ],
};

/** 480 and 620 Hz, half a second on and half a second off. */
function busyTone(): () => Int16Array {
  const [low, high] = [toneSource(480, 2000), toneSource(620, 2000)];
  let frames = 0;
  return () => {
    const [a, b] = [low(), high()];
    return frames++ % 50 < 25 ? a.map((sample, at) => sample + b[at]) : new Int16Array(160);
  };
}

let box: Box;
let town: SimExchange;
let hill: SimExchange;
test.before(async () => {
  box = await Box.start(config);
  [town, hill] = [new SimExchange(box, 1), new SimExchange(box, 2)];
  for (const exchange of [town, hill]) await exchange.does('polarity yes');
});
test.after(() => box.stop());
test.after.each(async () => {
  for (const exchange of [town, hill]) await exchange.does('hang-up loopBreak');
  await box.nothingIsLeft();
  for (const exchange of [town, hill]) await exchange.becomes('idle');
});

test('two callers come, each told in the way of its line; however they hang up, the line is free again', async () => {
  const phone = await (await box.phone('101')).dial('800');
  for (const [one, other] of [
    ['loopBreak', 'busy'],
    ['polarity', 'reorder'],
  ]) {
    await town.does('call 0891234567 v23');
    await hill.does('call 0777 dtmf');
    await box.inside(3, '800');
    // A busy tone that another member brings along releases no line.
    if (one === 'loopBreak') {
      phone.ear.source = busyTone();
      await phone.ear.listen(150);
      await box.inside(3, '800');
      phone.ear.source = () => new Int16Array(160);
    }
    await town.does(`hang-up ${one}`);
    await hill.does(`hang-up ${other}`);
    await box.inside(1, '800');
    for (const exchange of [town, hill]) await exchange.becomes('idle');
  }
  assert.is((await box.inside(1, '800'))[0].participants[0].number, '101');
});

test('a call to outside waits for dial tone and the answer, and both talk', async () => {
  const call = (await box.phone('101')).dial('9123');
  await hill.becomes('calling 123');
  const sip = await call;
  await hill.becomes('talking 123');
  await hill.does('say 530');
  await sip.ear.listen(25);
  const heard = rms(await sip.ear.listen(25));
  assert.ok(heard > 1000, `heard at ${heard}`);
  sip.ear.source = toneSource(410, 3652);
  await sip.ear.listen(75);
  assert.match(await hill.does('hears 410'), /^-1[5-7]\./);
  await sip.hangUp();
  await hill.does('say 0');
});

test('somebody calls as the line is taken: both calls are through', async () => {
  await hill.does('glare');
  const call = (await box.phone('101')).dial('9123');
  await box.insideAre('800', '');
  await town.becomes('calling 123');
  await (await call).hangUp();
});

test('help is called though all lines are in a conference, and those inside hear why one goes', async () => {
  const member = await (await box.phone('102')).dial('800');
  await town.does('call 0891234567 v23');
  await box.inside(2, '800');
  await hill.does('call 0777 dtmf');
  await box.inside(3, '800');
  // What is hung up before the exchange has seen it answered rings on.
  await hill.becomes('talking');
  const call = (await box.phone('101')).dial('112');
  await box.inside(2, '800');
  const said = rms(await member.ear.listen(100));
  assert.ok(said > 300, `the announcement is heard at ${said}`);
  await hill.becomes('calling 112');
  await (await call).hangUp();
});

test.run();

/** Analog phones on the simulated card, with the whole box. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Box, phones, type Room } from '../support/box.js';
import { dbm0Of, sim, SimExchange, SimPhone } from '../support/sim-phone.js';
import { amplitudeOf, decibels, toneSource } from '../support/tone.js';
import type { TestCall } from '../support/test-call.js';

const test = suite('analog phones');

const fxs = (place: number, more: object = {}) => ({
  name: `hall${place}`,
  card: 'simulated',
  place,
  kind: 'fxs',
  extension: String(200 + place),
  betweenDigitsSeconds: 3,
  ...more,
});

const config = {
  version: 1,
  extensions: [
    ...phones(3),
    ...[1, 2, 3, 4].map((place) => ({ number: String(200 + place), name: `Hall ${place}` })),
  ],
  conferences: [{ number: '800', description: 'Weekly', type: 'static', pin: '1234' }],
  lines: [
    fxs(1),
    fxs(2),
    fxs(3, { hotLine: '800' }),
    fxs(4),
    { name: 'town', card: 'simulated', place: 9, kind: 'fxo', to: '800' },
  ],
};

/** What the parties of these tests say, Hz: whole turns in a second, none near another's harmonics. */
const PEAK = 0.16 * 22827;

let box: Box;
test.before(async () => {
  box = await Box.start(config);
});
test.after(() => box.stop());
test.after.each(async () => {
  for (const place of [1, 2, 3, 4])
    for (const what of ['on-hook', 'say 0']) await sim(box, `${place} ${what}`);
  for (const what of ['hang-up loopBreak', 'say 0']) await sim(box, `exchange 1 ${what}`);
  await box.nothingIsLeft();
  // On hook for a second: less would be a flash.
  for (const place of [1, 2]) await analog(place).hears(350, (dbm0) => dbm0 < -90);
});

const analog = (place: number) => new SimPhone(box, place);

type Party = { hz: number; sip?: TestCall; phone?: SimPhone | SimExchange };

/** Everybody says a tone; soon each hears all others within a dB, and not itself. */
async function allHear(parties: Party[]): Promise<void> {
  for (const { hz, sip, phone } of parties) {
    if (sip) sip.ear.source = toneSource(hz, PEAK);
    await phone?.does(`say ${hz}`);
  }
  for (const { hz: own, sip, phone } of parties) {
    const tones = parties.map(({ hz }) => hz);
    const isRight = (hz: number, level: number) => (hz === own ? level < -35 : Math.abs(level) < 1);
    if (sip) await hearsAll(sip, tones, isRight);
    for (const hz of phone ? tones : []) await phone!.hears(hz, (dbm0) => isRight(hz, dbm0 - dbm0Of(PEAK)));
  }
}

/** Waits until half a second of what a SIP phone hears is right: until what was played is over, and its echo is taken out. */
async function hearsAll(
  sip: TestCall,
  tones: number[],
  isRight: (hz: number, level: number) => boolean,
  limitMs = 10_000,
): Promise<void> {
  for (const endMs = performance.now() + limitMs; ;) {
    const heard = await sip.ear.listen(25);
    const levels = tones.map((hz) => decibels(amplitudeOf(heard, hz), PEAK));
    if (tones.every((hz, at) => isRight(hz, levels[at]))) return;
    const said = tones.map((hz, at) => `${hz} Hz at ${levels[at].toFixed(1)} dB`);
    assert.ok(performance.now() < endMs, `a SIP phone hears ${said.join(', ')}`);
  }
}

test('two phones dial 800, key the PIN by tone and by dial, and talk with two SIP phones and a caller over an exchange line', async () => {
  await sim(box, 'exchange 1 call 0891234567');
  const [one, two] = [analog(1), analog(2)];
  await one.calls('800');
  await two.calls('800', 'pulse');
  await box.until<{ state: string }[]>(
    'calls',
    (calls) => calls.filter(({ state }) => state === 'answered').length === 2,
  );
  await one.does('dial 1234#');
  await two.does('pulse 1234');
  await two.does('dial #');
  const town = new SimExchange(box, 1);
  await town.becomes('talking');
  await town.does('dial 1234#');
  const parties: Party[] = [
    { hz: 310, phone: one },
    { hz: 410, phone: two },
    { hz: 730, phone: town },
  ];
  for (const [number, hz] of [
    ['101', 530],
    ['102', 650],
  ] as const) {
    const sip = await (await box.phone(number)).dial('800');
    sip.ear.keys('1234#');
    parties.push({ hz, sip });
  }
  await box.inside(5, '800');
  await allHear(parties);
  await town.does('hang-up loopBreak');
  await box.inside(4, '800');
  await town.becomes('idle');
  assert.not.match(box.log, /1234/, 'a PIN in the log');
});

test('it is called as any extension: it rings, the caller hears so, both talk, and the past knows', async () => {
  const one = analog(1);
  const caller = await box.phone('101');
  const placed = caller.dial('201');
  await one.rings();
  await one.does('off-hook');
  const sip = await placed;
  await allHear([
    { hz: 310, phone: one },
    { hz: 410, sip },
  ]);
  await one.does('on-hook');
  await sip.ended;
  const { records } = await box.until<{ records: Record<string, unknown>[] }>('history/calls', (history) =>
    history.records.some(({ number, ended }) => number === '201' && ended !== undefined),
  );
  const record = records.find(({ number }) => number === '201')!;
  assert.equal(
    [record.direction, record.with, record.address, record.codec, record.cause],
    ['outgoing', '101', 'hall1', 'analog', 'normal'],
  );
});

test('flash, dial, flash: three; once more, and they are four; who made it hangs up, and all are free', async () => {
  const [one, two] = [analog(1), analog(2)];
  const [a, b] = [await box.phone('101'), await box.phone('102')];
  const answered: TestCall[] = [];
  for (const phone of [a, b])
    phone.onIncoming = (transaction) => void phone.accept(transaction).then((call) => answered.push(call));
  const until = async (count: number) => {
    for (let waits = 0; answered.length < count && waits < 200; waits++)
      await new Promise((resolve) => setTimeout(resolve, 50));
  };
  await one.calls('101');
  await until(1);
  await one.does('flash');
  await one.hears(350, (dbm0) => dbm0 > -25);
  await one.does('dial 102');
  await until(2);
  await one.does('flash');
  const rooms = await box.until<Room[]>('conferences', (all) =>
    all.some(({ participants }) => participants.length === 3),
  );
  assert.equal(
    rooms.map(({ number }) => number),
    ['three-way-1'],
  );
  const three: Party[] = [
    { hz: 310, phone: one },
    { hz: 410, sip: answered[0] },
    { hz: 530, sip: answered[1] },
  ];
  await one.does('flash');
  await one.hears(350, (dbm0) => dbm0 > -25);
  await one.does('dial 202');
  await two.rings();
  await two.does('off-hook');
  await box.until<{ state: string }[]>(
    'calls',
    (calls) => calls.filter(({ state }) => state === 'answered').length >= 4,
  );
  await one.does('flash');
  await box.until<Room[]>('conferences', ([room]) => room?.participants.length === 4);
  await allHear([...three, { hz: 650, phone: two }]);
  await one.does('on-hook');
  await Promise.all(answered.map((call) => call.ended));
});

test('a number that nobody has, a phone in use, a hot line', async () => {
  const [one, two, three, four] = [1, 2, 3, 4].map(analog);
  await one.calls('999');
  // Reorder: 480 and 620 Hz.
  await one.hears(620, (dbm0) => dbm0 > -35);
  await two.calls('201');
  await two.hears(620, (dbm0) => dbm0 > -35);
  await three.does('off-hook');
  await box.until<{ state: string; with: string }[]>('calls', (calls) =>
    calls.some((call) => call.state === 'answered' && call.with === '800'),
  );
  assert.match(await four.does('state'), /on-hook/);
});

test('another caller is told into the call; flash goes from one to the other', async () => {
  const [one, two] = [analog(1), analog(2)];
  const a = await box.phone('101');
  const b = await box.phone('102');
  const first = a.dial('201');
  await one.rings();
  await one.does('off-hook');
  const talking = await first;
  const second = b.dial('201');
  await one.hears(440, (dbm0) => dbm0 > -35);
  await one.does('flash');
  const other = await second;
  await allHear([
    { hz: 410, phone: one },
    { hz: 530, sip: other },
  ]);
  await talking.hangUp();
  await talking.ended;
  await other.hangUp();
  await one.hears(350, (dbm0) => dbm0 > -25);
  assert.match(await two.does('state'), /on-hook/);
});

test('the card is pulled out in the middle of a conference: the others go on; plugged in again its phones work', async () => {
  const one = analog(1);
  await one.calls('800');
  await box.until<{ state: string }[]>('calls', ([call]) => call?.state === 'answered');
  await one.does('dial 1234#');
  const parties: Party[] = [];
  for (const [number, hz] of [
    ['101', 530],
    ['102', 650],
  ] as const) {
    const sip = await (await box.phone(number)).dial('800');
    sip.ear.keys('1234#');
    parties.push({ hz, sip });
  }
  await box.inside(3, '800');
  await sim(box, 'unplug');
  await box.inside(2, '800');
  await allHear(parties);
  const endMs = performance.now() + 5000;
  while ((await box.ask('simulated-card', 'POST', { command: '1 off-hook' })).status !== 200)
    assert.ok(performance.now() < endMs, 'the card does not come back');
  await one.hears(350, (dbm0) => dbm0 > -25);
});

test.run();

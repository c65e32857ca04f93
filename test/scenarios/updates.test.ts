/** Updates with the real rauc on a machine whose slots are files: sent by API, page and disk; installed; confirmed. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Box, phones } from '../support/box.js';
import { canHaveSlots, SlotMachine } from '../support/rauc.js';
import { Technician } from '../support/technician.js';
import { Visitor } from '../support/visitor.js';

const test = suite('updates');

type Update = {
  state: string;
  bundle?: { version: string };
  trouble?: string;
  booted?: string;
  slots?: { name: string; isBooted: boolean; isGood: boolean; version?: string }[];
  restart?: { why: string };
};

let machine: SlotMachine;
let box: Box;
/** The machine would restart by this file. */
let reboot: string;
test.before(async () => {
  machine = await SlotMachine.start();
  reboot = path.join(machine.folder, 'reboot');
  Object.assign(process.env, machine.environment, { PARLEY_REBOOT: reboot });
  box = await Box.start({
    version: 1,
    extensions: phones(2),
    conferences: [{ number: '800', type: 'static' }],
  });
});
test.after(async () => {
  await box.stop();
  await machine.discard();
});

const kept = () => readdirSync(box.directory).filter((name) => name.endsWith('.raucb'));
const rebooted = async () => {
  while (!existsSync(reboot)) await new Promise((over) => setTimeout(over, 20));
  rmSync(reboot);
};

test('a start that works confirms the slot it runs from', async () => {
  await box.until<Update>('update', ({ slots }) => slots?.find(({ isBooted }) => isBooted)?.isGood === true);
  assert.is(machine.loader('A'), 'good');
});

test('what is no bundle, is signed by somebody else, or was cut off, is refused, and nothing of it is kept', async () => {
  const refused = async (octets: Buffer, why: RegExp) => {
    const answer = await box.ask('update', 'POST', octets);
    assert.is(answer.status, 409);
    assert.match(await answer.text(), why);
    assert.equal(kept(), []);
    assert.is((await box.get<Update>('update')).state, 'none');
  };
  await refused(Buffer.from('nothing'), /this bundle is not taken/);
  await refused(readFileSync(machine.bundle('0.9.0', 'other')), /signature verification failed/);
  await refused(readFileSync(machine.bundle('0.9.1')).subarray(0, 100_000), /this bundle is not taken/);
  assert.is((await box.ask('update/install', 'POST', {})).status, 409);
});

test('a bundle is sent, shown, installed; the restart waits for the last call, and can be called off', async () => {
  const call = await (await box.phone('101')).dial('800');
  const shown = await box.ask('update', 'POST', readFileSync(machine.bundle('0.2.0')));
  assert.is(((await shown.json()) as Update).bundle?.version, '0.2.0');
  await box.ask('update/install', 'POST', { waitMinutes: 60 });
  const { slots, restart } = await box.until<Update>('update', ({ state }) => state === 'installed');
  assert.is(slots?.find(({ name }) => name === 'B')?.version, '0.2.0');
  assert.is(restart?.why, 'update to 0.2.0');
  assert.not.equal(machine.otherSlot.subarray(0, 1000), Buffer.alloc(1000));
  assert.is(machine.loader('primary'), 'B');
  assert.equal(kept(), []);
  assert.not(existsSync(reboot), 'somebody is in a call');
  await box.ask('restart', 'DELETE');
  assert.is((await box.get<Update>('update')).restart, undefined);
  await box.ask('restart', 'POST', { waitMinutes: 60 });
  assert.not(existsSync(reboot));
  await call.hangUp();
  await rebooted();
  await box.ask('restart', 'DELETE');
});

test('the page takes a bundle, and installs it', async () => {
  const visitor = await Visitor.signIn(box, 'admin');
  const base = '/configuration/update';
  const bundle = readFileSync(machine.bundle('0.3.0'));
  const send = (token: string) => {
    const form = new FormData();
    form.set('token', token);
    form.set('file', new Blob([bundle]), 'new.raucb');
    return visitor.send(`${base}/send`, form);
  };
  assert.is((await send('wrong')).status, 403);
  assert.is((await send(visitor.token)).status, 303);
  assert.match(await (await visitor.get(base)).text(), /Install version 0\.3\.0/);
  await visitor.post(`${base}/install`, { token: visitor.token, waitMinutes: '0' });
  await rebooted();
  assert.match(await (await visitor.get(base)).text(), /Version 0\.3\.0 is installed/);
});

test('the console shows an update, and forgets it', async () => {
  await box.ask('update', 'POST', readFileSync(machine.bundle('0.4.0')));
  const technician = await Technician.onTheMachine(box.directory);
  await technician.signIn();
  await technician.reads('parley> ');
  assert.match(await technician.does('update'), /Slot A +.*runs\n.*\n?Update +0\.4\.0 A test\nState +ready/s);
  await technician.does('update forget');
  assert.match(await technician.does('update'), /Update +none/);
  await technician.leave();
});

if (canHaveSlots()) test.run();

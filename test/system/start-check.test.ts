/** A start that fails its check, on a machine with the real rauc whose slots are files. */
import { createSocket, type Socket } from 'node:dgram';
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ManualClock } from '../../firmware/clock.js';
import { Restart } from '../../firmware/system/restart.js';
import { StartCheck } from '../../firmware/system/start-check.js';
import { canHaveSlots, SlotMachine } from '../support/rauc.js';

const test = suite('the check after a start');

const clock = new ManualClock();
let machine: SlotMachine;
let phone: Socket;
let pages: Server;
/** What the pages answer with. */
let status = 500;
let check: StartCheck;
/** The machine would restart by this file. */
let file: string;

test.before(async () => {
  machine = await SlotMachine.start();
  Object.assign(process.env, machine.environment);
  phone = createSocket('udp4').on('message', (_, from) =>
    phone.send('SIP/2.0 200 OK\r\n\r\n', from.port, from.address),
  );
  pages = createServer((_, answer) => answer.writeHead(status).end());
  await new Promise<void>((bound) => phone.bind(0, '127.0.0.1', bound));
  await new Promise<void>((bound) => pages.listen(0, '127.0.0.1', bound));
  file = path.join(machine.folder, 'reboot');
  let ticks = 0;
  check = new StartCheck(
    {
      address: '127.0.0.1',
      sipPort: phone.address().port,
      httpPort: (pages.address() as AddressInfo).port,
      ticks: () => (ticks += 1),
    },
    clock,
    new Restart({ clock, timeMs: () => 0, callers: () => 0, file }),
  );
});
test.after(async () => {
  phone.close();
  pages.close();
  await machine.discard();
});

/** Whether the machine would restart now. */
async function restarts(): Promise<boolean> {
  await check.run();
  clock.advance(0);
  return existsSync(file);
}

test('where there is no other version it stays up, and says what is wrong', async () => {
  assert.not(await restarts());
  assert.match(check.alarms[0].text, /the pages do not answer: status 500/);
  assert.is(machine.loader('A'), '');
});

test('where there is one it restarts at once', async () => {
  machine.rauc('status', 'mark-good', 'other');
  assert.ok(await restarts());
  assert.is(machine.loader('A'), '', 'the boot loader goes on counting');
});

test('one that works is confirmed, and does not restart later', async () => {
  status = 200;
  await check.run();
  assert.equal(check.alarms, []);
  assert.is(machine.loader('A'), 'good');
});

if (canHaveSlots()) test.run();

/** Noise on the wire of the console, before somebody has signed in and after: 1 MB; 10 MB with PARLEY_SOAK=1. */
import { randomBytes } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { phones, withBox, type Box, type Status } from '../support/box.js';
import { Technician } from '../support/technician.js';

const test = suite('noise at the console');

const BYTES = process.env.PARLEY_SOAK ? 10_000_000 : 1_000_000;
const CHUNK = 16_384;

/** Sends noise, in as many sessions as it takes: some of it says goodbye. */
async function noise(box: Box, signedIn: boolean): Promise<void> {
  for (let sent = 0; sent < BYTES;) {
    const { terminal, ...technician } = await enter(box, signedIn);
    const event = (name: string) => new Promise((over) => terminal.once(name, over));
    const closed = event('close');
    for (; sent < BYTES && !terminal.destroyed; sent += CHUNK)
      if (!terminal.write(randomBytes(CHUNK))) await Promise.race([event('drain'), closed]);
    await technician.leave();
  }
}

async function enter(box: Box, signedIn: boolean) {
  const technician = await Technician.onTheMachine(box.directory);
  if (signedIn) {
    await technician.signIn();
    await technician.reads('parley> ');
  } else await technician.reads('login: ');
  return { terminal: technician.terminal, leave: () => technician.leave() };
}

for (const signedIn of [false, true])
  test(`noise changes nothing, ${signedIn ? 'after' : 'before'} somebody has signed in`, () =>
    withBox({ version: 1, extensions: phones(2), conferences: [] }, async (box) => {
      const before = await box.get('config/extensions');
      const versions = await box.get<object[]>('config/versions');
      await noise(box, signedIn);
      assert.equal(await box.get('config/extensions'), before);
      assert.equal(await box.get('config/versions'), versions);
      assert.equal((await box.get<Status>('status')).alarms, []);
      const after = await Technician.onTheMachine(box.directory);
      await after.reads('login: ');
      await after.leave();
    }));

test.run();

/** A power cut in the middle of a conference: the box is back by itself, its phones are called, and callers have their seats. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Box, phones, type Status } from '../support/box.js';
import type { TestPhone } from '../support/test-phone.js';

const test = suite('after a power cut');

const config = {
  version: 1,
  extensions: phones(4),
  conferences: [
    { number: '800', type: 'static', pin: '1234', maxParticipants: 10 },
    { number: '801', type: 'dynamic' },
  ],
};

/** Resolves when a file of the box names all of these. */
async function onFlash(box: Box, name: string, ...extensions: string[]): Promise<void> {
  const file = path.join(box.directory, name);
  const endMs = performance.now() + 45_000;
  for (;;) {
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    if (extensions.every((extension) => text.includes(`"${extension}"`))) return;
    assert.ok(performance.now() < endMs, `${name} is still ${text}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function dialIn(phone: TestPhone, number: string, keys: string) {
  const call = await phone.dial(number);
  call.ear.keys(keys);
  return call;
}

test('phones are called without registering anew; who was in a room is in again without a PIN, who was not is asked', async () => {
  let box = await Box.start(config);
  try {
    const [one, two, three, four] = await Promise.all(
      ['101', '102', '103', '104'].map((number) => box.phone(number)),
    );
    const calls = await Promise.all([
      dialIn(one, '800', '1234#'),
      dialIn(two, '800', '1234#'),
      dialIn(three, '801', '55#99#'),
    ]);
    await box.inside(2, '800');
    await box.inside(1, '801');
    await onFlash(box, 'registrations.json', '101', '102', '103', '104');
    await onFlash(box, 'seats.json', '101', '102', '103');

    box = await box.powerCut();
    for (const call of calls) await call.close();
    const status = await box.get<Status>('status');
    assert.is(status.phones.length, 4, JSON.stringify(status.phones));
    const rings = four.next();
    const back = await one.dial('104');
    await rings;
    await back.hangUp();

    await one.dial('800');
    await three.dial('801');
    await box.insideAre('800', '101');
    await box.insideAre('801', '103');
    const asked = await four.dial('800');
    await two.dial('800');
    await box.insideAre('800', '101', '102');
    asked.ear.keys('1234#');
    await box.insideAre('800', '101', '102', '104');
    await box.stop();
  } finally {
    await box.discard();
  }
});

test.run();

/** The time of day is set by an hour and by ten years, and goes too fast and too slow: nobody notices. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ADMIN_PASSWORD, Box, phones, type Status } from '../support/box.js';
import { FakedTime } from '../support/faked-time.js';
import type { TestCall } from '../support/test-call.js';
import { amplitudeOf, decibels, toneSource } from '../support/tone.js';
import { Visitor } from '../support/visitor.js';

const test = suite('clock is set');

const AMPLITUDE = 4000;
const HOUR_S = 3600;
const YEARS_S = 10 * 365 * 86_400;

const steps: [what: string, aheadSeconds: number, rate?: number][] = [
  ['an hour forward', HOUR_S],
  ['an hour back', -HOUR_S],
  ['ten years forward', YEARS_S],
  ['ten years back', -YEARS_S],
  ['twenty times as fast', 0, 20],
  ['ten times as slow', 0, 0.1],
  ['right again', 0],
];

type Page = { records: { kind: string; seconds?: number; cause?: string }[] };

async function hears(call: TestCall, hz: number): Promise<void> {
  const level = decibels(amplitudeOf(await call.ear.listen(20), hz), AMPLITUDE);
  assert.ok(level > -6, `${hz} Hz at ${level.toFixed(1)} dB`);
}

test('no call, registration or session is lost, and durations are true', async () => {
  const time = new FakedTime();
  const conferences = [{ number: '800', type: 'static' }];
  const config = { version: 1, timeZone: 'UTC', extensions: phones(2), conferences };
  const beganMs = performance.now();
  const { environment } = time;
  const box = await Box.start(config, '127.0.0.1', time.options, ADMIN_PASSWORD, { environment });
  try {
    const [one, two] = [await box.phone('101'), await box.phone('102')];
    const visitor = await Visitor.signIn(box, 'admin');
    const calls = [await one.dial('800'), await two.dial('800')];
    calls[0].ear.source = toneSource(500, AMPLITUDE);
    calls[1].ear.source = toneSource(700, AMPLITUDE);
    await box.inside(2, '800');
    for (const [what, aheadSeconds, rate = 1] of steps) {
      time.set(aheadSeconds, rate);
      const page = await visitor.get('/status/system');
      assert.is(page.status, 200, `${what}: the session`);
      const [shown] = /\d{4}-\d\d-\d\d \d\d:\d\d/.exec(await page.text())!;
      const ahead = (Date.parse(`${shown.replace(' ', 'T')}Z`) - Date.now()) / 1000;
      assert.ok(rate !== 1 || Math.abs(ahead - aheadSeconds) < 120, `${what}: ${ahead} s ahead`);
      assert.is((await box.get<Status>('status')).phones.length, 2, `${what}: phones`);
      await box.inside(2, '800');
      await Promise.all([hears(calls[0], 700), hears(calls[1], 500)]);
      await one.register();
    }
    for (const call of calls) await call.hangUp();
    const whole = ({ records }: Page) => records.every(({ cause }) => cause !== undefined);
    const ofCalls = await box.until<Page>('history/calls', whole);
    const ofRooms = await box.until<Page>('history/conferences', whole);
    const longest = (performance.now() - beganMs) / 1000;
    const records = [...ofCalls.records, ...ofRooms.records];
    assert.is(records.length, 3);
    for (const { kind, seconds } of records)
      assert.ok(seconds! > 0 && seconds! <= longest, `${kind} of ${seconds} s`);
    await box.stop();
  } finally {
    await box.discard();
    time.discard();
  }
});

test.run();

/**
 * The whole box on DAHDI's own driver in the kernel: a phone at the other end of a wired span joins a conference.
 * Runs alone: it has the spans to itself.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { FxoLine } from '../../hal/line-card.js';
import { Box, phones } from '../support/box.js';
import { keySamples } from '../support/key-tones.js';
import { amplitudeOf, decibels, toneSource } from '../support/tone.js';
import { carry, Span } from './wired-spans.js';

const test = suite('the box on DAHDI');

const PEAK = 4000;
const OF_PHONE = 410;
const OF_CALLER = 650;
const SECOND = 8000;

/** What a phone hears in its last second while it says something. */
async function hearing(phone: FxoLine, says: Int16Array): Promise<Int16Array> {
  return (await carry(phone, phone, says)).slice(-SECOND);
}

function tone(hz: number, seconds: number): Int16Array {
  const next = toneSource(hz, PEAK);
  return Int16Array.from(Array.from({ length: 50 * seconds }, () => [...next()]).flat());
}

test('a phone behind a span dials 800, hears a SIP caller and is heard; it hangs up and is gone', async () => {
  const world = await Span.open(2);
  const phone = world.fxo(1);
  const box = await Box.start({
    version: 1,
    extensions: [...phones(1), { number: '201', name: 'Hall' }],
    conferences: [{ number: '800', description: 'Weekly', type: 'static' }],
    lines: [{ name: 'hall', card: 'dahdi:1', place: 1, kind: 'fxs', extension: '201' }],
  });
  try {
    phone.hook(true);
    const dialTone = await hearing(phone, new Int16Array(2 * SECOND));
    assert.ok(amplitudeOf(dialTone, 350) > 500 && amplitudeOf(dialTone, 440) > 500, 'dial tone');
    await carry(phone, phone, keySamples('800'));
    await box.inside(1, '800');
    const caller = await (await box.phone('101')).dial('800');
    await box.inside(2, '800');
    caller.ear.source = toneSource(OF_CALLER, PEAK);
    // The chime of who comes is over by then.
    const [atPhone, atCaller] = await Promise.all([
      hearing(phone, tone(OF_PHONE, 5)),
      caller.ear.listen(200).then(() => caller.ear.listen(50)),
    ]);
    const levels = [
      decibels(amplitudeOf(atPhone, OF_CALLER), PEAK),
      decibels(amplitudeOf(atCaller, OF_PHONE), PEAK),
    ];
    const own = decibels(amplitudeOf(atPhone, OF_PHONE), PEAK);
    for (const level of levels) assert.ok(Math.abs(level) < 1, `heard at ${level.toFixed(1)} dB`);
    assert.ok(own < -35, `the phone hears itself at ${own.toFixed(1)} dB`);
    phone.hook(false);
    await box.inside(1, '800');
  } finally {
    await box.stop();
    await world.close();
  }
});

test.run();

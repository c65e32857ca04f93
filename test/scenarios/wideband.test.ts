/** Phones of different rates in one conference: each hears the best that its codec carries. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Baresip } from '../support/baresip.js';
import { phones, withBox, type Box, type Status } from '../support/box.js';
import { isInstalled } from '../support/program.js';
import type { TestCall } from '../support/test-call.js';
import { amplitudeOf, decibels, toneSource } from '../support/tone.js';
import type { VoiceName } from '../support/voice-codec.js';

const test = suite('wideband');
const AMPLITUDE = 4000;
const config = {
  version: 1,
  extensions: phones(4),
  conferences: [{ number: '800', description: 'Open', type: 'static' }],
};

async function join(box: Box, number: string, voice: VoiceName): Promise<TestCall> {
  return (await box.phone(number, { voice })).dial('800');
}

/** How loud a tone of AMPLITUDE is heard, dB. */
async function level({ ear }: TestCall, hz: number): Promise<number> {
  return decibels(amplitudeOf(await ear.listen(50), hz, ear.voice.rate), AMPLITUDE);
}

test('5 kHz passes from one G.722 phone to another while a G.711 phone is in the room', () =>
  withBox(config, async (box) => {
    const wide = await join(box, '101', 'G722');
    const listener = await join(box, '102', 'G722');
    const narrow = await join(box, '103', 'PCMU');
    await box.inside(3);
    wide.ear.source = toneSource(5000, AMPLITUDE, 16000);
    narrow.ear.source = toneSource(700, AMPLITUDE);
    await Promise.all([wide, listener, narrow].map(({ ear }) => ear.listen(60)));
    assert.ok(Math.abs(await level(listener, 5000)) < 1.5, 'the other wideband phone hears it');
    assert.ok(Math.abs(await level(listener, 700)) < 1, 'and the narrowband one');
    assert.ok(Math.abs(await level(wide, 700)) < 1);
    assert.ok((await level(wide, 5000)) < -60, 'nobody hears themselves');
    assert.ok((await level(narrow, 700)) < -60);
    assert.ok((await level(narrow, 3000)) < -40, 'and 5 kHz does not fold back to 3 kHz');
  }));

if (isInstalled('baresip'))
  for (const [codec, rateHz] of [
    ['G722/16000/1', 16000],
    ['opus/48000/1', 48000],
  ] as const)
    test(`a real baresip in ${codec}: 5 kHz, both ways`, () =>
      withBox(config, async (box) => {
        const phone = await join(box, '101', 'G722');
        phone.ear.source = toneSource(4000, AMPLITUDE, 16000);
        const next = toneSource(5000, AMPLITUDE, rateHz);
        const microphone = Int16Array.from(Array.from({ length: 30 * 50 }, () => [...next()]).flat());
        const baresip = await Baresip.start(box.sip, '102', 'secret-102', microphone, undefined, {
          codec,
          rateHz,
        });
        try {
          await box.until<Status>('status', ({ phones: registered }) => registered.length === 2);
          baresip.command('dial', `800@${box.sip.address}:${box.sip.port}`);
          await box.inside(2);
          await phone.ear.listen(60);
          const heard = await level(phone, 5000);
          assert.ok(Math.abs(heard) < 3, `baresip is heard at ${heard.toFixed(1)} dB`);
          baresip.command('hangup');
          await box.inside(1);
          const recorded = (await baresip.quit()).slice(-1.5 * rateHz, -0.2 * rateHz);
          const theirs = decibels(amplitudeOf(recorded, 4000, rateHz), AMPLITUDE);
          const own = decibels(amplitudeOf(recorded, 5000, rateHz), AMPLITUDE);
          assert.ok(Math.abs(theirs) < 3, `baresip hears the other at ${theirs.toFixed(1)} dB`);
          assert.ok(own < -35, `baresip hears itself at ${own.toFixed(1)} dB`);
        } catch (error) {
          console.log(baresip.log.slice(-3000));
          throw error;
        } finally {
          baresip.discard();
        }
      }));

test.run();

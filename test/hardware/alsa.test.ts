/** Audio ports on snd-aloop, the kernel's own wired sound card: what one end plays, the other captures; and a card that is pulled out. */
import { writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { AudioPortEvent } from '../../hal/audio-port.js';
import { openAlsaPort } from '../../hal/drivers/alsa/port.js';
import { FarEnd } from '../support/sound-server.js';
import { amplitudeOf, decibels, toneSource } from '../support/tone.js';

const test = suite('ALSA in the kernel');

const AMPLITUDE = 8000;
const port = { capture: 'hw:Loopback,0,1', playback: 'hw:Loopback,0,0' };
const far = { capture: 'hw:Loopback,1,0', playback: 'hw:Loopback,1,1' };
const driver = '/sys/bus/platform/drivers/snd_aloop';

/** Listens until a tone is there; then how loud it is, dB against how it was played. */
async function levelAt(end: FarEnd, hz: number): Promise<number> {
  const level = async (ms: number) => decibels(amplitudeOf(await end.hear(ms), hz, end.rate), AMPLITUDE);
  for (let at = 0; at < 25 && (await level(200)) < -1; at += 1);
  return level(1000);
}

for (const rate of [8000, 16000, 48000])
  test(`${rate} samples a second: both ways at once, each as loud as it was`, async () => {
    const [one, other] = [await FarEnd.open({ ...port, rate }), await FarEnd.open({ ...far, rate })];
    one.source = toneSource(600, AMPLITUDE, one.rate);
    other.source = toneSource(1100, AMPLITUDE, other.rate);
    const levels = [await levelAt(one, 1100), await levelAt(other, 600)];
    await Promise.all([one.close(), other.close()]);
    for (const level of levels) assert.ok(Math.abs(level) < 0.5, `${level.toFixed(2)} dB`);
  });

test('one that has it keeps it, and the other is told so', async () => {
  const first = await openAlsaPort({ ...port, rate: 48000 });
  try {
    await openAlsaPort({ ...port, rate: 48000 });
    assert.unreachable();
  } catch (error) {
    assert.is((error as { code: string }).code, 'busy');
  }
  await first.close();
});

test('a card that is pulled out is told, and opens again when it is back', async () => {
  const one = await openAlsaPort({ ...port, rate: 48000 });
  const lost = new Promise<AudioPortEvent>((resolve) => (one.onEvent = resolve));
  writeFileSync(`${driver}/unbind`, 'snd_aloop.0');
  assert.is((await lost).type, 'lost');
  await one.close();
  writeFileSync(`${driver}/bind`, 'snd_aloop.0');
  await (await openAlsaPort({ ...port, rate: 48000 })).close();
});

test.run();

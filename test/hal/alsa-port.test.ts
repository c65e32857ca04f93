/**
 * Audio ports on real-time sound devices: what is said and heard, and devices that are not there, flood, or go away.
 * Runs alone: a sound device does not wait for who is late.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { AudioDevice, AudioPortEvent } from '../../hal/audio-port.js';
import { openAlsaPort } from '../../hal/drivers/alsa/port.js';
import { RateGuard } from '../../hal/drivers/alsa/rate-guard.js';
import { HardwareError } from '../../hal/hardware-error.js';
import { FarEnd, RATE, SoundServer, soundServerMissing } from '../support/sound-server.js';
import { amplitudeOf, decibels, toneSource } from '../support/tone.js';

const test = suite('ALSA port');

/** A rate of which no frame is a multiple of the port's. */
const device = { capture: 'port_in', playback: 'port_out', rate: 44100 };

async function refusal(settings: AudioDevice): Promise<HardwareError> {
  try {
    await (await openAlsaPort(settings)).close();
  } catch (error) {
    if (error instanceof HardwareError) return error;
    throw error;
  }
  throw new Error('it was opened');
}

test('a rate guard lets real time pass, and what catches up after a stall, but no flood', () => {
  const guard = new RateGuard();
  for (let ms = 0; ms < 10_000; ms += 20) assert.not(guard.floods(20, ms));
  for (let i = 0; i < 20; i++) assert.not(guard.floods(20, 10_000));
  const flood = Array.from({ length: 200 }, () => guard.floods(20, 11_500));
  assert.ok(flood.at(-1));
});

test('a device that is not there is not found, and says so', async () => {
  const error = await refusal({ playback: 'nowhere', rate: RATE });
  assert.is(error.code, 'notFound');
  assert.match(error.message, /^playback: No such file/);
});

test('a device that floods is given up: it has no clock', async () => {
  for (const settings of [{ capture: 'null' }, { playback: 'null' }]) {
    const port = await openAlsaPort({ ...settings, rate: RATE });
    const event = await new Promise<AudioPortEvent>((resolve) => (port.onEvent = resolve));
    assert.is(event.type, 'lost');
    await port.close();
  }
});

const missing = soundServerMissing();
if (missing !== '') console.log(`SKIPPED: audio ports on sound devices (${missing})`);
else
  test('both ways at once, each tone as loud as it was; then the server dies, and comes back', async () => {
    const server = await SoundServer.start();
    let putAway = (): Promise<unknown> => Promise.resolve();
    try {
      const [port, far] = await Promise.all([openAlsaPort(device), FarEnd.open()]);
      const events: AudioPortEvent[] = [];
      port.onEvent = (event) => events.push(event);
      const { frameSamples } = port.rx;
      assert.is(frameSamples * 50, 16000);
      const [up, down] = [toneSource(1000, 8000, 16000), toneSource(3100, 4000, 16000)];
      far.source = up;
      const heard: Int16Array[] = [];
      const timer = setInterval(() => {
        while (port.tx.waiting < 3) port.tx.write(down());
        for (const frame = new Int16Array(frameSamples); port.rx.waiting > 0;) {
          port.rx.read(frame);
          heard.push(frame.slice());
        }
      }, 5);
      putAway = () => {
        clearInterval(timer);
        return Promise.all([port.close(), far.close()]);
      };
      for (let loud = false; !loud;) loud = amplitudeOf(await far.hear(400), 3100, 16000) > 3000;
      const atFar = await far.hear(1000);
      while (heard.length < 60 || Math.max(...heard[heard.length - 50]) < 4000)
        await new Promise((resolve) => setTimeout(resolve, 20));
      const atPort = Int16Array.from(heard.slice(-50).flatMap((frame) => [...frame]));
      assert.ok(Math.abs(decibels(amplitudeOf(atFar, 3100, 16000), 4000)) < 0.5, 'the loudspeaker');
      assert.ok(Math.abs(decibels(amplitudeOf(atPort, 1000, 16000), 8000)) < 0.5, 'the microphone');
      assert.ok(amplitudeOf(atPort, 3100, 16000) < 40, 'and nothing of the other way');
      assert.is(events.filter(({ type }) => type === 'lost').length, 0);

      const lost = new Promise<void>((resolve) => {
        port.onEvent = ({ type }) => void (type === 'lost' && resolve());
      });
      await server.kill();
      await lost;
      await putAway();
      assert.ok(['lost', 'notFound'].includes((await refusal(device)).code));
      await server.run();
      await (await openAlsaPort(device)).close();
    } finally {
      await putAway();
      await server.stop();
    }
  });

test.run();

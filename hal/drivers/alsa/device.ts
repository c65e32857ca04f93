/**
 * Program: one ALSA device, in a process of its own. What is native can crash, hang or flood, and then costs this port
 * alone. Microphone and loudspeaker go at their own pace, and bring and ask for frames at that.
 */
import { Playback, probe } from '../../ffi/alsa-library.js';
import { HardwareError } from '../../hardware-error.js';
import { Resampler } from '../../resampler.js';
import { Microphone } from './microphone.js';
import type { DeviceSettings, FromDevice, ToDevice } from './messages.js';
import { RateGuard } from './rate-guard.js';

const FRAME_MS = 20;
/** Frames that are asked for before the device takes them: what comes late by so much is not heard. */
const AHEAD = 2;

const settings = JSON.parse(process.argv[2]) as DeviceSettings;
const { rate, portRate } = settings;
const period = (rate / 1000) * FRAME_MS;

// It ends with whoever started it, and with nobody else.
process.on('disconnect', end);
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});

try {
  const { capture, playback } = settings;
  if (capture !== undefined) probe('capture', { device: capture, rate, period });
  const loudspeaker = playback === undefined ? undefined : new Playback({ device: playback, rate, period });
  if (loudspeaker) play(loudspeaker).catch(fail);
  if (capture !== undefined) listen(capture);
  tell({ type: 'open' });
} catch (error) {
  fail(error);
}

function tell(message: FromDevice): void {
  process.send?.(message);
}

function fail(error: unknown): void {
  const code = error instanceof HardwareError ? error.code : 'lost';
  const reason = error instanceof Error ? error.message : String(error);
  tell({ type: 'failed', code, reason });
  end();
}

/** At once: an orderly exit waits for the thread that captures, which waits for its device. */
function end(): void {
  process.kill(process.pid, 'SIGKILL');
}

function listen(device: string): void {
  const resampler = converter(rate, portRate);
  const frame = new Int16Array((portRate / 1000) * FRAME_MS);
  new Microphone(device, rate, {
    heard(samples) {
      if (resampler) resampler.run(samples, frame);
      else frame.set(samples);
      tell({ type: 'captured', frame });
    },
    xrun: () => tell({ type: 'xrun', capture: true }),
    failed: fail,
  });
}

async function play(loudspeaker: Playback): Promise<void> {
  const resampler = converter(portRate, rate);
  const guard = new RateGuard();
  const waiting: Int16Array[] = [];
  let wake = (): void => {};
  process.on('message', ({ frame }: ToDevice) => {
    waiting.push(frame);
    wake();
  });
  const samples = new Int16Array(period);
  for (let i = 0; i < AHEAD; i++) tell({ type: 'wanted' });
  for (;;) {
    while (waiting.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    const frame = waiting.shift()!;
    if (resampler) resampler.run(frame, samples);
    else samples.set(frame);
    if (await loudspeaker.write(samples)) tell({ type: 'xrun', capture: false });
    if (guard.floods(FRAME_MS, performance.now()))
      throw new HardwareError('lost', 'playback: it takes more than it can say');
    tell({ type: 'wanted' });
  }
}

/** None where nothing has to be converted. */
function converter(from: number, to: number): Resampler | undefined {
  return from === to ? undefined : new Resampler(from, to);
}

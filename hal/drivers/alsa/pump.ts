/**
 * Worker: carries frames between the rings of an audio port and the process of its device, so that nothing the main
 * thread does is heard. It ends when the process is gone.
 */
import { fork } from 'node:child_process';
import { parentPort, workerData } from 'node:worker_threads';
import { FrameRing } from '../../frame-ring.js';
import { SlipReader } from '../../slip-reader.js';
import type { DeviceSettings, FromDevice, FromPump, ToDevice } from './messages.js';

export type PumpData = { device: DeviceSettings; rx: SharedArrayBuffer; tx: SharedArrayBuffer };

/** A device that neither brings nor takes a frame for so long hangs; it opens within this time too. */
const HANGS_MS = 3000;

const { device, rx, tx } = workerData as PumpData;
const microphone = new FrameRing(rx);
const loudspeaker = new SlipReader(new FrameRing(tx));
const frame = new Int16Array(microphone.frameSamples);

const process = fork(new URL('./device.js', import.meta.url), [JSON.stringify(device)], {
  serialization: 'advanced',
  stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
});
let failure: Extract<FromPump, { type: 'failed' }> = {
  type: 'failed',
  code: 'lost',
  reason: 'its process ended',
};
let [capturedMs, wantedMs] = [performance.now(), performance.now()];

process.on('message', (message: FromDevice) => {
  switch (message.type) {
    case 'captured':
      capturedMs = performance.now();
      microphone.write(message.frame);
      break;
    case 'wanted':
      wantedMs = performance.now();
      loudspeaker.read(frame);
      process.send({ type: 'play', frame } satisfies ToDevice);
      break;
    case 'failed':
      failure = message;
      break;
    default:
      tell(message);
  }
});
process.on('error', (error) => (failure = { ...failure, reason: error.message }));
process.on('exit', () => {
  tell(failure);
  parentPort!.close();
  clearInterval(watch);
});
parentPort!.on('message', () => process.kill('SIGKILL'));

const watch = setInterval(() => {
  const nowMs = performance.now();
  const still =
    (device.capture !== undefined && nowMs - capturedMs > HANGS_MS) ||
    (device.playback !== undefined && nowMs - wantedMs > HANGS_MS);
  if (!still) return;
  failure = { ...failure, reason: 'it hangs' };
  process.kill('SIGKILL');
}, HANGS_MS / 6);

function tell(message: FromPump): void {
  parentPort!.postMessage(message);
}

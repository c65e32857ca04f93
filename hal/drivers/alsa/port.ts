/** Audio ports of ALSA, each with a thread and a process of its own: pump.ts, device.ts. */
import { Worker } from 'node:worker_threads';
import type { AudioDevice, AudioPort } from '../../audio-port.js';
import { FrameRing, frameRingMemory } from '../../frame-ring.js';
import { HardwareError } from '../../hardware-error.js';
import type { FromPump } from './messages.js';
import type { PumpData } from './pump.js';

/** Frames that a ring holds. */
const FRAMES = 8;

const program = new URL('./pump.js', import.meta.url);

/** Rejects with a HardwareError if the device is not to be had. */
export function openAlsaPort(device: AudioDevice): Promise<AudioPort> {
  // What a device hears beyond 8 kHz, phones with wideband codecs can be told; beyond 16 kHz none can.
  const portRate = device.rate < 16000 ? 8000 : 16000;
  const memory = () => frameRingMemory(FRAMES, portRate / 50);
  const workerData: PumpData = { device: { ...device, portRate }, rx: memory(), tx: memory() };
  const pump = new Worker(program, { workerData, name: 'audio' });
  const gone = new Promise<void>((resolve) => pump.once('exit', () => resolve()));
  let closing = false;
  const port: AudioPort = {
    rx: new FrameRing(workerData.rx),
    tx: new FrameRing(workerData.tx),
    onEvent: () => {},
    close() {
      closing = true;
      pump.postMessage('close');
      return gone;
    },
  };
  return new Promise((resolve, reject) => {
    pump.once('error', reject);
    pump.on('message', (message: FromPump) => {
      if (message.type === 'open') resolve(port);
      else if (message.type === 'xrun') port.onEvent(message);
      else {
        reject(new HardwareError(message.code, message.reason));
        if (!closing) port.onEvent({ type: 'lost', reason: message.reason });
      }
    });
  });
}

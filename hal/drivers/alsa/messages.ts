/** What the process of an ALSA device and the thread that feeds it say to each other. */
import type { AudioDevice } from '../../audio-port.js';
import type { HardwareCode } from '../../hardware-error.js';

/** What it is started with. `portRate`: samples per second of the frames, which are 20 ms. */
export type DeviceSettings = AudioDevice & { portRate: number };

/** From the process. */
export type FromDevice =
  /** The device is open. */
  | { type: 'open' }
  /** What the microphone heard. */
  | { type: 'captured'; frame: Int16Array }
  /** The loudspeaker takes another frame. */
  | { type: 'wanted' }
  | { type: 'xrun'; capture: boolean }
  /** It cannot be opened, or is gone; the process ends. */
  | { type: 'failed'; code: HardwareCode; reason: string };

/** To the process. */
export type ToDevice = { type: 'play'; frame: Int16Array };

/** From the thread that feeds it; the last is `failed`. */
export type FromPump = Extract<FromDevice, { type: 'open' | 'xrun' | 'failed' }>;

/** A microphone and a loudspeaker: a room, a door station, an amplifier. */
import type { FrameRing } from './frame-ring.js';

export type AudioPortEvent =
  /** Frames the device lost or wanted and did not get (xrun). */
  | { type: 'xrun'; capture: boolean }
  /** The device is gone; the last event. */
  | { type: 'lost' };

export type AudioPort = {
  readonly name: string;
  /** From the microphone. */
  readonly rx: FrameRing;
  /** To the loudspeaker. */
  readonly tx: FrameRing;
  onEvent: (event: AudioPortEvent) => void;
  close(): Promise<void>;
};

export type AudioPortDriver = {
  readonly name: string;
  /** Rejects with a HardwareError if that device is not to be had. */
  open(device: string): Promise<AudioPort>;
};

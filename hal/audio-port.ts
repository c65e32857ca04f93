/** A microphone, a loudspeaker, or both: a room, a door station, an amplifier. */
import type { FrameRing } from './frame-ring.js';

export type AudioDevice = {
  /** Where from and where to, as the sound system names it; undefined for none. */
  capture?: string;
  playback?: string;
  /** Samples per second of the device. */
  rate: number;
};

export type AudioPortEvent =
  /** Sound was lost: the device had no room for what came (capture), or wanted what was not there. */
  | { type: 'xrun'; capture: boolean }
  /** The device is gone; the last event. */
  | { type: 'lost'; reason: string };

export type AudioPort = {
  /** From the microphone. */
  readonly rx: FrameRing;
  /** To the loudspeaker. */
  readonly tx: FrameRing;
  /** Who is told; set before the next turn of the event loop. */
  onEvent: (event: AudioPortEvent) => void;
  /** Resolves when nothing of it is left. */
  close(): Promise<void>;
};

/** Rejects with a HardwareError if that device is not to be had. */
export type OpenAudioPort = (device: AudioDevice) => Promise<AudioPort>;

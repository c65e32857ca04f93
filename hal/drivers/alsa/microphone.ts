/** A microphone that is open: the alsa-capture package, which is one to a process, with what it does wrong kept from us. */
import { createRequire } from 'node:module';
import { HardwareError } from '../../hardware-error.js';
import { RateGuard } from './rate-guard.js';

type AlsaCapture = {
  on(event: 'audio', listener: (bytes: Uint8Array) => void): void;
  on(event: 'error', listener: (error: Error) => void): void;
  on(event: 'overrun' | 'shortRead' | 'readError', listener: (detail: string) => void): void;
};

export type MicrophoneHandlers = {
  /** 20 ms; the samples are the listener's until it returns. */
  heard(samples: Int16Array): void;
  xrun(): void;
  failed(error: HardwareError): void;
};

export class Microphone {
  #samples: Int16Array;
  #filled = 0;
  #guard = new RateGuard();
  /** The package brings what it had before once more after each of these. */
  #stale = false;
  #over = false;

  /** Throws a HardwareError if the package is not there; the device is to have been probed. */
  constructor(
    device: string,
    private readonly rate: number,
    private readonly handlers: MicrophoneHandlers,
  ) {
    const period = rate / 50;
    this.#samples = new Int16Array(period);
    const capture = openCapture({ device, rate, channels: 1, format: 'S16_LE', periodSize: period });
    capture.on('audio', (bytes) => this.#heard(bytes));
    capture.on('overrun', () => this.#missed());
    capture.on('shortRead', () => this.#missed());
    capture.on('readError', (detail) => this.#fail(detail));
    capture.on('error', ({ message }) => this.#fail(message));
  }

  #heard(bytes: Uint8Array): void {
    if (this.#over) return;
    const soundMs = (bytes.length / 2 / this.rate) * 1000;
    if (this.#guard.floods(soundMs, performance.now())) return this.#fail('it brings more than it can hear');
    if (this.#stale) {
      this.#stale = false;
      return;
    }
    const samples = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1);
    for (let at = 0; at < samples.length;) {
      const part = samples.subarray(at, at + this.#samples.length - this.#filled);
      this.#samples.set(part, this.#filled);
      this.#filled = (this.#filled + part.length) % this.#samples.length;
      at += part.length;
      if (this.#filled === 0) this.handlers.heard(this.#samples);
    }
  }

  #missed(): void {
    this.#stale = true;
    this.handlers.xrun();
  }

  #fail(why: string): void {
    if (this.#over) return;
    this.#over = true;
    this.handlers.failed(new HardwareError('lost', `capture: ${why.trim()}`));
  }
}

function openCapture(options: object): AlsaCapture {
  let Capture: new (options: object) => AlsaCapture;
  try {
    Capture = createRequire(import.meta.url)('alsa-capture') as typeof Capture;
  } catch {
    const reason = 'the package alsa-capture is not there: it is built by npm where libasound2-dev is';
    throw new HardwareError('unsupported', reason);
  }
  return new Capture(options);
}

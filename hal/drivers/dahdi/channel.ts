/** One channel of DAHDI, opened: what can be asked of it and told to it. Nothing here waits. */
import * as fs from 'node:fs';
import { EBUSY, ioctl } from '../../ffi/libc.js';
import { errno } from '../../ffi/library.js';
import { FRAME_SAMPLES } from '../../frame-ring.js';
import { HardwareError, type HardwareCode } from '../../hardware-error.js';
import {
  buffers,
  cadence,
  HOOK,
  MAX_CHANNELS,
  paramsOf,
  readParams,
  readSpanName,
  REQUEST,
  statusOf,
  writeBreak,
  type ChannelParams,
} from './layout.js';
import { HELD_FRAMES } from './pump.js';
import { BREAK_MS } from './signals.js';

/** 32 ms at 8 kHz. */
const ECHO_TAPS = 256;
/** So long a phone that is on hook hears what is sent: the pause between two rings. */
const TRANSFER_MS = 6000;
/** Ringing goes on until it is told to end: who rings makes the cadence. */
const RING_MS = 3_600_000;
/** By reversal, by 90 V of direct and of alternating current: each card does what it can. */
const ANY_LAMP = 7;

export class Channel {
  readonly fd: number;
  /** Whether the driver has an echo canceller for it. */
  readonly cancelsEcho: boolean;

  /** Throws a HardwareError if it is not there, or somebody else has it. */
  constructor(readonly params: ChannelParams) {
    const { channel } = params;
    this.fd = openDevice('channel', `channel ${channel}`);
    try {
      if (this.#tell(REQUEST.specify, channel) < 0)
        throw new HardwareError(
          errno() === EBUSY ? 'busy' : 'notFound',
          `DAHDI channel ${channel}: errno ${errno()}`,
        );
      this.#prepare();
      this.cancelsEcho = this.#hasEchoCanceller();
    } catch (error) {
      fs.closeSync(this.fd);
      throw error;
    }
  }

  now(): ChannelParams {
    const params = paramsOf(0);
    ioctl(this.fd, REQUEST.getParams, params);
    return readParams(params);
  }

  hook(how: keyof typeof HOOK): void {
    this.#tell(REQUEST.hook, HOOK[how]);
  }

  reverse(reversed: boolean): void {
    this.#tell(REQUEST.setPolarity, reversed ? 1 : 0);
  }

  lamp(on: boolean): void {
    this.#tell(REQUEST.messages, on ? 1 : 0);
  }

  /** Lets a phone hear though it is on hook, as who calls. */
  sendOnHook(): void {
    this.#tell(REQUEST.onHookTransfer, TRANSFER_MS);
  }

  cancelEcho(on: boolean): void {
    if (this.cancelsEcho) this.#tell(REQUEST.echoCancel, on ? ECHO_TAPS : 0);
  }

  close(): void {
    fs.closeSync(this.fd);
  }

  /** Sound as linear samples, by whatever law the card has; frames of 20 ms. */
  #prepare(): void {
    const times = paramsOf(0);
    ioctl(this.fd, REQUEST.getParams, times);
    writeBreak(times, BREAK_MS);
    const made =
      ioctl(this.fd, REQUEST.setParams, times) === 0 &&
      ioctl(this.fd, REQUEST.setBuffers, buffers(HELD_FRAMES, FRAME_SAMPLES)) === 0 &&
      this.#tell(REQUEST.setLinear, 1) === 0;
    if (!made)
      throw new HardwareError('unsupported', `DAHDI channel ${this.params.channel}: errno ${errno()}`);
    // A line that was closed while it was being cleared would never be clear otherwise.
    this.hook('ringOff');
    if (this.params.kind === 'fxs') {
      ioctl(this.fd, REQUEST.setCadence, cadence(RING_MS));
      this.#tell(REQUEST.lampKind, ANY_LAMP);
    }
  }

  /** Where there is none, switching it on works all the same, and only training it does not. */
  #hasEchoCanceller(): boolean {
    this.#tell(REQUEST.echoCancel, ECHO_TAPS);
    const there = this.#tell(REQUEST.echoTrain, 0) === 0;
    this.#tell(REQUEST.echoCancel, 0);
    return there;
  }

  #tell(request: number, value: number): number {
    return ioctl(this.fd, request, new Int32Array([value]));
  }
}

/** All analog lines that the system has. Throws a HardwareError where there is no DAHDI. */
export function analogChannels(): ChannelParams[] {
  const control = openDevice('ctl', 'DAHDI');
  try {
    const found = [];
    for (let channel = 1; channel < MAX_CHANNELS; channel++) {
      const params = paramsOf(channel);
      if (ioctl(control, REQUEST.getParams, params) === 0) found.push(readParams(params));
    }
    return found.filter(({ kind }) => kind !== undefined);
  } finally {
    fs.closeSync(control);
  }
}

/** A span by the name that its driver gives it. */
export function spanName(span: number): string {
  const control = openDevice('ctl', `span ${span}`);
  const status = statusOf(span);
  ioctl(control, REQUEST.spanStatus, status);
  fs.closeSync(control);
  return readSpanName(status);
}

const CODES: Record<string, HardwareCode> = { EACCES: 'denied', EPERM: 'denied', EBUSY: 'busy' };

function openDevice(name: string, what: string): number {
  const device = `/dev/dahdi/${name}`;
  try {
    return fs.openSync(device, fs.constants.O_RDWR | fs.constants.O_NONBLOCK);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new HardwareError(CODES[code] ?? 'notFound', `${what}: ${device} cannot be opened: ${code}`);
  }
}

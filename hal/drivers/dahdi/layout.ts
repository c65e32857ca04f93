/** What DAHDI's driver and we pass each other: requests and structs of dahdi/user.h, the same on x64 and arm64. Pure. */

export const REQUEST = {
  getParams: 0xc088da05,
  setParams: 0x4088da05,
  hook: 0x4004da07,
  getEvent: 0x8004da08,
  spanStatus: 0xc13ada0a,
  setBuffers: 0x4018da1b,
  echoCancel: 0x4004da21,
  echoTrain: 0x4004da32,
  specify: 0x4004da26,
  setLinear: 0x4004da28,
  setCadence: 0x4040da2a,
  onHookTransfer: 0x4004da33,
  setPolarity: 0x4004da5c,
  messages: 0xc004da5e,
  lampKind: 0x4004da5f,
} as const;

/** What HOOK is told. */
export const HOOK = { on: 0, off: 1, ring: 5, ringOff: 6 } as const;

export const MAX_CHANNELS = 1024;

const PARAMS_BYTES = 136;
const SPAN_BYTES = 314;
const CADENCE_BYTES = 64;
const AT = { span: 4, place: 8, signalling: 12, offHook: 20, breakMs: 112, alarms: 132 } as const;
const SPAN_AT = { name: 4, description: 24, irqMisses: 112 } as const;
/** A channel is signalled by what it plays: like an exchange to a phone (FXO), like a phone to the exchange (FXS). */
const [SIGNALLED_FXO, SIGNALLED_FXS] = [0x1000, 0x2000];

export type ChannelParams = {
  channel: number;
  span: number;
  /** From 1, on its card. */
  place: number;
  /** By what is attached, which is the opposite of how it is signalled; undefined if it is no analog line. */
  kind: 'fxs' | 'fxo' | undefined;
  offHook: boolean;
  /** Bits; 0 for none. */
  alarms: number;
};

/** `struct dahdi_params`, to ask for those of a channel. */
export function paramsOf(channel: number): Buffer {
  const params = Buffer.alloc(PARAMS_BYTES);
  params.writeInt32LE(channel);
  return params;
}

export function readParams(params: Buffer): ChannelParams {
  const signalling = params.readUInt32LE(AT.signalling);
  return {
    channel: params.readInt32LE(),
    span: params.readInt32LE(AT.span),
    place: params.readInt32LE(AT.place),
    kind: signalling & SIGNALLED_FXO ? 'fxs' : signalling & SIGNALLED_FXS ? 'fxo' : undefined,
    offHook: params.readInt32LE(AT.offHook) !== 0,
    alarms: params.readUInt32LE(AT.alarms),
  };
}

/** Sets how long a loop must be open until the driver says so; shorter breaks it counts as pulses, ms. */
export function writeBreak(params: Buffer, ms: number): void {
  params.writeInt32LE(ms, AT.breakMs);
}

/** `struct dahdi_spaninfo`, to ask for that of a span. */
export function statusOf(span: number): Buffer {
  const status = Buffer.alloc(SPAN_BYTES);
  status.writeInt32LE(span);
  return status;
}

export function readSpanName(status: Buffer): string {
  const text = (from: number, to: number) => status.toString('latin1', from, to).replace(/\0.*$/s, '').trim();
  return text(SPAN_AT.description, SPAN_AT.description + 40) || text(SPAN_AT.name, SPAN_AT.description);
}

/** `struct dahdi_bufferinfo`: so many frames each way, given to the line at once. */
export function buffers(frames: number, samples: number): Buffer {
  return Buffer.from(new Int32Array([0, 0, frames, samples, -1, -1]).buffer);
}

/** `struct dahdi_ring_cadence`: on for so long, ms, and then on again. */
export function cadence(onMs: number): Buffer {
  const bytes = Buffer.alloc(CADENCE_BYTES);
  bytes.writeInt32LE(onMs);
  bytes.writeInt32LE(1, 4);
  return bytes;
}

const ALARMS: readonly (readonly [number, string])[] = [
  [0x08, 'red: no signal comes in'],
  [0x10, 'blue: the other side is not ready'],
  [0x04, 'yellow: the other side gets no signal'],
  [0x02, 'looped back'],
  [0x20, 'not in use'],
  [0x01, 'recovering'],
];

/** What is wrong with a line, in words; '' if nothing is. */
export function alarmWords(kind: 'fxs' | 'fxo', alarms: number): string {
  if (alarms === 0) return '';
  if (kind === 'fxo' && alarms & 0x08) return 'no battery: is the line of the exchange plugged in?';
  const words = ALARMS.filter(([bit]) => alarms & bit).map(([, text]) => text);
  return words.join(', ') || `alarm 0x${alarms.toString(16)}`;
}

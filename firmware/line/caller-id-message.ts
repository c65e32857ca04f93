/** What an exchange tells of a caller, as the octets of a message (Bellcore GR-30, ETSI EN 300 659-3). */

export type CallerId = {
  /** Digits, with `+` in front of an international number. */
  number?: string;
  name?: string;
  /** Why there is no number: the caller wants it so, or the network does not know it. */
  absent?: 'private' | 'unavailable';
  /** When the call came, by the exchange's clock; the year is never told. */
  at?: { month: number; day: number; hour: number; minute: number };
};

/** One parameter, or several with their types. */
export type MessageFormat = 'sdmf' | 'mdmf';

const SDMF_CALL = 0x04;
const MDMF_CALL = 0x80;
const MDMF_WAITING = 0x82;
const AT = 0x01;
const NUMBER = 0x02;
const NO_NUMBER = 0x04;
const NAME = 0x07;
const NO_NAME = 0x08;
const VISUAL_INDICATOR = 0x0b;

/** GR-31 has at most 10 digits, EN 300 659-3 at most 20 and a name of 50. */
const MAX_NUMBER = 20;
const MAX_NAME = 50;

/** The message from type to checksum. What is too long is cut; SDMF has no place for the name. */
export function writeCallerId(caller: CallerId, format: MessageFormat): Uint8Array {
  const at = caller.at ? [caller.at.month, caller.at.day, caller.at.hour, caller.at.minute] : undefined;
  const atText = at?.map((part) => String(part).padStart(2, '0')).join('');
  const reason = caller.absent === 'private' ? 'P' : 'O';
  const number = caller.number?.replace(/[^0-9*#+]/g, '').slice(0, MAX_NUMBER);
  const name = caller.name?.slice(0, MAX_NAME);
  if (format === 'sdmf')
    return withChecksum(SDMF_CALL, octetsOf((atText ?? '00000000') + (number || reason)));
  return withChecksum(MDMF_CALL, [
    ...(atText ? parameter(AT, atText) : []),
    ...(number ? parameter(NUMBER, number) : parameter(NO_NUMBER, reason)),
    ...(name ? parameter(NAME, name) : number ? [] : parameter(NO_NAME, reason)),
  ]);
}

/** Tells a phone that is on hook to light its lamp, or to put it out (Bellcore GR-1401, EN 300 659-3 §5.2.4). */
export function writeMessageWaiting(waiting: boolean): Uint8Array {
  return withChecksum(MDMF_WAITING, [VISUAL_INDICATOR, 1, waiting ? 0xff : 0]);
}

/** Reads a message from type to checksum; undefined if it is none of a call, or not as it says. Never throws. */
export function readCallerId(message: Uint8Array): CallerId | undefined {
  if (message.length < 3 || message.length !== message[1] + 3) return undefined;
  if ((message.reduce((sum, octet) => sum + octet, 0) & 0xff) !== 0) return undefined;
  const body = message.subarray(2, -1);
  if (message[0] === SDMF_CALL) return readSingle(text(body));
  if (message[0] !== MDMF_CALL) return undefined;
  const caller: CallerId = {};
  for (let from = 0; from < body.length;) {
    if (from + 2 > body.length || from + 2 + body[from + 1] > body.length) return undefined;
    const to = from + 2 + body[from + 1];
    readParameter(caller, body[from], text(body.subarray(from + 2, to)));
    from = to;
  }
  return caller;
}

/** Month, day, hour, minute, then the number or why there is none. */
function readSingle(body: string): CallerId | undefined {
  if (body.length < 8) return undefined;
  const caller: CallerId = {};
  readParameter(caller, AT, body.slice(0, 8));
  const rest = body.slice(8);
  readParameter(caller, rest === 'P' || rest === 'O' ? NO_NUMBER : NUMBER, rest);
  return caller;
}

function readParameter(caller: CallerId, type: number, value: string): void {
  switch (type) {
    case AT:
      caller.at = readAt(value);
      return;
    case NUMBER:
      if (/^\+?[0-9*#]{1,20}$/.test(value)) caller.number = value;
      return;
    case NO_NUMBER:
      caller.absent = value === 'P' ? 'private' : 'unavailable';
      return;
    case NAME:
      caller.name = value.trim().slice(0, MAX_NAME) || undefined;
  }
}

function readAt(value: string): CallerId['at'] {
  if (!/^\d{8}$/.test(value)) return undefined;
  const [month, day, hour, minute] = value.match(/../g)!.map(Number);
  const real = month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour <= 23 && minute <= 59;
  return real ? { month, day, hour, minute } : undefined;
}

function parameter(type: number, value: string): number[] {
  return [type, value.length, ...octetsOf(value)];
}

/** ISO 8859-1; what it has not becomes a question mark. */
function octetsOf(value: string): number[] {
  return Array.from({ length: value.length }, (_, at) => {
    const code = value.charCodeAt(at);
    return code >= 0x20 && code <= 0xff ? code : 0x3f;
  });
}

/** Control characters are left out: they are no part of any number or name. */
function text(octets: Uint8Array): string {
  return String.fromCharCode(...octets).replace(/[\x00-\x1f\x7f-\x9f]/g, '');
}

/** GR-30: the sum of all octets with it is 0, modulo 256. */
function withChecksum(type: number, body: number[]): Uint8Array {
  const message = [type, body.length, ...body];
  const sum = message.reduce((all, octet) => all + octet, 0);
  return Uint8Array.from([...message, -sum & 0xff]);
}

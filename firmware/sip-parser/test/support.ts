import * as assert from 'uvu/assert';
import { parseMessage, SipParseError, type SipMessage, type SipRequest } from '../src/sip-parser.js';

/** The header lines every request here starts from; a test changes, drops (null) or adds lines by name. */
const BASE: Record<string, string | null> = {
  Via: 'SIP/2.0/UDP desk7.parley.example:5070;branch=z9hG4bKp1;rport',
  'Max-Forwards': '70',
  From: '"Ada" <sip:ada@parley.example>;tag=f1',
  To: '<sip:8001@parley.example>',
  'Call-ID': 'c1@desk7.parley.example',
  CSeq: '11 INVITE',
};

export type Changes = {
  start?: string;
  headers?: Record<string, string | null>;
  /** Lines added at the end of the head, as they are. */
  lines?: string[];
  body?: string;
};

export function octets({ start, headers = {}, lines = [], body = '' }: Changes = {}): Buffer {
  const all = { ...BASE, ...headers };
  const head = Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`]));
  const first = start ?? 'INVITE sip:8001@parley.example SIP/2.0';
  return Buffer.from([first, ...head, ...lines, '', body].join('\r\n'), 'latin1');
}

export function request(changes: Changes = {}): SipRequest {
  const message = parseMessage(octets(changes));
  assert.is(message.kind, 'request');
  return message as SipRequest;
}

/** The error of a message which must be refused. */
export function refused(message: Buffer | Changes): SipParseError {
  const result = attempt(Buffer.isBuffer(message) ? message : octets(message));
  if (!(result instanceof SipParseError)) throw new Error('was accepted');
  return result;
}

/** The message, or the one error that may be thrown; any other error goes on its way. */
export function attempt(message: Buffer): SipMessage | SipParseError {
  return outcome(() => parseMessage(message));
}

export function outcome<T>(read: () => T): T | SipParseError {
  try {
    return read();
  } catch (error) {
    if (error instanceof SipParseError) return error;
    throw error;
  }
}

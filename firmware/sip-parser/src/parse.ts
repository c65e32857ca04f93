import { checkMessage } from './check.js';
import { malformed, SipParseError } from './error.js';
import { type HeaderName, headerName, knownHeader } from './header-names.js';
import { Headers } from './headers.js';
import {
  MAX_HEADERS,
  MAX_LINE_OCTETS,
  MAX_MESSAGE_OCTETS,
  type SipMessage,
  type SipRequest,
} from './message.js';
import { reasonPhrase } from './reason.js';
import { isBlank, isToken, TOKEN_CHARS, trimmed } from './text.js';
import { parseVia } from './via.js';

const CR = 0x0d;
const LF = 0x0a;
const REQUEST_LINE = new RegExp(`^([${TOKEN_CHARS}]+) ([^ \\t]+) SIP/2\\.0$`, 'i');
const VERSION = /^SIP\/[0-9]+\.[0-9]+$/i;
const STATUS_LINE = /^SIP\/2\.0 ([1-6][0-9][0-9])(?: (.*))?$/i;
const ECHOED = ['Via', 'From', 'To', 'Call-ID', 'CSeq'];
const DIGITS = /^[0-9]+$/;

type Start = { message: SipMessage; fault?: SipParseError };

/**
 * Reads the message in a datagram, or one already cut out of a stream. Octets after Content-Length are ignored;
 * without Content-Length the body runs to the end, RFC 3261 §18.3. Throws only `SipParseError`.
 */
export function parseMessage(datagram: Buffer): SipMessage {
  const tooLarge = datagram.length > MAX_MESSAGE_OCTETS;
  const octets = tooLarge ? datagram.subarray(0, MAX_MESSAGE_OCTETS) : datagram;
  const start = skipLineBreaks(octets);
  const blank = octets.indexOf('\r\n\r\n', start, 'latin1');
  const head = octets.toString('latin1', start, blank < 0 ? octets.length : blank + 2);
  const lineEnd = head.indexOf('\r\n');
  if (lineEnd < 0) throw malformed('Not a SIP Message');

  const { message, fault } = readStartLine(head.slice(0, lineEnd));
  let problem = fault;
  try {
    readHeaders(head, lineEnd + 2, message.headers);
    if (tooLarge) throw tooLong();
    if (blank < 0) throw malformed('Missing Empty Line');
    message.body = bodyOf(octets.subarray(blank + 4), message.headers);
    if (problem === undefined) checkMessage(message);
  } catch (error) {
    if (!(error instanceof SipParseError)) throw error;
    problem ??= error;
  }
  if (problem === undefined) return message;
  throw new SipParseError(problem.status, problem.reason, answerable(message));
}

/** RFC 3261 §7.5: line breaks before the start line are ignored. */
function skipLineBreaks(octets: Buffer): number {
  let at = 0;
  while (octets[at] === CR && octets[at + 1] === LF) at += 2;
  return at;
}

function readStartLine(line: string): Start {
  const headers = new Headers();
  const body = Buffer.alloc(0);
  const fault = line.length > MAX_LINE_OCTETS ? tooLong() : strayBreak(line);
  const request = REQUEST_LINE.exec(line);
  if (request !== null) {
    return { message: { kind: 'request', method: request[1], uri: request[2], headers, body }, fault };
  }
  const response = STATUS_LINE.exec(line);
  if (response !== null) {
    const reason = (response[2] as string | undefined) ?? '';
    return { message: { kind: 'response', status: Number(response[1]), reason, headers, body }, fault };
  }
  if (fault !== undefined) throw fault;
  return readLooseRequestLine(line, headers, body);
}

/** A request line which is to be refused, taken apart as far as the refusal needs. */
function readLooseRequestLine(line: string, headers: Headers, body: Buffer): Start {
  const words = line.split(/[ \t]+/).filter((word) => word !== '');
  const version = words.pop() ?? '';
  const [method = '', ...uri] = words;
  if (uri.length === 0 || !isToken(method) || !VERSION.test(version)) throw malformed('Malformed Start Line');
  return {
    message: { kind: 'request', method, uri: uri.join(' '), headers, body },
    fault:
      version.toUpperCase() === 'SIP/2.0'
        ? malformed('Malformed Request Line')
        : new SipParseError(505, reasonPhrase(505)),
  };
}

/** Reads the header lines from `at` on. Throws at the end, so that what could be read can still be answered. */
function readHeaders(head: string, at: number, headers: Headers): void {
  let fault: SipParseError | undefined;
  let seen = 0;
  for (let lines = 0; at < head.length; lines += 1) {
    if (lines === MAX_HEADERS) throw tooLong();
    const start = at;
    let end = lineBreak(head, at);
    const colon = head.indexOf(':', at);
    const header = colon < 0 || colon > end ? undefined : nameBefore(head, at, colon);
    let value = header === undefined ? '' : trimmed(head, colon + 1, end);
    at = end + 2;
    while (at < head.length && isBlank(head.charCodeAt(at))) {
      end = lineBreak(head, at);
      if (end - start <= MAX_LINE_OCTETS) value = unfolded(value, trimmed(head, at, end));
      at = end + 2;
    }
    if (end - start > MAX_LINE_OCTETS) fault ??= tooLong();
    else if (header === undefined) fault ??= malformed('Malformed Header Line');
    else {
      if ((seen & header.once) !== 0) fault ??= malformed(`More Than One ${header.name}`);
      seen |= header.once;
      headers.appendRead(header, value);
    }
  }
  if (fault !== undefined) throw fault;
}

/** Where the line ends. A lone CR or LF is refused: it would be read one way here and another elsewhere. */
function lineBreak(head: string, at: number): number {
  const feed = head.indexOf('\n', at);
  const end = head.indexOf('\r', at);
  if (feed < 0 && end < 0) return head.length;
  if (feed !== end + 1 || end < 0) throw malformed('Stray CR or LF');
  return end;
}

function strayBreak(line: string): SipParseError | undefined {
  return line.includes('\n') || line.includes('\r') ? malformed('Stray CR or LF') : undefined;
}

/** RFC 3261 §7.3.1: white space may stand before the colon, but not before the name. */
function nameBefore(head: string, start: number, colon: number): HeaderName | undefined {
  let end = colon;
  while (end > start && isBlank(head.charCodeAt(end - 1))) end -= 1;
  const name = head.slice(start, end);
  return knownHeader(name) ?? (isToken(name) ? headerName(name) : undefined);
}

/** RFC 3261 §7.3.1: a line break with the white space around it counts as one space. */
function unfolded(value: string, more: string): string {
  if (value === '' || more === '') return value + more;
  return `${value} ${more}`;
}

function bodyOf(rest: Buffer, headers: Headers): Buffer {
  const lengths = headers.all('Content-Length');
  if (lengths.length === 0) return rest;
  if (!DIGITS.test(lengths[0])) throw malformed('Malformed Content-Length');
  const length = Number(lengths[0]);
  if (length > rest.length) throw malformed('Content-Length Larger Than Message');
  return rest.subarray(0, length);
}

/** What of a broken request is needed to refuse it. An ACK is never answered, RFC 3261 §17. */
function answerable(message: SipMessage): SipRequest | undefined {
  if (message.kind === 'response' || message.method === 'ACK') return undefined;
  if (ECHOED.some((name) => !message.headers.get(name))) return undefined;
  try {
    parseVia(message.headers.get('Via') ?? '');
  } catch {
    return undefined;
  }
  return message;
}

function tooLong(): SipParseError {
  return new SipParseError(513, reasonPhrase(513));
}

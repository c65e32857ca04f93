// What makes a message unusable, found before anyone acts on it. Everything else is left to whoever needs it.
import { parseCSeq } from './cseq.js';
import { malformed, SipParseError } from './error.js';
import type { Headers } from './headers.js';
import type { SipMessage, SipRequest } from './message.js';
import { parseNameAddr } from './name-addr.js';
import { reasonPhrase } from './reason.js';
import { parseUri } from './uri.js';
import { readVia } from './via.js';

const KNOWN_METHODS = new Set(
  'INVITE ACK BYE CANCEL OPTIONS REGISTER PRACK SUBSCRIBE NOTIFY PUBLISH INFO REFER MESSAGE UPDATE'.split(
    ' ',
  ),
);
const ADDRESS_LISTS = ['Contact', 'Route', 'Record-Route'];
/** What nearly every URI and address looks like. These are found good without being taken apart. */
const PLAIN_SIP =
  'sips?:(?:[A-Za-z0-9.+*_-]+@)?[A-Za-z0-9.-]+(?::[0-9]{1,4})?(?:;[a-z]+(?:=[A-Za-z0-9.-]*)?)*';
const PLAIN_URI = new RegExp(`^${PLAIN_SIP}$`);
const PLAIN_ADDRESS = new RegExp(
  `^(?:"[^"\\\\]*" ?|[A-Za-z0-9 ]*)<${PLAIN_SIP}>(?:;[A-Za-z0-9-]+(?:=[A-Za-z0-9._-]+)?)*$`,
);
const SIP_URI = /^sips?:/i;
const DIGITS = /^[0-9]+$/;
/** A branch which is the magic cookie and nothing more identifies no transaction, RFC 4475 §3.2.1. */
const BARE_COOKIE = 'z9hg4bk';

/** Throws a `SipParseError` (without `partial`) if a message cannot be worked with. */
export function checkMessage(message: SipMessage): void {
  const { headers } = message;
  const cseq = parseCSeq(required(headers, 'CSeq'));
  checkCallId(required(headers, 'Call-ID'));
  checkVias(headers);
  checkAddress(required(headers, 'From'));
  checkAddress(required(headers, 'To'));
  for (const name of ADDRESS_LISTS) {
    for (const value of headers.all(name)) if (value !== '*' || name !== 'Contact') checkAddress(value);
  }
  if (message.kind === 'request') checkRequest(message, cseq.method);
}

function checkRequest(request: SipRequest, cseqMethod: string): void {
  checkRequestUri(request.uri);
  checkNumber(request.headers, 'Max-Forwards', 255);
  checkNumber(request.headers, 'Expires', 2 ** 32 - 1);
  if (cseqMethod !== request.method) {
    if (!KNOWN_METHODS.has(request.method)) throw new SipParseError(501, reasonPhrase(501));
    throw malformed('CSeq Method Does Not Match');
  }
}

/** RFC 3261 §8.2.2.1 and §19.1.1: no brackets, no white space, no embedded headers. */
function checkRequestUri(text: string): void {
  if (PLAIN_URI.test(text)) return;
  if (parseUri(text).headers.size > 0) throw malformed('Headers in Request-URI');
}

function checkCallId(value: string): void {
  if (value.includes(' ') || value.includes('\t')) throw malformed('Malformed Call-ID');
}

function checkVias(headers: Headers): void {
  const values = headers.all('Via');
  if (values.length === 0) throw malformed('Missing Via');
  values.forEach((value, index) => {
    const via = readVia(value, true);
    const branch = via.params.get('branch');
    if (index === 0 && branch?.toLowerCase() === BARE_COOKIE)
      throw malformed('Missing Transaction Identifier');
  });
}

function checkAddress(value: string): void {
  if (PLAIN_ADDRESS.test(value)) return;
  const { uri } = parseNameAddr(value);
  if (SIP_URI.test(uri)) parseUri(uri);
}

function checkNumber(headers: Headers, name: string, most: number): void {
  const value = headers.get(name);
  if (value === undefined) return;
  if (!DIGITS.test(value) || Number(value) > most) throw malformed(`${name} Out of Range`);
}

function required(headers: Headers, name: string): string {
  const value = headers.get(name);
  if (value === undefined || value === '') throw malformed(`Missing ${name}`);
  return value;
}

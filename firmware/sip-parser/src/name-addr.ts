import { malformed } from './error.js';
import { type Params, paramsText, parseParams } from './params.js';
import { quote, quotedEnd, trimmed, unquote, wireSafe } from './text.js';

/** The value of From, To, Contact, Route and their like, RFC 3261 §20.10. */
export type NameAddr = {
  /** Without quotes, quoted-pairs resolved; empty if there is none. */
  displayName: string;
  /** As on the wire, without angle brackets. */
  uri: string;
  /** Header parameters (never those of the URI); names lowercased, quoted values unquoted. */
  params: Params;
};

const FORBIDDEN_IN_URI = /[ \t<>"]/;
const FORBIDDEN_IN_NAME = /[",;<>]/;
const HAS_SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:[^]/;

/** Reads one address: `"Name" <uri>;params`, or a bare URI, whose semicolons then belong to the header. */
export function parseNameAddr(value: string): NameAddr {
  const text = trimmed(value);
  let displayName = '';
  let open = text.indexOf('<');
  if (text.startsWith('"')) {
    const end = quotedEnd(text, 0);
    if (end < 0) throw malformed('Unterminated Quoted String');
    displayName = unquote(text.slice(0, end));
    open = text.indexOf('<', end);
    if (open < 0 || trimmed(text, end, open) !== '') throw malformed('Malformed Address');
  } else {
    const semicolon = text.indexOf(';');
    if (open < 0 || (semicolon >= 0 && semicolon < open)) return bareAddress(text, semicolon);
    displayName = trimmed(text, 0, open);
    if (FORBIDDEN_IN_NAME.test(displayName)) throw malformed('Display Name Needs Quotes');
  }
  const close = text.indexOf('>', open);
  if (close < 0) throw malformed('Unterminated Angle Bracket');
  const uri = text.slice(open + 1, close);
  checkUriText(uri);
  return { displayName, uri, params: parseParams(text, close + 1, true) };
}

/** Writes an address, always with angle brackets, the display name always quoted. */
export function nameAddrText(address: NameAddr): string {
  const name = address.displayName === '' ? '' : `${quote(wireSafe(address.displayName))} `;
  return `${name}<${address.uri}>${paramsText(address.params)}`;
}

function bareAddress(text: string, semicolon: number): NameAddr {
  const end = semicolon < 0 ? text.length : semicolon;
  const uri = trimmed(text, 0, end);
  checkUriText(uri);
  if (uri.includes('?') || uri.includes(',')) throw malformed('Address Needs Angle Brackets');
  return { displayName: '', uri, params: parseParams(text, end, true) };
}

function checkUriText(uri: string): void {
  if (FORBIDDEN_IN_URI.test(uri)) throw malformed('Forbidden Character in Address');
  if (!HAS_SCHEME.test(uri)) throw malformed('Address Without URI');
}

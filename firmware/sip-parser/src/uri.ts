import { malformed } from './error.js';
import { escapeOctets, unescapeOctets } from './text.js';

/**
 * A URI, RFC 3261 §19.1. User, password, parameters and headers are unescaped once; parameter names are lowercased.
 * `host` is as on the wire, an IPv6 address in its brackets. Of any scheme other than sip and sips only the scheme is
 * read: `host` then holds all that follows the colon.
 */
export type SipUri = {
  scheme: string;
  user?: string;
  password?: string;
  host: string;
  port?: number;
  params: Map<string, string | undefined>;
  headers: Map<string, string>;
  /** As on the wire. */
  text: string;
};

const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*(?=:)/;
const FORBIDDEN = /[\0-\x20\x7f<>"]/;
const HOST_PORT = /(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?(?=[;?]|$)/y;
const NOT_USER = /[^A-Za-z0-9\-_.!~*'()&=+$,;?/]/g;
const NOT_PASSWORD = /[^A-Za-z0-9\-_.!~*'()&=+$,]/g;
const NOT_PARAM = /[^A-Za-z0-9\-_.!~*'()[\]/:&+$]/g;
const NOT_HEADER = /[^A-Za-z0-9\-_.!~*'()[\]/?:+$]/g;

/** Reads a URI that stands alone (no angle brackets, no white space around it). */
export function parseUri(text: string): SipUri {
  const scheme = SCHEME.exec(text)?.[0].toLowerCase();
  if (scheme === undefined) throw malformed('URI Without Scheme');
  if (FORBIDDEN.test(text)) throw malformed('Forbidden Character in URI');
  const uri: SipUri = { scheme, host: '', params: new Map(), headers: new Map(), text };
  let at = scheme.length + 1;
  if (scheme !== 'sip' && scheme !== 'sips') {
    uri.host = text.slice(at);
    if (uri.host === '') throw malformed('Empty URI');
    return uri;
  }
  const sign = text.indexOf('@', at);
  if (sign >= 0) {
    if (text.includes('@', sign + 1)) throw malformed('Two @ in URI');
    readUserInfo(uri, text.slice(at, sign));
    at = sign + 1;
  }
  HOST_PORT.lastIndex = at;
  const match = HOST_PORT.exec(text);
  if (match === null) throw malformed('Malformed Host in URI');
  uri.host = match[1];
  uri.port = portNumber(match[2]);
  at += match[0].length;
  if (at === text.length) return uri;
  const question = text.indexOf('?', at);
  const end = question < 0 ? text.length : question;
  if (end > at) readParams(uri, text.slice(at + 1, end));
  if (question >= 0) readHeaders(uri, text.slice(question + 1));
  return uri;
}

/** Writes a URI, escaping what may not stand as it is. */
export function uriText(uri: Omit<SipUri, 'text'>): string {
  if (uri.scheme !== 'sip' && uri.scheme !== 'sips') return `${uri.scheme}:${uri.host}`;
  let text = `${uri.scheme}:`;
  if (uri.user !== undefined) {
    text += escapeOctets(uri.user, NOT_USER);
    if (uri.password !== undefined) text += `:${escapeOctets(uri.password, NOT_PASSWORD)}`;
    text += '@';
  }
  text += uri.host;
  if (uri.port !== undefined) text += `:${uri.port}`;
  for (const [name, value] of uri.params) {
    text += `;${escapeOctets(name, NOT_PARAM)}`;
    if (value !== undefined) text += `=${escapeOctets(value, NOT_PARAM)}`;
  }
  let mark = '?';
  for (const [name, value] of uri.headers) {
    text += `${mark}${escapeOctets(name, NOT_HEADER)}=${escapeOctets(value, NOT_HEADER)}`;
    mark = '&';
  }
  return text;
}

/** A port from its digits. */
export function portNumber(digits: string | undefined): number | undefined {
  if (digits === undefined) return undefined;
  const port = Number(digits);
  if (port > 65_535) throw malformed('Port Out of Range');
  return port;
}

function readUserInfo(uri: SipUri, info: string): void {
  const colon = info.indexOf(':');
  const user = colon < 0 ? info : info.slice(0, colon);
  if (user === '') throw malformed('Empty User in URI');
  uri.user = unescapeOctets(user);
  if (colon >= 0) uri.password = unescapeOctets(info.slice(colon + 1));
}

function readParams(uri: SipUri, text: string): void {
  for (const pair of text.split(';')) {
    const equals = pair.indexOf('=');
    const name = unescapeOctets(equals < 0 ? pair : pair.slice(0, equals)).toLowerCase();
    if (name === '') throw malformed('Empty URI Parameter');
    if (!uri.params.has(name)) {
      uri.params.set(name, equals < 0 ? undefined : unescapeOctets(pair.slice(equals + 1)));
    }
  }
}

function readHeaders(uri: SipUri, text: string): void {
  for (const pair of text.split('&')) {
    const equals = pair.indexOf('=');
    if (equals < 1) throw malformed('Malformed URI Headers');
    const name = unescapeOctets(pair.slice(0, equals));
    if (!uri.headers.has(name)) uri.headers.set(name, unescapeOctets(pair.slice(equals + 1)));
  }
}

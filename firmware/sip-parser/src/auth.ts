import { malformed } from './error.js';
import { quote, TOKEN_CHARS, trimmed, unquote, wireSafe } from './text.js';

/** A challenge or credentials, RFC 3261 §25.1; names lowercased, values without quotes. */
export type AuthParams = { scheme: string; params: Map<string, string> };

const SCHEME = new RegExp(`^([${TOKEN_CHARS}]+)(?:[ \\t]+|$)`);
const TOKEN68 = /^[A-Za-z0-9\-._~+/]+=*$/;
const PARAM = new RegExp(
  `[ \\t]*([${TOKEN_CHARS}]+)[ \\t]*=[ \\t]*("[^"\\\\]*(?:\\\\[^][^"\\\\]*)*"|[^ \\t,"]+)[ \\t]*(?:,|$)`,
  'y',
);

/**
 * Reads Authorization, WWW-Authenticate and their like. A parameter given twice is refused. Credentials which are one
 * blob (`Basic ...`) give no parameters.
 */
export function parseAuth(value: string): AuthParams {
  const text = trimmed(value);
  const match = SCHEME.exec(text);
  if (match === null) throw malformed('Malformed Authorization');
  const params = new Map<string, string>();
  const rest = text.slice(match[0].length);
  if (TOKEN68.test(rest)) return { scheme: match[1], params };
  PARAM.lastIndex = 0;
  let at = 0;
  while (at < rest.length) {
    PARAM.lastIndex = at;
    const pair = PARAM.exec(rest);
    if (pair === null) throw malformed('Malformed Authorization');
    at = PARAM.lastIndex;
    const name = pair[1].toLowerCase();
    if (params.has(name)) throw malformed('Authorization Parameter Given Twice');
    params.set(name, pair[2].startsWith('"') ? unquote(pair[2]) : pair[2]);
  }
  return { scheme: match[1], params };
}

/** Writes a challenge or credentials from [name, value, quoted] entries, in order. */
export function authText(scheme: string, entries: [name: string, value: string, quoted: boolean][]): string {
  const pairs = entries.map(([name, value, quoted]) => `${name}=${quoted ? quote(wireSafe(value)) : value}`);
  return `${scheme} ${pairs.join(', ')}`;
}

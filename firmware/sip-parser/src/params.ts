import { malformed } from './error.js';
import { quote, unquote } from './text.js';

export type Params = Map<string, string | undefined>;

const PARAM =
  /[ \t]*;[ \t]*(?:([^ \t=;,"<>]+)[ \t]*(?:=[ \t]*("[^"\\]*(?:\\[^][^"\\]*)*"|[^ \t;,"<>]*))?[ \t]*|(?=;|$))/y;
const NEEDS_QUOTES = /^$|[\s\0-\x1f\x7f",;<>\\]/;

/**
 * Reads `;name=value` pairs from `start` to the end of `text`. Names are lowercased, quoted values are unquoted, and
 * of a name that comes twice the first counts. Empty parameters (`;;`) are an error when `strict`, else passed over.
 */
export function parseParams(text: string, start: number, strict: boolean): Params {
  const params: Params = new Map();
  let at = start;
  while (at < text.length) {
    PARAM.lastIndex = at;
    const match = PARAM.exec(text);
    if (match === null) throw malformed('Malformed Header Parameter');
    at = PARAM.lastIndex;
    const name = match[1] as string | undefined;
    if (name === undefined) {
      if (strict) throw malformed('Empty Header Parameter');
      continue;
    }
    const key = name.toLowerCase();
    const value = match[2] as string | undefined;
    if (!params.has(key)) params.set(key, value?.startsWith('"') ? unquote(value) : value);
  }
  return params;
}

/**
 * Writes parameters as `;name=value`. Values are quoted only where they must be, so that a foreign tag with odd
 * characters leaves as it came; feature parameters (`+sip.instance`) are always quoted, RFC 3840 §9.
 */
export function paramsText(params: Params): string {
  let text = '';
  for (const [name, value] of params) {
    if (value === undefined) text += `;${name}`;
    else text += `;${name}=${NEEDS_QUOTES.test(value) || name.startsWith('+') ? quote(value) : value}`;
  }
  return text;
}

import { malformed } from './error.js';
import { type Params, paramsText, parseParams } from './params.js';
import { TOKEN_CHARS } from './text.js';
import { portNumber } from './uri.js';

/** One Via value, RFC 3261 §20.42. */
export type Via = {
  /** Upper case. */
  transport: string;
  /** As on the wire, an IPv6 address in its brackets. */
  host: string;
  port?: number;
  params: Params;
};

const BLANKS = '[ \\t]*';
const SENT = new RegExp(
  `SIP${BLANKS}/${BLANKS}([0-9]+\\.[0-9]+)${BLANKS}/${BLANKS}([${TOKEN_CHARS}]+)[ \\t]+` +
    `(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9._-]+)(?:${BLANKS}:${BLANKS}([0-9]{1,5}))?(?=[ \\t;]|$)`,
  'iy',
);

/** Reads one Via value. Any protocol version and empty parameters are let pass, so that a refusal can be sent back. */
export function parseVia(value: string): Via {
  return readVia(value, false);
}

/** Reads one Via value; `strict` wants version 2.0 and no empty parameters. */
export function readVia(value: string, strict: boolean): Via {
  SENT.lastIndex = 0;
  const match = SENT.exec(value);
  if (match === null || (strict && match[1] !== '2.0')) throw malformed('Malformed Via');
  return {
    transport: match[2].toUpperCase(),
    host: match[3],
    port: portNumber(match[4]),
    params: parseParams(value, SENT.lastIndex, strict),
  };
}

/** Writes one Via value. */
export function viaText(via: Via): string {
  const port = via.port === undefined ? '' : `:${via.port}`;
  return `SIP/2.0/${via.transport} ${via.host}${port}${paramsText(via.params)}`;
}

import { malformed } from './error.js';
import { TOKEN_CHARS } from './text.js';

export type CSeq = { number: number; method: string };

const CSEQ = new RegExp(`^([0-9]+)[ \\t]+([${TOKEN_CHARS}]+)$`);

/** Reads a CSeq; the number must be below 2**31, RFC 3261 §8.1.1.5. */
export function parseCSeq(value: string): CSeq {
  const match = CSEQ.exec(value);
  if (match === null) throw malformed('Malformed CSeq');
  const number = Number(match[1]);
  if (number >= 2 ** 31) throw malformed('CSeq Number Out of Range');
  return { number, method: match[2] };
}

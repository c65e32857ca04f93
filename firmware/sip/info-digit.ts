/** Keys sent by SIP INFO: `application/dtmf-relay` (Signal=5, Duration=160) and `application/dtmf` (5). */
import type { SipRequest } from 'sip-parser';

const named: Record<string, string> = { '10': '*', '11': '#', '12': 'A', '13': 'B', '14': 'C', '15': 'D' };

/** The key (0-9 * # A-D) of an INFO; undefined if it names none; `unknown type` if it is of another kind. */
export function readInfoDigit(request: SipRequest): string | undefined {
  const type = (request.headers.get('Content-Type') ?? '').split(';')[0].trim().toLowerCase();
  const text = request.body.subarray(0, 256).toString('latin1');
  if (type === 'application/dtmf-relay') return key(/^\s*signal\s*=\s*([^\s]+)/im.exec(text)?.[1]);
  if (type === 'application/dtmf') return key(text.trim());
  return type === '' && request.body.length === 0 ? undefined : 'unknown type';
}

function key(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const digit = named[text] ?? text.toUpperCase();
  return /^[0-9*#A-D]$/.test(digit) ? digit : undefined;
}

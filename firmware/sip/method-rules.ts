/** What we take of others, and what we say of that. */
import { reasonPhrase, type SipRequest } from 'sip-parser';
import { ProtocolError } from './protocol-error.js';

export const ALLOW = 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, REGISTER, PRACK, UPDATE, REFER, SUBSCRIBE';
/** Extensions that we offer: not 100rel, which we do only if it is required. */
export const SUPPORTED = 'timer, replaces, norefersub';
const REQUIRABLE = new Set(['100rel', 'timer', 'replaces', 'norefersub']);

/** Whether the sender insists on an extension. */
export function requires({ headers }: SipRequest, extension: string): boolean {
  return headers.all('Require').some((tag) => tag.toLowerCase() === extension);
}

/** Throws ProtocolError 420 for an extension that is required and that we lack (RFC 3261 §8.2.2.3). */
export function checkRequired({ headers }: SipRequest): void {
  const lacking = headers.all('Require').filter((tag) => !REQUIRABLE.has(tag.toLowerCase()));
  if (lacking.length > 0)
    throw new ProtocolError(420, reasonPhrase(420), [['Unsupported', lacking.join(', ')]]);
}

/** Throws ProtocolError 415 for a body that is no SDP (RFC 3261 §8.2.3). */
export function checkBody({ headers, body }: SipRequest): void {
  const type = (headers.get('Content-Type') ?? 'application/sdp').split(';')[0].trim().toLowerCase();
  if (body.length > 0 && type !== 'application/sdp')
    throw new ProtocolError(415, reasonPhrase(415), [['Accept', 'application/sdp']]);
}

import type { Headers } from './headers.js';

/** The largest message read, in octets; more is answered 513. */
export const MAX_MESSAGE_OCTETS = 65_536;
/** The most header lines read (folded lines count once); more is answered 513. */
export const MAX_HEADERS = 256;
/** The longest start line or header line (its folded parts together), in octets; more is answered 513. */
export const MAX_LINE_OCTETS = 8_192;

/** A request, RFC 3261 §7.1. The method is case-sensitive; the URI is kept as on the wire. */
export type SipRequest = { kind: 'request'; method: string; uri: string; headers: Headers; body: Buffer };

/** A response, RFC 3261 §7.2. */
export type SipResponse = {
  kind: 'response';
  status: number;
  reason: string;
  headers: Headers;
  body: Buffer;
};

export type SipMessage = SipRequest | SipResponse;

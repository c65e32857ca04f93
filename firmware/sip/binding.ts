/** Where a phone of an account is reached (RFC 3261 §10). */
import type { Endpoint } from './transport.js';

export type Binding = {
  /** Contact URI as the phone wrote it; requests to the phone carry it. */
  contact: string;
  /** Where the REGISTER came from: the way back to a phone behind a router. */
  source: Endpoint;
  userAgent: string;
  /** For how long it was granted last. */
  seconds: number;
  /** On the clock's scale, ms. */
  expiresAtMs: number;
  callId: string;
  cseq: number;
};

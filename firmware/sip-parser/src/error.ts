import type { SipRequest } from './message.js';

/**
 * The one error this package throws for anything read off the wire.
 *
 * `status` and `reason` are fit for the status line of an answer: the reason names the fault, as RFC 3261 §21.4.1
 * advises, and never repeats octets of the broken message. `partial` holds what could be read of a broken request.
 * Without it (a response, an ACK, or a request whose Via, From, To, Call-ID or CSeq cannot be echoed) there is nobody
 * to answer and the message must be dropped.
 */
export class SipParseError extends Error {
  readonly status: number;
  readonly reason: string;
  readonly partial?: SipRequest;

  constructor(status: number, reason: string, partial?: SipRequest) {
    super(`${status} ${reason}`);
    this.name = 'SipParseError';
    this.status = status;
    this.reason = reason;
    this.partial = partial;
  }
}

/** A malformed value: 400 with the fault as the reason phrase. */
export function malformed(reason: string): SipParseError {
  return new SipParseError(400, reason);
}

/** Our side of one dialog: sends requests within it, judges the order of theirs (RFC 3261 §12.2). */
import { parseCSeq, type SipRequest, type SipResponse } from 'sip-parser';
import { ackIn, afterRequest, dialogKey, nextRequest, retargeted, type Dialog } from './dialog.js';
import type { Requests } from './authenticated-requests.js';
import type { ClientHandlers } from './client-transactions.js';
import type { ServerTransaction } from './server-transactions.js';

export const USER_AGENT = 'Parley';

export class InDialog {
  constructor(
    private readonly requests: Requests,
    private dialog: Dialog,
  ) {}

  get key(): string {
    return dialogKey(this.dialog.callId, this.dialog.localTag, this.dialog.remoteTag);
  }

  get remoteTag(): string {
    return this.dialog.remoteTag;
  }

  /** Whether a request of theirs comes in order; then ours go to where it came from. */
  takes({ request, source }: ServerTransaction): boolean {
    const after = afterRequest(this.dialog, request, source);
    if (after) this.dialog = after;
    return after !== undefined;
  }

  /** An INVITE or UPDATE went well: this message of theirs tells their Contact. */
  retarget(message: SipRequest | SipResponse): void {
    this.dialog = retargeted(this.dialog, message);
  }

  /** Sends a request with these headers and this body. */
  send(
    method: string,
    headers: readonly (readonly [name: string, value: string])[] = [],
    body: Buffer = Buffer.alloc(0),
    handlers: ClientHandlers = { response: () => {}, failed: () => {} },
  ): void {
    const { dialog, request } = nextRequest(this.dialog, method);
    this.dialog = dialog;
    for (const [name, value] of headers) request.headers.append(name, value);
    request.headers.append('User-Agent', USER_AGENT);
    request.body = body;
    this.requests.send(request, dialog.peer, {
      ...handlers,
      response: (response, source) => {
        // A challenge that was answered used up numbers.
        const { number } = parseCSeq(response.headers.get('CSeq') ?? '');
        if (number > this.dialog.localSeq) this.dialog = { ...this.dialog, localSeq: number };
        handlers.response(response, source);
      },
    });
  }

  /** Acknowledges a 2xx to an INVITE of ours. */
  ack(response: SipResponse): void {
    const { number } = parseCSeq(response.headers.get('CSeq') ?? '');
    this.requests.sendAck(ackIn(this.dialog, number), this.dialog.peer);
  }
}

/** Our INVITE of a new call, until it is answered or refused (RFC 3261 §13.2). */
import { randomBytes } from 'node:crypto';
import {
  Headers,
  parseCSeq,
  parseNameAddr,
  parseUri,
  SipParseError,
  type SipRequest,
  type SipResponse,
} from 'sip-parser';
import type { Requests } from './authenticated-requests.js';
import { dialogOfResponse } from './dialog.js';
import { bodyOf } from './exchange.js';
import { InDialog, USER_AGENT } from './in-dialog.js';
import { ALLOW, SUPPORTED } from './method-rules.js';
import {
  ADVISED_SECONDS,
  minSeconds,
  termsAsked,
  termsOfResponse,
  type SessionTerms,
} from './session-expires.js';
import type { ClientTransaction } from './client-transactions.js';
import type { Endpoint } from './transport.js';

export type OutgoingInviteHandlers = {
  /** `sdp`: their answer, where they can be heard already (early media). */
  provisional(status: number, sdp: Buffer | undefined): void;
  /** The first 2xx, acknowledged already: false if it comes too late, then it is ended by BYE. */
  accepted(response: SipResponse, dialog: InDialog, terms: SessionTerms): boolean;
  /** `redirect`: user part of the Contact of a 301 or 302. */
  refused(status: number, redirect: string | undefined): void;
  failed(): void;
};

export class OutgoingInvite {
  #transaction!: ClientTransaction;
  #accepted?: InDialog;
  #cancelled = false;

  /** Sends it: From with tag, To, Call-ID, Contact and body are set. */
  constructor(
    private readonly requests: Requests,
    private readonly invite: SipRequest,
    private readonly peer: Endpoint,
    private readonly handlers: OutgoingInviteHandlers,
  ) {
    this.#send(ADVISED_SECONDS);
  }

  /** Sends CANCEL as soon as a 1xx has come. */
  cancel(): void {
    this.#cancelled = true;
    this.#transaction.cancel();
  }

  #send(seconds: number): void {
    for (const [name, value] of termsAsked(seconds)) this.invite.headers.set(name, value);
    this.#transaction = this.requests.send(this.invite, this.peer, {
      response: (response, source) => this.#heard(response, source, seconds),
      failed: () => this.handlers.failed(),
    });
  }

  #heard(response: SipResponse, source: Endpoint, seconds: number): void {
    const { status, headers } = response;
    if (status < 200) return this.handlers.provisional(status, bodyOf(response));
    if (status < 300) return this.#answered(response, source, seconds);
    if (status === 422 && minSeconds(headers) > seconds && !this.#cancelled) {
      // RFC 4028 §7.4: once more, with the interval that they insist on.
      const { number } = parseCSeq(this.#transaction.request.headers.get('CSeq') ?? '');
      this.invite.headers.set('CSeq', `${number + 1} INVITE`).set('Min-SE', String(minSeconds(headers)));
      return this.#send(minSeconds(headers));
    }
    const moved = status === 301 || status === 302;
    this.handlers.refused(status, moved ? userOf(headers.all('Contact')[0]) : undefined);
  }

  #answered(response: SipResponse, source: Endpoint, seconds: number): void {
    const invite = this.#transaction.request;
    const dialog = new InDialog(this.requests, dialogOfResponse(invite, response, source));
    const repeated = this.#accepted?.remoteTag === dialog.remoteTag;
    (repeated ? this.#accepted! : dialog).ack(response);
    if (repeated) return;
    // A second phone behind a forking proxy answered too, or answered too late (RFC 3261 §13.2.2.4).
    const first = this.#accepted === undefined;
    if (first && this.handlers.accepted(response, dialog, termsOfResponse(response, seconds)))
      this.#accepted = dialog;
    else dialog.send('BYE');
  }
}

/** The INVITE of a new call of ours. `from` and `to` are name-addr texts without tag. */
export function newInvite(uri: string, from: string, to: string, contact: string, sdp: Buffer): SipRequest {
  const headers = new Headers()
    .append('From', `${from};tag=${randomBytes(8).toString('hex')}`)
    .append('To', to)
    .append('Call-ID', randomBytes(16).toString('hex'))
    .append('CSeq', '1 INVITE')
    .append('Max-Forwards', '70')
    .append('Contact', contact)
    .append('Allow', ALLOW)
    .append('Supported', SUPPORTED)
    .append('User-Agent', USER_AGENT)
    .append('Content-Type', 'application/sdp');
  return { kind: 'request', method: 'INVITE', uri, headers, body: sdp };
}

/** User part of a Contact; undefined if there is none. */
function userOf(contact: string | undefined): string | undefined {
  try {
    return contact === undefined ? undefined : parseUri(parseNameAddr(contact).uri).user;
  } catch (error) {
    if (error instanceof SipParseError) return undefined;
    throw error;
  }
}

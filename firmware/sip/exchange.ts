/** Offers and answers of one call, one at a time: in INVITE, 180, 200, ACK, PRACK and UPDATE (RFC 3261 §14, RFC 6337). */
import { randomInt } from 'node:crypto';
import { reasonPhrase, type SipRequest, type SipResponse } from 'sip-parser';
import type { Clock } from '../clock.js';
import { EarlyResponse } from './early-response.js';
import type { InDialog } from './in-dialog.js';
import type { InviteSessionEvent, InviteSessionState } from './invite-session.js';
import { checkBody, requires } from './method-rules.js';
import { OkWaiting } from './ok-waiting.js';
import { ProtocolError } from './protocol-error.js';
import { sayTerms, termsOfRequest, type SessionTerms } from './session-expires.js';
import { SessionRefresh } from './session-refresh.js';
import type { ServerTransaction } from './server-transactions.js';

/** What it needs of its call. */
export type ExchangingCall = {
  readonly clock: Clock;
  /** We called. */
  readonly calling: boolean;
  state(): InviteSessionState['name'];
  dialog(): InDialog | undefined;
  response(to: ServerTransaction, status: number, sdp?: Buffer): SipResponse;
  /** Contact and what goes with it, for requests of ours. */
  targetHeaders(): [name: string, value: string][];
  /** Their answer to our offer: false if it is no good. */
  agreed(answer: Buffer): boolean;
  /** Our answer to their offer, or our offer for undefined; undefined refuses. */
  reoffered(offer: Buffer | undefined): Buffer | undefined;
  tell(event: InviteSessionEvent): void;
};

export class Exchange {
  /** Our answer, or our offer: what goes into 180 and 200. */
  sdp?: Buffer;
  readonly #refresh: SessionRefresh;
  /** The 180 that waits, or waited, for its PRACK. */
  #early?: EarlyResponse;
  /** The 2xx that waits for its ACK. */
  #ok?: OkWaiting;
  /** Our offer has gone out and waits for an answer. */
  #offering = false;
  /** Their answer to it, if it came and has not been looked at. */
  #answer?: Buffer;
  #peerTakesUpdate = false;

  constructor(private readonly call: ExchangingCall) {
    this.#refresh = new SessionRefresh(call.clock, {
      dialog: () => call.dialog(),
      busy: () => this.#ok !== undefined || call.state() !== 'confirmed',
      takesUpdate: () => this.#peerTakesUpdate,
      headers: () => call.targetHeaders(),
      offer: () => call.reoffered(undefined),
      answered: (answer) => {
        if (call.state() === 'confirmed') this.#take(answer);
      },
      expired: () => call.tell({ type: 'failed' }),
      calling: call.calling,
    });
  }

  /** Whether the 200 has to bring our description: no longer, if the 180 brought it for sure (RFC 6337 §2.2). */
  get wantsSdp(): boolean {
    return !this.#early?.hasSdp;
  }

  /** Our INVITE, with our offer, is on its way. */
  offered(): void {
    this.#offering = true;
  }

  /** Our INVITE was answered; `early`: the answer that a 1xx brought, which some do not repeat. */
  accepted(response: SipResponse, terms: SessionTerms, early: Buffer | undefined): void {
    this.note(response);
    this.#answer = bodyOf(response) ?? early;
    this.#refresh.agreed(terms);
  }

  /** Does this when no 180 waits for its PRACK: before, no 2xx may be sent (RFC 3262 §3). */
  whenFree(proceed: () => void): void {
    if (this.#early?.waits) this.#early.whenAcked(proceed);
    else proceed();
  }

  /** Sends 180, for sure to arrive if the caller requires it. */
  sayRinging(invite: ServerTransaction): void {
    const response = this.call.response(invite, 180, this.sdp);
    if (!requires(invite.request, '100rel')) return invite.respond(response);
    if (this.#early) return;
    this.#offering = !bodyOf(invite.request) && this.sdp !== undefined;
    const lost = () => this.call.tell({ type: 'reject', status: 504 });
    this.#early = new EarlyResponse(invite, response, this.call.clock, lost);
  }

  /** Answers an INVITE with 200, again and again until the ACK comes. */
  sayOk(invite: ServerTransaction): void {
    const { call } = this;
    const terms = termsOfRequest(invite.request.headers);
    const sdp = this.wantsSdp ? this.sdp : undefined;
    const response = call.response(invite, 200, sdp);
    sayTerms(response.headers, terms);
    if (sdp) this.#offering = bodyOf(invite.request) === undefined;
    this.#ok = new OkWaiting(invite, response, call.clock, (acknowledged) => {
      this.#ok = undefined;
      if (!acknowledged) call.tell({ type: 'noAck' });
      else if (call.state() === 'awaitingAck') call.tell({ type: 'acked' });
      else this.settle();
    });
    this.#refresh.agreed(terms);
  }

  /** An ACK within the dialog. */
  acked(ack: SipRequest): void {
    if (!this.#ok?.isOf(ack)) return;
    if (this.#offering) this.#answer = ack.body;
    this.#ok.acked();
  }

  /** Looks at their answer, if the offer was ours; false if it is no good: then the call ends. */
  settle(): boolean {
    return !this.#offering || this.#take(this.#answer);
  }

  /** RFC 3261 §14.2: one change at a time, and theirs waits for ours. Throws ProtocolError. */
  reinvited(transaction: ServerTransaction): void {
    const { request } = transaction;
    checkBody(request);
    if (this.#refresh.offering) throw new ProtocolError(491, reasonPhrase(491));
    if (this.#ok || this.call.state() !== 'confirmed') throw tryAgain();
    termsOfRequest(request.headers);
    const sdp = this.call.reoffered(bodyOf(request));
    if (!sdp) throw new ProtocolError(488, reasonPhrase(488));
    this.note(request);
    this.sdp = sdp;
    this.#early = undefined;
    this.sayOk(transaction);
  }

  /** RFC 3311 §5.2: as a re-INVITE, but answered at once, and allowed before the call is answered. */
  updated(transaction: ServerTransaction): void {
    const { request } = transaction;
    checkBody(request);
    const offer = bodyOf(request);
    if (offer && (this.#offering || this.#refresh.offering)) throw new ProtocolError(491, reasonPhrase(491));
    const early = this.call.state() === 'incoming';
    if (offer && early && (this.wantsSdp || this.#early?.waits)) throw tryAgain();
    const terms = termsOfRequest(request.headers);
    const sdp = offer && this.call.reoffered(offer);
    if (offer && !sdp) throw new ProtocolError(488, reasonPhrase(488));
    this.note(request);
    const response = this.call.response(transaction, 200, sdp);
    sayTerms(response.headers, terms);
    transaction.respond(response);
    if (!early) this.#refresh.agreed(terms);
  }

  /** RFC 3262 §3 and §5: acknowledges our 180; may answer the offer in it, or bring a new one. */
  pracked(transaction: ServerTransaction): void {
    const { request } = transaction;
    checkBody(request);
    const early = this.#early;
    if (!early?.isOf(request)) throw new ProtocolError(481, reasonPhrase(481));
    const answers = this.#offering;
    const offer = answers ? undefined : bodyOf(request);
    const sdp = offer && this.call.reoffered(offer);
    transaction.respond(this.call.response(transaction, offer && !sdp ? 488 : 200, sdp));
    if (answers) this.#take(request.body);
    early.acked();
  }

  /** Keeps what an INVITE, an UPDATE or the answer to one tells of the peer. */
  note(message: SipRequest | SipResponse): void {
    if (message.headers.has('Allow')) this.#peerTakesUpdate = message.headers.all('Allow').includes('UPDATE');
    this.call.dialog()?.retarget(message);
  }

  stop(): void {
    this.#ok?.stop();
    this.#ok = undefined;
    this.#early?.stop();
    this.#refresh.stop();
  }

  /** An answer that is missing or no good ends the call (RFC 3261 §13.2.2.4). */
  #take(answer: Buffer | undefined): boolean {
    this.#offering = false;
    this.#answer = undefined;
    const good = answer !== undefined && answer.length > 0 && this.call.agreed(answer);
    if (!good) this.call.tell({ type: 'reject', status: 488 });
    return good;
  }
}

/** RFC 3261 §14.2: an exchange is under way, in a while it will be over. */
export function tryAgain(): ProtocolError {
  return new ProtocolError(500, 'An Exchange Is Under Way', [['Retry-After', String(randomInt(1, 11))]]);
}

/** The body of a message; undefined for an empty one. */
export function bodyOf(message: SipRequest | SipResponse | undefined): Buffer | undefined {
  return message && message.body.length > 0 ? message.body : undefined;
}

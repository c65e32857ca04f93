/** One call over SIP, either way: carries out what the invite session decides, with messages. */
import { randomBytes } from 'node:crypto';
import { reasonPhrase, type SipRequest, type SipResponse } from 'sip-parser';
import type { Clock } from '../clock.js';
import { MachineRunner } from '../machine.js';
import type { Requests } from './authenticated-requests.js';
import type { DialogTable } from './dialog-table.js';
import { dialogOfInvite, tagOf } from './dialog.js';
import { bodyOf, Exchange, tryAgain } from './exchange.js';
import { InDialog } from './in-dialog.js';
import { readInfoDigit } from './info-digit.js';
import {
  inviteSession,
  type Ending,
  type InviteSessionEffect,
  type InviteSessionEvent,
  type InviteSessionState,
} from './invite-session.js';
import { ALLOW, checkRequired, requires, SUPPORTED } from './method-rules.js';
import { OutgoingInvite } from './outgoing-invite.js';
import { ProtocolError } from './protocol-error.js';
import { readRefer, ReferReport, serveRefer, type ReferTarget, type Report } from './refer.js';
import { responseTo, type ServerTransaction } from './server-transactions.js';
import type { TransactionLayer } from './transaction-layer.js';
import type { Endpoint } from './transport.js';

/** What the owner of a call is told. */
export type CallHandlers = {
  /** The peer has our call and works on it (100). */
  trying(): void;
  /** The called phone rings. `sdp`: their answer, where they can be heard already (early media). */
  ringing(sdp: Buffer | undefined): void;
  /** Their answer to an offer of ours: false if it is no good, which ends the call. */
  agreed(answer: Buffer): boolean;
  /** The call stands. */
  answered(): void;
  /** They change the media: returns our answer, or our offer if theirs is undefined; undefined refuses (488). */
  reoffered(offer: Buffer | undefined): Buffer | undefined;
  /** A key of theirs by SIP INFO. */
  digit(digit: string): void;
  /**
   * They ask us to connect their party elsewhere, or to put somebody out (REFER): returns 202, or the status that
   * refuses. `replaced`: the call that the target names.
   */
  referred(target: ReferTarget, replaced: SipCall | undefined, report: Report): number;
  /** `redirect`: user part of the Contact that they moved to (302). */
  ended(ending: Ending, redirect?: string): void;
};

/** What a call needs of the user agent it belongs to. */
export type CallHome = {
  readonly layer: TransactionLayer;
  readonly clock: Clock;
  /** The Contact value that a peer is to reach us by. */
  contactFor(peer: Endpoint, user?: string): string;
  readonly dialogs: DialogTable;
};

export class SipCall {
  /** Set by the owner at once, before anything can happen. */
  handlers: CallHandlers = {
    trying: () => {},
    ringing: () => {},
    agreed: () => true,
    answered: () => {},
    reoffered: () => undefined,
    digit: () => {},
    referred: () => 603,
    ended: () => {},
  };

  /** Number of the conference that the peer talks to: our Contact says so (RFC 4579 §5.1); undefined for none. */
  focus?: string;

  /** Called once when the call is over, before its owner is told. */
  onClosed: () => void = () => {};

  readonly #session: MachineRunner<InviteSessionState, InviteSessionEvent, InviteSessionEffect>;
  readonly #localTag = randomBytes(8).toString('hex');
  readonly #exchange: Exchange;
  #dialog?: InDialog;
  /** The INVITE that asked for the call. */
  #incoming?: ServerTransaction;
  #outgoing?: OutgoingInvite;
  /** Body of the last 1xx. */
  #earlyAnswer?: Buffer;
  #refers = 0;
  #redirect?: string;

  private constructor(
    private readonly home: CallHome,
    state: InviteSessionState,
    /** Where the peer is. */
    readonly peer: Endpoint,
  ) {
    const next = (now: InviteSessionState, event: InviteSessionEvent | { type: 'timer'; name: string }) =>
      event.type === 'timer' ? { state: now, effects: [] } : inviteSession(now, event);
    this.#session = new MachineRunner(next, state, home.clock, (effect: InviteSessionEffect) =>
      this.#perform(effect),
    );
    this.#exchange = new Exchange({
      clock: home.clock,
      calling: state.name === 'outgoing',
      state: () => this.#session.state.name,
      dialog: () => this.#dialog,
      response: (...what) => this.#response(...what),
      targetHeaders: () => this.#targetHeaders(peer),
      agreed: (answer) => this.handlers.agreed(answer),
      reoffered: (offer) => this.handlers.reoffered(offer),
      tell: (event) => this.#session.dispatch(event),
    });
  }

  /** A call that an INVITE asks for. */
  static incoming(home: CallHome, invite: ServerTransaction): SipCall {
    const call = new SipCall(home, { name: 'incoming' }, invite.source);
    call.#incoming = invite;
    call.#exchange.note(invite.request);
    return call;
  }

  /** Calls: sends `invite` (From with tag, To, Call-ID, Contact and body set) to `peer`. */
  static outgoing(
    home: CallHome,
    invite: SipRequest,
    peer: Endpoint,
    requests: Requests = home.layer,
  ): SipCall {
    const call = new SipCall(home, { name: 'outgoing', heard: false, leaving: false }, peer);
    call.#exchange.offered();
    call.#outgoing = new OutgoingInvite(requests, invite, peer, {
      provisional: (status, sdp) => {
        call.#earlyAnswer = sdp;
        call.#session.dispatch({ type: 'provisional', status });
      },
      accepted: (response, dialog, terms) => {
        if (call.ended) return false;
        call.#adopt(dialog);
        call.#exchange.accepted(response, terms, call.#earlyAnswer);
        call.#session.dispatch({ type: 'accepted' });
        return true;
      },
      refused: (status, redirect) => {
        call.#redirect = redirect;
        call.#session.dispatch({ type: 'refused', status });
      },
      failed: () => call.#session.dispatch({ type: 'failed' }),
    });
    return call;
  }

  /** SDP offer of an incoming call; undefined if it leaves the offer to us. */
  get offer(): Buffer | undefined {
    return bodyOf(this.#incoming?.request);
  }

  /** The caller wants our 180 to be sure to arrive, with our description in it (RFC 3262 §4, §5). */
  get ringsReliably(): boolean {
    return this.#incoming !== undefined && requires(this.#incoming.request, '100rel');
  }

  get ended(): boolean {
    return this.#session.state.name === 'ended';
  }

  /** It stands: answered and acknowledged. */
  get confirmed(): boolean {
    return this.#session.state.name === 'confirmed';
  }

  /** Tells the caller that it rings, with our answer if media flow already (RFC 3261 §13.2.1). */
  ring(sdp?: Buffer): void {
    this.#exchange.sdp = sdp;
    this.#session.dispatch({ type: 'ring' });
  }

  /** Whether `answer` has to bring our description: no longer, if the 180 brought it for sure (RFC 6337 §2.2). */
  get wantsSdp(): boolean {
    return this.#exchange.wantsSdp;
  }

  /** Answers an incoming call with our answer, or our offer where theirs was missing. */
  answer(sdp?: Buffer): void {
    if (this.wantsSdp) this.#exchange.sdp = sdp;
    this.#exchange.whenFree(() => this.#session.dispatch({ type: 'answer' }));
  }

  reject(status: number): void {
    this.#session.dispatch({ type: 'reject', status });
  }

  /** Ends the call in whatever state it is: CANCEL, BYE or a refusal; `ended` follows. */
  hangUp(): void {
    this.#session.dispatch({ type: 'hangUp' });
  }

  /** The CANCEL of our incoming INVITE came. */
  cancelled(): void {
    this.#session.dispatch({ type: 'cancelled' });
  }

  /** An ACK within our dialog. */
  acked(ack: SipRequest): void {
    this.#exchange.acked(ack);
  }

  /** A request within our dialog, other than ACK and CANCEL. Throws ProtocolError. */
  request(transaction: ServerTransaction): void {
    const { request } = transaction;
    if (!this.#dialog?.takes(transaction)) throw new ProtocolError(500, 'CSeq Out Of Order');
    checkRequired(request);
    switch (request.method) {
      case 'BYE':
        this.#reply(transaction, 200);
        return this.#session.dispatch({ type: 'bye' });
      case 'INFO': {
        const digit = readInfoDigit(request);
        this.#reply(transaction, digit === 'unknown type' ? 415 : 200);
        if (digit && digit !== 'unknown type') this.handlers.digit(digit);
        return;
      }
      case 'INVITE':
        return this.#exchange.reinvited(transaction);
      case 'PRACK':
        return this.#exchange.pracked(transaction);
      case 'UPDATE':
        return this.#exchange.updated(transaction);
      case 'REFER':
        return this.#referred(transaction);
      case 'OPTIONS':
        return this.#reply(transaction, 200);
      default:
        throw new ProtocolError(405, reasonPhrase(405), [['Allow', ALLOW]]);
    }
  }

  #referred(transaction: ServerTransaction): void {
    const { request, source } = transaction;
    if (!this.confirmed) throw tryAgain();
    const target = readRefer(request);
    const replaced = target.replaces === undefined ? undefined : this.home.dialogs.find(target.replaces);
    if (target.replaces !== undefined && (!replaced || replaced.ended))
      throw new ProtocolError(481, reasonPhrase(481));
    const first = this.#refers++ === 0;
    serveRefer(
      transaction,
      new ReferReport(request, first, this.#dialog!, this.home.contactFor(source)),
      (report) => this.handlers.referred(target, replaced, report),
      () => this.#response(transaction, 202),
      () => this.ended,
    );
  }

  #perform(effect: InviteSessionEffect): void {
    switch (effect.type) {
      case 'respond':
        this.#respond(effect.status);
        break;
      case 'sendCancel':
        this.#outgoing?.cancel();
        break;
      case 'sendBye':
        this.#dialog?.send('BYE');
        break;
      case 'trying':
        this.handlers.trying();
        break;
      case 'ringing':
        this.handlers.ringing(this.#earlyAnswer);
        break;
      case 'confirmed':
        if (this.#exchange.settle()) this.handlers.answered();
        break;
      case 'ended':
        this.#close();
        this.handlers.ended({ by: effect.by, status: effect.status }, this.#redirect);
        break;
    }
  }

  #respond(status: number): void {
    const invite = this.#incoming!;
    if (status > 100 && status < 300 && !this.#dialog)
      this.#adopt(
        new InDialog(this.home.layer, dialogOfInvite(invite.request, this.#localTag, invite.source)),
      );
    if (status === 180) this.#exchange.sayRinging(invite);
    else if (status === 200) this.#exchange.sayOk(invite);
    else this.#reply(invite, status);
  }

  #reply(transaction: ServerTransaction, status: number): void {
    transaction.respond(this.#response(transaction, status));
  }

  #response({ request, source }: ServerTransaction, status: number, sdp?: Buffer): SipResponse {
    const response = responseTo(request, status, reasonPhrase(status));
    const to = request.headers.get('To') ?? '';
    if (tagOf(to) === '' && status > 100) response.headers.set('To', `${to};tag=${this.#localTag}`);
    if ((request.method === 'INVITE' || request.method === 'UPDATE') && status < 300)
      for (const [name, value] of this.#targetHeaders(source)) response.headers.set(name, value);
    if (sdp) {
      response.headers.set('Content-Type', 'application/sdp');
      response.body = sdp;
    }
    return response;
  }

  #targetHeaders(peer: Endpoint): [string, string][] {
    return [
      ['Contact', this.home.contactFor(peer, this.focus) + (this.focus === undefined ? '' : ';isfocus')],
      ['Allow', ALLOW],
      ['Supported', SUPPORTED],
    ];
  }

  #adopt(dialog: InDialog): void {
    this.#dialog = dialog;
    this.home.dialogs.adopt(dialog.key, this);
  }

  #close(): void {
    this.#exchange.stop();
    this.#session.stop();
    if (this.#dialog) this.home.dialogs.release(this.#dialog.key, this);
    this.onClosed();
  }
}

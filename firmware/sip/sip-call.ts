/** One call over SIP, either way: carries out what the invite session decides, with messages. */
import { randomBytes } from 'node:crypto';
import { Headers, parseCSeq, reasonPhrase, type SipRequest, type SipResponse } from 'sip-parser';
import type { Clock } from '../clock.js';
import { MachineRunner } from '../machine.js';
import { sendAuthenticated } from './authenticated-request.js';
import type { DigestClient } from './digest-client.js';
import {
  ackIn,
  afterRequest,
  dialogKey,
  dialogOfInvite,
  dialogOfResponse,
  nextRequest,
  tagOf,
  type Dialog,
} from './dialog.js';
import { readInfoDigit } from './info-digit.js';
import {
  inviteSession,
  type Ending,
  type InviteSessionEffect,
  type InviteSessionState,
} from './invite-session.js';
import { okRepeater, type OkRepeaterEffect, type OkRepeaterState } from './ok-repeater.js';
import {
  responseTo,
  type ClientHandlers,
  type ClientTransaction,
  type ServerTransaction,
  type TransactionLayer,
} from './transaction-layer.js';
import type { Endpoint } from './transport.js';

export const ALLOW = 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, REGISTER';
export const USER_AGENT = 'Parley';

/** What the owner of a call is told. */
export type CallHandlers = {
  /** The peer has our call and works on it (100). */
  trying(): void;
  /** The called phone rings. `sdp`: their answer, where they can be heard already (early media). */
  ringing(sdp: Buffer | undefined): void;
  /** The call stands. `sdp`: their answer to our offer, where the offer was ours. */
  answered(sdp: Buffer | undefined): void;
  /** They change the media (re-INVITE): returns our answer, or our offer if theirs is undefined; undefined refuses (488). */
  reoffered(offer: Buffer | undefined): Buffer | undefined;
  /** A key of theirs by SIP INFO. */
  digit(digit: string): void;
  ended(ending: Ending): void;
};

/** What a call needs of the user agent it belongs to. */
export type CallHome = {
  readonly layer: TransactionLayer;
  readonly clock: Clock;
  /** The Contact value that a peer is to reach us by. */
  contactFor(peer: Endpoint): string;
  /** The dialog has been opened or closed: in-dialog requests come to this call, or no longer. */
  adopt(key: string, call: SipCall): void;
  release(key: string, call: SipCall): void;
};

export class SipCall {
  /** Set by the owner at once, before anything can happen. */
  handlers: CallHandlers = {
    trying: () => {},
    ringing: () => {},
    answered: () => {},
    reoffered: () => undefined,
    digit: () => {},
    ended: () => {},
  };

  /** Called once when the call is over, before its owner is told. */
  onClosed: () => void = () => {};

  readonly #session: MachineRunner<
    InviteSessionState,
    Parameters<typeof inviteSession>[1],
    InviteSessionEffect
  >;
  readonly #localTag = randomBytes(8).toString('hex');
  #dialog?: Dialog;
  /** The INVITE we answer, or answered last. */
  #incoming?: ServerTransaction;
  #outgoing?: ClientTransaction;
  /** Answers the challenges of a provider. */
  #digest?: DigestClient;
  /** The 2xx that waits for its ACK. */
  #ok?: {
    seq: number;
    repeater: MachineRunner<OkRepeaterState, { type: 'sent' } | { type: 'ack' }, OkRepeaterEffect>;
  };
  /** Our answer, or our offer: what goes into 180 and 200. */
  #sdp?: Buffer;
  /** Our offer is under way: their answer comes with the ACK. */
  #offering = false;
  /** Body of the last 1xx. */
  #earlySdp?: Buffer;
  /** Their answer to our offer. */
  #remoteSdp?: Buffer;

  private constructor(
    private readonly home: CallHome,
    state: InviteSessionState,
    /** Where the peer is. */
    readonly peer: Endpoint,
  ) {
    const next = (
      now: InviteSessionState,
      event: Parameters<typeof inviteSession>[1] | { type: 'timer'; name: string },
    ) => (event.type === 'timer' ? { state: now, effects: [] } : inviteSession(now, event));
    this.#session = new MachineRunner(next, state, home.clock, (effect: InviteSessionEffect) =>
      this.#perform(effect),
    );
  }

  /** A call that an INVITE asks for. */
  static incoming(home: CallHome, invite: ServerTransaction): SipCall {
    const call = new SipCall(home, { name: 'incoming' }, invite.source);
    call.#incoming = invite;
    return call;
  }

  /** Calls: sends `invite` (From with tag, To, Call-ID, Contact and body set) to `peer`, with credentials if asked. */
  static outgoing(home: CallHome, invite: SipRequest, peer: Endpoint, digest?: DigestClient): SipCall {
    const call = new SipCall(home, { name: 'outgoing', heard: false, leaving: false }, peer);
    call.#digest = digest;
    call.#outgoing = call.#ask(invite, peer, {
      response: (response, source) => call.#heard(response, source),
      failed: () => call.#session.dispatch({ type: 'failed' }),
    });
    return call;
  }

  /** SDP offer of an incoming call; undefined if it leaves the offer to us. */
  get offer(): Buffer | undefined {
    return bodyOf(this.#incoming?.request);
  }

  get ended(): boolean {
    return this.#session.state.name === 'ended';
  }

  /** Tells the caller that it rings, with our answer if media flow already (RFC 3261 §13.2.1). */
  ring(sdp?: Buffer): void {
    this.#sdp = sdp;
    this.#session.dispatch({ type: 'ring' });
  }

  /** Answers an incoming call with our answer, or our offer where theirs was missing. */
  answer(sdp: Buffer): void {
    this.#sdp = sdp;
    this.#session.dispatch({ type: 'answer' });
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
    if (!this.#ok || parseCSeq(ack.headers.get('CSeq') ?? '').number !== this.#ok.seq) return;
    this.#remoteSdp = this.#offering ? bodyOf(ack) : undefined;
    this.#ok.repeater.dispatch({ type: 'ack' });
  }

  /** A request within our dialog, other than ACK and CANCEL. */
  request(transaction: ServerTransaction): void {
    const { request } = transaction;
    if (!this.#dialog) return this.#reply(transaction, 481);
    const dialog = afterRequest(this.#dialog, request);
    if (!dialog) return this.#reply(transaction, 500);
    // A phone that had to connect again is reached where it is now.
    this.#dialog = { ...dialog, peer: transaction.source };
    if (request.method === 'BYE') {
      this.#reply(transaction, 200);
      this.#session.dispatch({ type: 'bye' });
    } else if (request.method === 'INFO') {
      const digit = readInfoDigit(request);
      this.#reply(transaction, digit === 'unknown type' ? 415 : 200);
      if (digit && digit !== 'unknown type') this.handlers.digit(digit);
    } else if (request.method === 'INVITE') {
      this.#reinvited(transaction);
    } else {
      this.#reply(transaction, request.method === 'OPTIONS' ? 200 : 405);
    }
  }

  #reinvited(transaction: ServerTransaction): void {
    // RFC 3261 §14.2: one change at a time.
    if (this.#ok || this.#session.state.name !== 'confirmed') return this.#reply(transaction, 500);
    this.#incoming = transaction;
    const sdp = this.handlers.reoffered(bodyOf(transaction.request));
    if (!sdp) return this.#reply(transaction, 488);
    this.#sdp = sdp;
    this.#sendOk();
  }

  #perform(effect: InviteSessionEffect): void {
    switch (effect.type) {
      case 'respond':
        if (effect.status === 200) this.#sendOk();
        else if (this.#incoming) this.#reply(this.#incoming, effect.status, effect.status < 200);
        break;
      case 'sendCancel':
        this.#outgoing?.cancel();
        break;
      case 'sendBye':
        this.#sendBye();
        break;
      case 'trying':
        this.handlers.trying();
        break;
      case 'ringing':
        this.handlers.ringing(this.#earlySdp);
        break;
      case 'confirmed':
        this.handlers.answered(this.#remoteSdp);
        break;
      case 'ended':
        this.#close();
        this.handlers.ended({ by: effect.by, status: effect.status });
        break;
    }
  }

  #sendOk(): void {
    const invite = this.#incoming;
    if (!invite || !this.#sdp) return;
    if (!this.#dialog) this.#open(dialogOfInvite(invite.request, this.#localTag, invite.source));
    const ok = this.#response(invite, 200, true);
    this.#offering = bodyOf(invite.request) === undefined;
    const reinvite = this.#session.state.name === 'confirmed';
    const repeater = new MachineRunner(
      okRepeater,
      { name: 'idle' },
      this.home.clock,
      (effect: OkRepeaterEffect) => {
        if (effect.type === 'sendAgain') return invite.respond(ok);
        this.#ok = undefined;
        if (effect.type === 'noAck') return this.#session.dispatch({ type: 'noAck' });
        // RFC 3261 §13.2.2.4: the ACK must bear the answer to our offer; without it nobody knows what is agreed.
        const unanswered = this.#offering && !this.#remoteSdp;
        this.#offering = false;
        if (unanswered) this.hangUp();
        if (!reinvite) this.#session.dispatch({ type: 'acked' });
        else if (this.#remoteSdp) this.handlers.answered(this.#remoteSdp);
      },
    );
    this.#ok = { seq: parseCSeq(invite.request.headers.get('CSeq') ?? '').number, repeater };
    invite.respond(ok);
    repeater.dispatch({ type: 'sent' });
  }

  #heard(response: SipResponse, source: Endpoint): void {
    const { status } = response;
    if (status < 200) {
      this.#earlySdp = bodyOf(response);
      return this.#session.dispatch({ type: 'provisional', status });
    }
    if (status >= 300) return this.#session.dispatch({ type: 'refused', status });
    const invite = this.#outgoing!.request;
    const seq = parseCSeq(invite.headers.get('CSeq') ?? '').number;
    const dialog = dialogOfResponse(invite, response, source);
    this.home.layer.sendAck(ackIn(dialog, seq), source);
    if (this.#dialog?.remoteTag === dialog.remoteTag) return; // a repeated 2xx
    if (this.#dialog || this.ended) {
      // A second phone behind a forking proxy answered too, or answered too late (RFC 3261 §13.2.2.4).
      this.#send(nextRequest(dialog, 'BYE').request, source);
      return;
    }
    this.#open(dialog);
    this.#remoteSdp = bodyOf(response);
    this.#session.dispatch({ type: 'accepted' });
  }

  #sendBye(): void {
    if (!this.#dialog) return;
    const { dialog, request } = nextRequest(this.#dialog, 'BYE');
    this.#dialog = dialog;
    this.#send(request, dialog.peer);
  }

  #send(request: SipRequest, to: Endpoint): void {
    request.headers.append('User-Agent', USER_AGENT);
    this.#ask(request, to, { response: () => {}, failed: () => {} });
  }

  #ask(request: SipRequest, to: Endpoint, handlers: ClientHandlers): ClientTransaction {
    const { layer } = this.home;
    return this.#digest
      ? sendAuthenticated(layer, this.#digest, request, to, handlers)
      : layer.send(request, to, handlers);
  }

  #reply(transaction: ServerTransaction, status: number, withSdp = false): void {
    transaction.respond(this.#response(transaction, status, withSdp));
  }

  #response({ request, source }: ServerTransaction, status: number, withSdp = false): SipResponse {
    const response = responseTo(request, status, reasonPhrase(status));
    const to = request.headers.get('To') ?? '';
    if (tagOf(to) === '' && status > 100) response.headers.set('To', `${to};tag=${this.#localTag}`);
    if (request.method === 'INVITE' && status < 300)
      response.headers.set('Contact', this.home.contactFor(source)).set('Allow', ALLOW);
    if (withSdp && this.#sdp) {
      response.headers.set('Content-Type', 'application/sdp');
      response.body = this.#sdp;
    }
    return response;
  }

  #open(dialog: Dialog): void {
    this.#dialog = dialog;
    this.home.adopt(keyOf(dialog), this);
  }

  #close(): void {
    this.#ok?.repeater.stop();
    this.#ok = undefined;
    this.#session.stop();
    if (this.#dialog) this.home.release(keyOf(this.#dialog), this);
    this.onClosed();
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
    .append('User-Agent', USER_AGENT)
    .append('Content-Type', 'application/sdp');
  return { kind: 'request', method: 'INVITE', uri, headers, body: sdp };
}

function keyOf(dialog: Dialog): string {
  return dialogKey(dialog.callId, dialog.localTag, dialog.remoteTag);
}

function bodyOf(message: SipRequest | SipResponse | undefined): Buffer | undefined {
  return message && message.body.length > 0 ? message.body : undefined;
}

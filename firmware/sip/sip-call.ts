/** One call over SIP, either way: carries out what the invite session decides, with messages. */
import { randomBytes, randomInt } from 'node:crypto';
import {
  Headers,
  parseCSeq,
  parseNameAddr,
  parseUri,
  reasonPhrase,
  SipParseError,
  type SipRequest,
  type SipResponse,
} from 'sip-parser';
import type { Clock } from '../clock.js';
import { MachineRunner } from '../machine.js';
import type { Requests } from './authenticated-requests.js';
import { dialogOfInvite, dialogOfResponse, tagOf, type Dialog } from './dialog.js';
import { EarlyResponse } from './early-response.js';
import { InDialog, USER_AGENT } from './in-dialog.js';
import { readInfoDigit } from './info-digit.js';
import {
  inviteSession,
  type Ending,
  type InviteSessionEffect,
  type InviteSessionEvent,
  type InviteSessionState,
} from './invite-session.js';
import { ALLOW, checkBody, checkRequired, SUPPORTED } from './method-rules.js';
import { OkWaiting } from './ok-waiting.js';
import { ProtocolError } from './protocol-error.js';
import { readRefer, ReferReport } from './refer.js';
import {
  ADVISED_SECONDS,
  minSeconds,
  sayTerms,
  termsAsked,
  termsOfRequest,
  termsOfResponse,
} from './session-expires.js';
import { SessionRefresh } from './session-refresh.js';
import {
  responseTo,
  type ClientTransaction,
  type ServerTransaction,
  type TransactionLayer,
} from './transaction-layer.js';
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
   * They ask us to connect their party elsewhere (REFER): returns 202, or the status that refuses. `report` is told
   * how that goes; a final status is the last.
   */
  referred(number: string, replaced: SipCall | undefined, report: (status: number) => void): number;
  /** `redirect`: user part of the Contact that they moved to (302). */
  ended(ending: Ending, redirect?: string): void;
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
  /** The call whose dialog this is. */
  find(key: string): SipCall | undefined;
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

  /** Called once when the call is over, before its owner is told. */
  onClosed: () => void = () => {};

  readonly #session: MachineRunner<InviteSessionState, InviteSessionEvent, InviteSessionEffect>;
  readonly #localTag = randomBytes(8).toString('hex');
  readonly #refresh: SessionRefresh;
  #dialog?: InDialog;
  /** The INVITE we answer, or answered last. */
  #incoming?: ServerTransaction;
  #outgoing?: ClientTransaction;
  /** The 180 that waits for its PRACK. */
  #early?: EarlyResponse;
  /** The 2xx that waits for its ACK. */
  #ok?: OkWaiting;
  /** Our answer, or our offer: what goes into 180 and 200. */
  #sdp?: Buffer;
  /** Body of the last 1xx. */
  #earlyAnswer?: Buffer;
  /** Their answer to our offer, if it came and has not been looked at. */
  #answer?: Buffer;
  /** Our offer has gone out and waits for an answer. */
  #offering = false;
  #peerTakesUpdate = false;
  #refers = 0;
  #redirect?: string;

  private constructor(
    private readonly home: CallHome,
    state: InviteSessionState,
    /** Where the peer is. */
    readonly peer: Endpoint,
    private readonly requests: Requests = home.layer,
  ) {
    const next = (now: InviteSessionState, event: InviteSessionEvent | { type: 'timer'; name: string }) =>
      event.type === 'timer' ? { state: now, effects: [] } : inviteSession(now, event);
    this.#session = new MachineRunner(next, state, home.clock, (effect: InviteSessionEffect) =>
      this.#perform(effect),
    );
    this.#refresh = new SessionRefresh(home.clock, {
      dialog: () => this.#dialog,
      busy: () => this.#ok !== undefined || this.#session.state.name !== 'confirmed',
      takesUpdate: () => this.#peerTakesUpdate,
      headers: () => this.#targetHeaders(this.peer),
      offer: () => this.handlers.reoffered(undefined),
      answered: (sdp) => this.#take(sdp),
      expired: () => this.#session.dispatch({ type: 'failed' }),
      calling: state.name === 'outgoing',
    });
  }

  /** A call that an INVITE asks for. */
  static incoming(home: CallHome, invite: ServerTransaction): SipCall {
    const call = new SipCall(home, { name: 'incoming' }, invite.source);
    call.#incoming = invite;
    call.#note(invite.request);
    return call;
  }

  /** Calls: sends `invite` (From with tag, To, Call-ID, Contact and body set) to `peer`. */
  static outgoing(home: CallHome, invite: SipRequest, peer: Endpoint, requests?: Requests): SipCall {
    const call = new SipCall(home, { name: 'outgoing', heard: false, leaving: false }, peer, requests);
    call.#invite(invite, ADVISED_SECONDS);
    return call;
  }

  /** SDP offer of an incoming call; undefined if it leaves the offer to us. */
  get offer(): Buffer | undefined {
    return bodyOf(this.#incoming?.request);
  }

  /** The caller wants our 180 to be sure to arrive, with our description in it (RFC 3262 §4, §5). */
  get ringsReliably(): boolean {
    return (
      this.#incoming?.request.headers.all('Require').some((tag) => tag.toLowerCase() === '100rel') ?? false
    );
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
    this.#sdp = sdp;
    this.#session.dispatch({ type: 'ring' });
  }

  /** Whether `answer` has to bring our description: no longer, if the 180 brought it for sure (RFC 6337 §2.2). */
  get wantsSdp(): boolean {
    return !this.#early?.hasSdp;
  }

  /** Answers an incoming call with our answer, or our offer where theirs was missing. */
  answer(sdp?: Buffer): void {
    if (this.wantsSdp) this.#sdp = sdp;
    // RFC 3262 §3: no 2xx before a 180 with a description has been acknowledged.
    if (this.#early?.waits) this.#early.whenAcked(() => this.#session.dispatch({ type: 'answer' }));
    else this.#session.dispatch({ type: 'answer' });
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
    if (!this.#ok?.isOf(ack)) return;
    if (this.#offering) this.#answer = ack.body;
    this.#ok.acked();
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
        return this.#reinvited(transaction);
      case 'PRACK':
        return this.#pracked(transaction);
      case 'UPDATE':
        return this.#updated(transaction);
      case 'REFER':
        return this.#referred(transaction);
      case 'OPTIONS':
        return this.#reply(transaction, 200);
      default:
        throw new ProtocolError(405, reasonPhrase(405), [['Allow', ALLOW]]);
    }
  }

  /** RFC 3261 §14.2: one change at a time, and theirs waits for ours. */
  #reinvited(transaction: ServerTransaction): void {
    checkBody(transaction.request);
    if (this.#refresh.offering) throw new ProtocolError(491, reasonPhrase(491));
    if (this.#ok || this.#session.state.name !== 'confirmed') throw tryAgain();
    const terms = termsOfRequest(transaction.request.headers);
    const sdp = this.handlers.reoffered(bodyOf(transaction.request));
    if (!sdp) throw new ProtocolError(488, reasonPhrase(488));
    this.#note(transaction.request);
    this.#incoming = transaction;
    this.#sdp = sdp;
    this.#early = undefined;
    this.#sendOk(transaction, terms);
  }

  /** RFC 3311 §5.2: as a re-INVITE, but answered at once, and allowed before the call is answered. */
  #updated(transaction: ServerTransaction): void {
    checkBody(transaction.request);
    const offer = bodyOf(transaction.request);
    if (offer && (this.#offering || this.#refresh.offering)) throw new ProtocolError(491, reasonPhrase(491));
    const early = this.#session.state.name === 'incoming';
    if (offer && early && (this.wantsSdp || this.#early?.waits)) throw tryAgain();
    const terms = termsOfRequest(transaction.request.headers);
    const sdp = offer && this.handlers.reoffered(offer);
    if (offer && !sdp) throw new ProtocolError(488, reasonPhrase(488));
    this.#note(transaction.request);
    const response = this.#response(transaction, 200, sdp);
    sayTerms(response.headers, terms);
    transaction.respond(response);
    if (!early) this.#refresh.agreed(terms);
  }

  /** RFC 3262 §3 and §5: acknowledges our 180; may answer the offer in it, or bring a new one. */
  #pracked(transaction: ServerTransaction): void {
    checkBody(transaction.request);
    const early = this.#early;
    if (!early?.isOf(transaction.request)) throw new ProtocolError(481, reasonPhrase(481));
    const body = bodyOf(transaction.request);
    const answers = this.#offering;
    const sdp = body && !answers ? this.handlers.reoffered(body) : undefined;
    const refused = body !== undefined && !answers && !sdp;
    if (refused) this.#reply(transaction, 488);
    else transaction.respond(this.#response(transaction, 200, sdp));
    if (answers) this.#take(transaction.request.body);
    early.acked();
  }

  #referred(transaction: ServerTransaction): void {
    const { request, source } = transaction;
    if (!this.confirmed) throw tryAgain();
    const { number, replaces } = readRefer(request);
    const replaced = replaces === undefined ? undefined : this.home.find(replaces);
    if (replaces !== undefined && !replaced?.confirmed) throw new ProtocolError(481, reasonPhrase(481));
    const first = this.#refers++ === 0;
    const report = new ReferReport(request, first, this.#dialog!, this.home.contactFor(source));
    // What is said before the 202 comes after it.
    let said: number[] | undefined = [100];
    const status = this.handlers.referred(number, replaced, (progress) => {
      if (this.ended) return;
      if (said) said.push(progress);
      else report.say(progress);
    });
    if (status !== 202) throw new ProtocolError(status, reasonPhrase(status));
    const response = this.#response(transaction, 202);
    response.headers.set('Contact', this.home.contactFor(source));
    if (report.unwanted) response.headers.set('Refer-Sub', 'false');
    transaction.respond(response);
    for (const progress of said) report.say(progress);
    said = undefined;
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
        if (!this.#offering || this.#take(this.#answer)) this.handlers.answered();
        break;
      case 'ended':
        this.#close();
        this.handlers.ended({ by: effect.by, status: effect.status }, this.#redirect);
        break;
    }
  }

  /** Looks at their answer to our offer; one that is missing or no good ends the call (RFC 3261 §13.2.2.4). */
  #take(answer: Buffer | undefined): boolean {
    this.#offering = false;
    this.#answer = undefined;
    const good = answer !== undefined && answer.length > 0 && this.handlers.agreed(answer);
    if (!good) this.reject(488);
    return good;
  }

  #respond(status: number): void {
    const invite = this.#incoming!;
    if (status > 100 && status < 300 && !this.#dialog)
      this.#open(dialogOfInvite(invite.request, this.#localTag, invite.source));
    if (status === 200) return this.#sendOk(invite, termsOfRequest(invite.request.headers));
    if (status > 200) return this.#reply(invite, status);
    const response = this.#response(invite, status, this.#sdp);
    if (!this.ringsReliably) return invite.respond(response);
    if (this.#early) return;
    this.#offering = !this.offer && this.#sdp !== undefined;
    this.#early = new EarlyResponse(invite, response, this.home.clock, () => this.reject(504));
  }

  #sendOk(invite: ServerTransaction, terms: ReturnType<typeof termsOfRequest>): void {
    const sdp = this.wantsSdp ? this.#sdp : undefined;
    const response = this.#response(invite, 200, sdp);
    sayTerms(response.headers, terms);
    if (sdp) this.#offering = bodyOf(invite.request) === undefined;
    this.#ok = new OkWaiting(invite, response, this.home.clock, (acknowledged) => {
      this.#ok = undefined;
      if (!acknowledged) return this.#session.dispatch({ type: 'noAck' });
      if (this.#session.state.name === 'awaitingAck') this.#session.dispatch({ type: 'acked' });
      else if (this.#offering) this.#take(this.#answer);
    });
    this.#refresh.agreed(terms);
  }

  #invite(invite: SipRequest, seconds: number): void {
    for (const [name, value] of termsAsked(seconds)) invite.headers.set(name, value);
    this.#offering = true;
    this.#outgoing = this.requests.send(invite, this.peer, {
      response: (response, source) =>
        this.#heard(this.#outgoing?.request ?? invite, response, source, seconds),
      failed: () => this.#session.dispatch({ type: 'failed' }),
    });
  }

  #heard(invite: SipRequest, response: SipResponse, source: Endpoint, seconds: number): void {
    const { status, headers } = response;
    if (status < 200) {
      this.#earlyAnswer = bodyOf(response);
      return this.#session.dispatch({ type: 'provisional', status });
    }
    if (status === 422 && minSeconds(headers) > seconds) {
      // RFC 4028 §7.4: once more, with the interval that they insist on.
      const { number } = parseCSeq(invite.headers.get('CSeq') ?? '');
      const again = { ...invite, headers: invite.headers.clone().removeFirst('Via') };
      again.headers.set('CSeq', `${number + 1} INVITE`).set('Min-SE', String(minSeconds(headers)));
      return this.#invite(again, minSeconds(headers));
    }
    if (status === 301 || status === 302) this.#redirect = userOf(headers.all('Contact')[0]);
    if (status >= 300) return this.#session.dispatch({ type: 'refused', status });
    const dialog = new InDialog(this.requests, dialogOfResponse(invite, response, source));
    const repeated = this.#dialog?.remoteTag === dialog.remoteTag;
    (repeated ? this.#dialog! : dialog).ack(response);
    if (repeated) return;
    // A second phone behind a forking proxy answered too, or answered too late (RFC 3261 §13.2.2.4).
    if (this.#dialog || this.ended) return dialog.send('BYE');
    this.#adopt(dialog);
    this.#note(response);
    this.#answer = bodyOf(response) ?? this.#earlyAnswer;
    this.#refresh.agreed(termsOfResponse(response, seconds));
    this.#session.dispatch({ type: 'accepted' });
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
      ['Contact', this.home.contactFor(peer)],
      ['Allow', ALLOW],
      ['Supported', SUPPORTED],
    ];
  }

  /** Keeps what an INVITE, an UPDATE or the answer to one tells of the peer. */
  #note(message: SipRequest | SipResponse): void {
    if (message.headers.has('Allow')) this.#peerTakesUpdate = message.headers.all('Allow').includes('UPDATE');
    this.#dialog?.retarget(message);
  }

  #open(dialog: Dialog): void {
    this.#adopt(new InDialog(this.requests, dialog));
  }

  #adopt(dialog: InDialog): void {
    this.#dialog = dialog;
    this.home.adopt(dialog.key, this);
  }

  #close(): void {
    this.#ok?.stop();
    this.#ok = undefined;
    this.#early?.stop();
    this.#refresh.stop();
    this.#session.stop();
    if (this.#dialog) this.home.release(this.#dialog.key, this);
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
    .append('Supported', SUPPORTED)
    .append('User-Agent', USER_AGENT)
    .append('Content-Type', 'application/sdp');
  return { kind: 'request', method: 'INVITE', uri, headers, body: sdp };
}

/** RFC 3261 §14.2: an exchange is under way, in a while it will be over. */
function tryAgain(): ProtocolError {
  return new ProtocolError(500, 'An Exchange Is Under Way', [['Retry-After', String(randomInt(1, 11))]]);
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

function bodyOf(message: SipRequest | SipResponse | undefined): Buffer | undefined {
  return message && message.body.length > 0 ? message.body : undefined;
}

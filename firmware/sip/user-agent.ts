/** The box as a SIP user agent and registrar (RFC 3261 §8.2, §10.3): what becomes of each request. */
import { randomBytes } from 'node:crypto';
import {
  parseNameAddr,
  parseUri,
  reasonPhrase,
  SipParseError,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  wireText,
} from 'sip-parser';
import type { Clock } from '../clock.js';
import { createLog } from '../log.js';
import { CallerCheck, type Caller, type CallerCheckOptions } from './caller-check.js';
import { DialogTable } from './dialog-table.js';
import { dialogOfInvite, tagOf } from './dialog.js';
import { Notifier, type EventPackage } from './notifier.js';
import { newInvite } from './outgoing-invite.js';
import { ProtocolError } from './protocol-error.js';
import { readRefer, ReferReport, readReplaces, serveRefer, type ReferTarget, type Report } from './refer.js';
import { Registrar } from './registrar.js';
import { InDialog, USER_AGENT } from './in-dialog.js';
import { ALLOW, checkBody, checkRequired, SUPPORTED } from './method-rules.js';
import { termsOfRequest } from './session-expires.js';
import { SipCall, type CallHome } from './sip-call.js';
import type { Trunk } from './trunk.js';
import { responseTo, type ServerTransaction } from './server-transactions.js';
import { TransactionLayer } from './transaction-layer.js';
import { hostPortText, isReliable, protocolOf, type Endpoint, type Transport } from './transport.js';

const log = createLog('sip');

/** Methods that exist in SIP but are not for us, as opposed to words nobody knows (405 against 501). */
const KNOWN_METHODS = new Set(
  'INVITE ACK CANCEL BYE OPTIONS INFO REGISTER MESSAGE SUBSCRIBE NOTIFY REFER PRACK UPDATE PUBLISH'.split(
    ' ',
  ),
);

export type UserAgentOptions = CallerCheckOptions & {
  transport: Transport;
  /**
   * A new call. `dialled` is the user part of the Request-URI. `replaced`: the call whose place it takes (RFC 3891).
   */
  onCall(call: SipCall, caller: Caller, dialled: string, replaced?: SipCall): void;
  /**
   * An account asks outside any call that somebody be called into a conference, or put out of it (RFC 4579 §5);
   * `conference` is the user part of the Request-URI. Returns 202, or the status that refuses.
   */
  onRefer?(username: string, conference: string, target: ReferTarget, report: Report): number;
  /** What accounts may subscribe to. */
  events?: readonly EventPackage<unknown>[];
};

export class UserAgent implements CallHome {
  readonly layer: TransactionLayer;
  readonly registrar: Registrar;
  readonly dialogs = new DialogTable();
  readonly notifier: Notifier;
  readonly clock: Clock;
  readonly #check: CallerCheck;
  /** Who has proven to be who, of requests that were screened and are served next. */
  readonly #callers = new WeakMap<SipRequest, Caller>();
  /** Incoming calls not yet answered, by their INVITE. */
  readonly #ringing = new Map<ServerTransaction, SipCall>();
  #closing = false;

  constructor(private readonly options: UserAgentOptions) {
    this.clock = options.clock;
    this.registrar = new Registrar(options.clock);
    this.#check = new CallerCheck(options, this.registrar);
    this.layer = new TransactionLayer(options.transport, options.clock, {
      screen: (request, source) => this.#screen(request, source),
      request: (transaction) => this.#request(transaction),
      ack: (ack) => this.dialogs.of(ack)?.acked(ack),
      cancel: (invite) => this.#ringing.get(invite)?.cancelled(),
    });
    this.notifier = new Notifier(this, options.events ?? []);
  }

  /** Takes a message; `octets` is how many of them came. */
  receive(message: SipMessage, source: Endpoint, octets?: number): void {
    this.layer.receive(message, source, octets);
  }

  /** Answers, without remembering it, a request that could not be parsed. */
  receiveBroken(
    request: SipRequest,
    status: number,
    reason: string,
    source: Endpoint,
    octets = Infinity,
  ): void {
    if (request.method !== 'ACK')
      this.layer.respondStateless(request, responseTo(request, status, reason), source, octets);
  }

  /** Calls a registered phone; `from` is shown on its display. */
  call(contact: string, peer: Endpoint, from: { number: string; name: string }, sdp: Buffer): SipCall {
    const invite = newInvite(
      contact,
      `${displayName(from.name)}<sip:${from.number}@${hostPortText(this.options.transport.localFor(peer))}>`,
      `<${contact}>`,
      this.contactFor(peer),
      sdp,
    );
    return SipCall.outgoing(this, invite, peer);
  }

  /** Calls a number outside through a provider; `from` is what the called party is shown. */
  callTrunk(
    trunk: Trunk,
    peer: Endpoint,
    number: string,
    from: { number: string; name: string },
    sdp: Buffer,
  ): SipCall {
    const { host, username } = { host: trunk.host, username: trunk.settings.username };
    const uri = `sip:${number}@${host}`;
    const invite = newInvite(
      uri,
      `${displayName(from.name)}<sip:${from.number || username || 'anonymous'}@${host}>`,
      `<${uri}>`,
      this.contactFor(peer, username),
      sdp,
    );
    return SipCall.outgoing(this, trunk.route(invite), peer, trunk.requests);
  }

  /** From now on every new call is refused with 503; those that stand are their owners' to end. */
  stopTakingCalls(): void {
    this.#closing = true;
    this.notifier.stop();
  }

  contactFor(peer: Endpoint, user?: string): string {
    const local = hostPortText(this.options.transport.localFor(peer));
    const transport = isReliable(peer) ? `;transport=${protocolOf(peer)}` : '';
    return `<sip:${user === undefined ? '' : `${user}@`}${local}${transport}>`;
  }

  /** What can be answered without being remembered is answered at once: whoever floods us costs no memory. */
  #screen(request: SipRequest, source: Endpoint): SipResponse | 'silence' | 'serve' {
    try {
      return this.#judge(request, source);
    } catch (error) {
      return this.#refusal(request, error);
    }
  }

  #judge(request: SipRequest, source: Endpoint): SipResponse | 'silence' | 'serve' {
    const inDialog = tagOf(request.headers.get('To') ?? '') !== '';
    if (inDialog && this.dialogs.of(request)) return 'serve';
    this.#inspect(request);
    if (inDialog && !['OPTIONS', 'REGISTER', 'SUBSCRIBE'].includes(request.method))
      throw new ProtocolError(481, reasonPhrase(481));
    if (request.method === 'OPTIONS') return this.#options(request);
    if (['REGISTER', 'INVITE', 'SUBSCRIBE', 'REFER'].includes(request.method)) {
      if (request.method === 'REGISTER') registered(request);
      else if (this.#closing && request.method !== 'SUBSCRIBE')
        throw new ProtocolError(503, reasonPhrase(503), [['Retry-After', '10']]);
      if (this.#check.refuses(source)) return 'silence';
      this.#callers.set(request, this.#check.callerOf(request, source));
      return 'serve';
    }
    if (['BYE', 'INFO', 'PRACK', 'UPDATE'].includes(request.method))
      throw new ProtocolError(481, reasonPhrase(481));
    throw new ProtocolError(405, reasonPhrase(405), [['Allow', ALLOW]]);
  }

  /** A request that was screened: one of a call that stands, or of a user who has proven to be who it is. */
  #request(transaction: ServerTransaction): void {
    const { request } = transaction;
    const call = this.dialogs.of(request);
    const caller = this.#callers.get(request)!;
    try {
      if (call) call.request(transaction);
      else if (request.method === 'INVITE') this.#invite(transaction, caller);
      else if (caller.type !== 'account') throw new ProtocolError(403, reasonPhrase(403));
      else if (request.method === 'REGISTER') this.#register(transaction, caller.username);
      else if (request.method === 'REFER') this.#refer(transaction, caller.username);
      else this.notifier.serve(transaction, caller.username);
    } catch (error) {
      transaction.respond(this.#refusal(request, error));
    }
  }

  /** RFC 3261 §8.2.1 to §8.2.3, in that order. */
  #inspect(request: SipRequest): void {
    if (!KNOWN_METHODS.has(request.method))
      throw new ProtocolError(501, reasonPhrase(501), [['Allow', ALLOW]]);
    const scheme = /^[^:]*/.exec(request.uri)![0].toLowerCase();
    if (scheme !== 'sip' && scheme !== 'sips') throw new ProtocolError(416, reasonPhrase(416));
    checkRequired(request);
    parseUri(request.uri);
  }

  /** Asks whether we are there: answered to anybody, so that monitoring and NAT keep-alive work. */
  #options(request: SipRequest): SipResponse {
    const response = this.#response(request, 200);
    response.headers.set('Allow', ALLOW).set('Supported', SUPPORTED).set('Accept', 'application/sdp');
    if (this.notifier.events !== '') response.headers.set('Allow-Events', this.notifier.events);
    return response;
  }

  #register(transaction: ServerTransaction, account: string): void {
    const { request, source } = transaction;
    // RFC 3261 §10.3 step 4: an account may register phones of its own address only.
    if (registered(request) !== account) throw new ProtocolError(403, reasonPhrase(403));
    const contacts = this.registrar.register(account, request, source);
    const response = this.#response(request, 200);
    for (const contact of contacts) response.headers.append('Contact', contact);
    response.headers.set('Date', new Date().toUTCString());
    transaction.respond(response);
  }

  /** REFER outside any dialog: its answer opens one, for the reports (RFC 3515 §2.4.4). */
  #refer(transaction: ServerTransaction, account: string): void {
    const { request, source } = transaction;
    const target = readRefer(request);
    if (target.replaces !== undefined || !this.options.onRefer)
      throw new ProtocolError(403, reasonPhrase(403));
    const tag = randomBytes(8).toString('hex');
    const dialog = new InDialog(this.layer, dialogOfInvite(request, tag, source));
    const { user = '' } = parseUri(request.uri);
    serveRefer(
      transaction,
      new ReferReport(request, true, dialog, this.contactFor(source)),
      (report) => this.options.onRefer!(account, user, target, report),
      () => this.#response(request, 202, reasonPhrase(202), tag),
    );
  }

  #invite(transaction: ServerTransaction, caller: Caller): void {
    const { request } = transaction;
    checkBody(request);
    termsOfRequest(request.headers);
    const accepted = request.headers.all('Accept').map((value) => value.split(';')[0].trim().toLowerCase());
    if (
      accepted.length > 0 &&
      !accepted.some((value) => ['application/sdp', 'application/*', '*/*'].includes(value))
    )
      throw new ProtocolError(406, reasonPhrase(406));
    const replaced = this.#replacedBy(request);
    transaction.respond(responseTo(request, 100, reasonPhrase(100)));
    const call = SipCall.incoming(this, transaction);
    this.#ringing.set(transaction, call);
    call.onClosed = () => this.#ringing.delete(transaction);
    this.options.onCall(call, caller, this.#check.dialled(request, transaction.source), replaced);
  }

  /** The call that an INVITE with Replaces takes over (RFC 3891 §3). Throws ProtocolError 400, 481 or 486. */
  #replacedBy({ headers }: SipRequest): SipCall | undefined {
    const values = headers.all('Replaces');
    if (values.length === 0) return undefined;
    if (values.length > 1) throw new ProtocolError(400, 'More Than One Replaces');
    const { key, earlyOnly } = readReplaces(values[0]);
    const call = this.dialogs.find(key);
    if (!call?.confirmed) throw new ProtocolError(481, reasonPhrase(481));
    if (earlyOnly) throw new ProtocolError(486, reasonPhrase(486));
    return call;
  }

  /** The answer to a request that could not be served. */
  #refusal(request: SipRequest, error: unknown): SipResponse {
    if (error instanceof SipParseError) return this.#response(request, error.status, error.reason);
    if (!(error instanceof ProtocolError)) {
      log.error({ err: error, method: request.method }, 'a request could not be served');
      return this.#response(request, 500);
    }
    const response = this.#response(request, error.status, error.reason);
    for (const [name, value] of error.headers) response.headers.append(name, value);
    return response;
  }

  #response(
    request: SipRequest,
    status: number,
    reason = reasonPhrase(status),
    tag = this.options.realm,
  ): SipResponse {
    const response = responseTo(request, status, reason);
    const to = request.headers.get('To') ?? '';
    if (tagOf(to) === '') response.headers.set('To', `${to};tag=${tag}`);
    response.headers.set('Server', USER_AGENT);
    return response;
  }
}

function displayName(name: string): string {
  return name === '' ? '' : `"${wireText(name).replace(/[\\"]/g, '\\$&')}" `;
}

/** The account that a REGISTER is for: the user of its To (RFC 3261 §10.3). */
function registered(request: SipRequest): string | undefined {
  const { uri } = parseNameAddr(request.headers.get('To') ?? '');
  if (!/^sips?:/i.test(uri)) throw new ProtocolError(400, 'To of a REGISTER must be a sip: or sips: URI');
  return parseUri(uri).user;
}

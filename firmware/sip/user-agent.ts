/** The box as a SIP user agent and registrar (RFC 3261 §8.2, §10.3): who may do what, and which call a request is of. */
import {
  parseNameAddr,
  parseUri,
  reasonPhrase,
  SipParseError,
  type SipMessage,
  type SipRequest,
  type SipUri,
} from 'sip-parser';
import type { Clock } from '../clock.js';
import { createLog } from '../log.js';
import { dialogKey, tagOf } from './dialog.js';
import { DigestAuthenticator, type Algorithm } from './digest.js';
import { newInvite } from './outgoing-invite.js';
import { ProtocolError } from './protocol-error.js';
import { readReplaces } from './refer.js';
import { Registrar } from './registrar.js';
import { USER_AGENT } from './in-dialog.js';
import { ALLOW, checkBody, checkRequired, SUPPORTED } from './method-rules.js';
import { termsOfRequest } from './session-expires.js';
import { SipCall, type CallHome } from './sip-call.js';
import { responseTo, TransactionLayer, type ServerTransaction } from './transaction-layer.js';
import type { Endpoint, Transport } from './transport.js';

const log = createLog('sip');

/** Methods that exist in SIP but are not for us, as opposed to words nobody knows (405 against 501). */
const KNOWN_METHODS = new Set(
  'INVITE ACK CANCEL BYE OPTIONS INFO REGISTER MESSAGE SUBSCRIBE NOTIFY REFER PRACK UPDATE PUBLISH'.split(
    ' ',
  ),
);

export type UserAgentOptions = {
  transport: Transport;
  clock: Clock;
  /** Realm of the challenges. */
  realm: string;
  /** Digest algorithms that phones are offered, best first. */
  digestAlgorithms(): readonly Algorithm[];
  /** Password of a SIP user name; undefined if there is no such user. */
  passwordOf(username: string): string | undefined;
  /** A new call of an authenticated caller. `dialled` is the user part of the Request-URI. */
  onCall(
    call: SipCall,
    caller: { username: string; displayName: string },
    dialled: string,
    /** The call whose place the new one takes (RFC 3891). */
    replaced?: SipCall,
  ): void;
};

export class UserAgent implements CallHome {
  readonly layer: TransactionLayer;
  readonly registrar: Registrar;
  readonly clock: Clock;
  readonly #digest: DigestAuthenticator;
  /** Calls whose dialog stands, by dialog. */
  readonly #dialogs = new Map<string, SipCall>();
  /** Incoming calls not yet answered, by their INVITE. */
  readonly #ringing = new Map<ServerTransaction, SipCall>();
  #closing = false;

  constructor(private readonly options: UserAgentOptions) {
    this.clock = options.clock;
    this.registrar = new Registrar(options.clock);
    const { realm, clock } = options;
    this.#digest = new DigestAuthenticator(
      realm,
      (name) => options.passwordOf(name),
      clock,
      () => options.digestAlgorithms(),
    );
    this.layer = new TransactionLayer(options.transport, options.clock, {
      request: (transaction) => this.#request(transaction),
      ack: (ack) => this.#callOf(ack)?.acked(ack),
      cancel: (invite) => this.#ringing.get(invite)?.cancelled(),
    });
  }

  /** Dialogs that stand. */
  get dialogs(): number {
    return this.#dialogs.size;
  }

  receive(message: SipMessage, source: Endpoint): void {
    this.layer.receive(message, source);
  }

  /** Answers, without remembering it, a request that could not be parsed. */
  receiveBroken(request: SipRequest, status: number, reason: string, source: Endpoint): void {
    if (request.method !== 'ACK')
      this.layer.respondStateless(request, responseTo(request, status, reason), source);
  }

  /** Calls a registered phone; `from` is shown on its display. */
  call(contact: string, peer: Endpoint, from: { number: string; name: string }, sdp: Buffer): SipCall {
    const { address, port } = this.options.transport.localFor(peer);
    const name = from.name === '' ? '' : `"${from.name.replace(/[\\"]/g, '\\$&')}" `;
    const invite = newInvite(
      contact,
      `${name}<sip:${from.number}@${address}:${port}>`,
      `<${contact}>`,
      this.contactFor(peer),
      sdp,
    );
    return SipCall.outgoing(this, invite, peer);
  }

  /** From now on every new call is refused with 503; those that stand are their owners' to end. */
  stopTakingCalls(): void {
    this.#closing = true;
  }

  contactFor(peer: Endpoint): string {
    const { address, port } = this.options.transport.localFor(peer);
    return `<sip:${address}:${port}>`;
  }

  adopt(key: string, call: SipCall): void {
    this.#dialogs.set(key, call);
  }

  release(key: string, call: SipCall): void {
    if (this.#dialogs.get(key) === call) this.#dialogs.delete(key);
  }

  find(key: string): SipCall | undefined {
    return this.#dialogs.get(key);
  }

  #request(transaction: ServerTransaction): void {
    try {
      this.#serve(transaction);
    } catch (error) {
      if (error instanceof ProtocolError) this.#refuse(transaction, error);
      else if (error instanceof SipParseError)
        this.#refuse(transaction, new ProtocolError(error.status, error.reason));
      else {
        log.error({ err: error, method: transaction.request.method }, 'a request could not be served');
        this.#refuse(transaction, new ProtocolError(500, reasonPhrase(500)));
      }
    }
  }

  #serve(transaction: ServerTransaction): void {
    const { request } = transaction;
    if (transaction.merged) throw new ProtocolError(482, 'Merged Request');
    const inDialog = tagOf(request.headers.get('To') ?? '') !== '';
    const call = inDialog ? this.#callOf(request) : undefined;
    if (call) return call.request(transaction);
    const uri = this.#inspect(request);
    if (inDialog && request.method !== 'OPTIONS' && request.method !== 'REGISTER')
      throw new ProtocolError(481, reasonPhrase(481));
    if (request.method === 'OPTIONS') return this.#options(transaction);
    if (request.method === 'REGISTER') return this.#register(transaction);
    if (request.method === 'INVITE') return this.#invite(transaction, uri);
    if (['BYE', 'INFO', 'PRACK', 'UPDATE', 'REFER'].includes(request.method))
      throw new ProtocolError(481, reasonPhrase(481));
    throw new ProtocolError(405, reasonPhrase(405), [['Allow', ALLOW]]);
  }

  /** RFC 3261 §8.2.1 to §8.2.3, in that order. */
  #inspect(request: SipRequest): SipUri {
    if (!KNOWN_METHODS.has(request.method))
      throw new ProtocolError(501, reasonPhrase(501), [['Allow', ALLOW]]);
    const scheme = /^[^:]*/.exec(request.uri)![0].toLowerCase();
    if (scheme !== 'sip' && scheme !== 'sips') throw new ProtocolError(416, reasonPhrase(416));
    checkRequired(request);
    return parseUri(request.uri);
  }

  /** Asks whether we are there: answered to anybody, so that monitoring and NAT keep-alive work. */
  #options(transaction: ServerTransaction): void {
    const response = this.#response(transaction, 200);
    response.headers.set('Allow', ALLOW).set('Supported', SUPPORTED).set('Accept', 'application/sdp');
    transaction.respond(response);
  }

  #register(transaction: ServerTransaction): void {
    const { request, source } = transaction;
    const to = parseNameAddr(request.headers.get('To') ?? '');
    if (!/^sips?:/i.test(to.uri))
      throw new ProtocolError(400, 'To of a REGISTER must be a sip: or sips: URI');
    const account = this.#authenticate(transaction);
    // RFC 3261 §10.3 step 4: an account may register phones of its own address only.
    if (parseUri(to.uri).user !== account) throw new ProtocolError(403, reasonPhrase(403));
    const contacts = this.registrar.register(account, request, source);
    const response = this.#response(transaction, 200);
    for (const contact of contacts) response.headers.append('Contact', contact);
    response.headers.set('Date', new Date().toUTCString());
    transaction.respond(response);
  }

  #invite(transaction: ServerTransaction, uri: SipUri): void {
    const { request } = transaction;
    if (this.#closing) throw new ProtocolError(503, reasonPhrase(503), [['Retry-After', '10']]);
    const username = this.#authenticate(transaction);
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
    const { displayName } = parseNameAddr(request.headers.get('From') ?? '');
    this.options.onCall(call, { username, displayName }, uri.user ?? '', replaced);
  }

  /** The call that an INVITE with Replaces takes over (RFC 3891 §3). Throws ProtocolError 400, 481 or 486. */
  #replacedBy({ headers }: SipRequest): SipCall | undefined {
    const values = headers.all('Replaces');
    if (values.length === 0) return undefined;
    if (values.length > 1) throw new ProtocolError(400, 'More Than One Replaces');
    const { key, earlyOnly } = readReplaces(values[0]);
    const call = this.find(key);
    if (!call?.confirmed) throw new ProtocolError(481, reasonPhrase(481));
    if (earlyOnly) throw new ProtocolError(486, reasonPhrase(486));
    return call;
  }

  /** The user whose credentials the request bears: who a caller is follows from these, never from From. */
  #authenticate(transaction: ServerTransaction): string {
    const verdict = this.#digest.check(transaction.request);
    if (verdict.ok) return verdict.username;
    if (verdict.guessed) log.warn({ source: transaction.source.address }, 'wrong SIP password');
    throw new ProtocolError(
      401,
      reasonPhrase(401),
      verdict.challenge.map((value) => ['WWW-Authenticate', value] as const),
    );
  }

  #refuse(transaction: ServerTransaction, error: ProtocolError): void {
    const response = this.#response(transaction, error.status, error.reason);
    for (const [name, value] of error.headers) response.headers.append(name, value);
    transaction.respond(response);
  }

  #response({ request }: ServerTransaction, status: number, reason = reasonPhrase(status)) {
    const response = responseTo(request, status, reason);
    const to = request.headers.get('To') ?? '';
    if (tagOf(to) === '') response.headers.set('To', `${to};tag=${this.options.realm}`);
    response.headers.set('Server', USER_AGENT);
    return response;
  }

  #callOf({ headers }: SipRequest): SipCall | undefined {
    const key = dialogKey(
      headers.get('Call-ID') ?? '',
      tagOf(headers.get('To') ?? ''),
      tagOf(headers.get('From') ?? ''),
    );
    return this.#dialogs.get(key);
  }
}

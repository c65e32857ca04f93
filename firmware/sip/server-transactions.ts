/** Requests of others, each in a server transaction, and what is answered without one (RFC 3261 §17.2). */
import {
  Headers,
  parseCSeq,
  parseNameAddr,
  parseVia,
  serializeMessage,
  viaText,
  type SipRequest,
  type SipResponse,
  type Via,
} from 'sip-parser';
import type { Clock } from '../clock.js';
import { MachineRunner, type Next, type TimerEffect, type TimerEvent } from '../machine.js';
import {
  inviteServer,
  inviteServerStart,
  type InviteServerEffect,
  type InviteServerEvent,
} from './invite-server.js';
import { withoutZone } from './networks.js';
import { nonInviteServer, nonInviteServerStart } from './non-invite-server.js';
import { hostText, isReliable, type Endpoint, type Transport } from './transport.js';

const COOKIE = 'z9hG4bK';
/** Octets out for an octet in, at most, to whoever may not be who they seem to be. */
const MAX_AMPLIFICATION = 2;

/** A request that came in, and the way to answer it. */
export type ServerTransaction = {
  readonly request: SipRequest;
  /** Where the request really came from. */
  readonly source: Endpoint;
  respond(response: SipResponse): void;
};

export type ServerHandlers = {
  /**
   * Judges a new request, never an ACK or CANCEL, before anything is remembered of it: the answer to send at once and
   * forget, `silence`, or `serve`, and only then there will be a transaction.
   */
  screen?(request: SipRequest, source: Endpoint): SipResponse | 'silence' | 'serve';
  /** A new request, never an ACK. */
  request(transaction: ServerTransaction): void;
  /** An ACK of a 2xx: it belongs to a dialog. */
  ack(request: SipRequest, source: Endpoint): void;
  /** A CANCEL of an INVITE that is known; the CANCEL itself has been answered 200 (RFC 3261 §9.2). */
  cancel(invite: ServerTransaction): void;
};

type Server = {
  transaction: ServerTransaction;
  repeat(): void;
  ack(request: SipRequest): void;
  stop(): void;
};

export class ServerTransactions {
  readonly #servers = new Map<string, Server>();
  /** Requests outside dialogs that are being served, whichever way they came. */
  readonly #origins = new Set<string>();

  constructor(
    private readonly transport: Transport,
    private readonly clock: Clock,
    private readonly handlers: ServerHandlers,
  ) {}

  /** Transactions that have not ended. */
  get open(): number {
    return this.#servers.size;
  }

  /**
   * Answers without a transaction: for requests too broken or too many to remember. Who sends by UDP may have borrowed
   * the address: an answer more than twice as long as the `octets` of the request is sent without what it tells of us,
   * and if that is too long still, not at all.
   */
  respondStateless(request: SipRequest, response: SipResponse, source: Endpoint, octets: number): void {
    const fits = (one: SipResponse) => isReliable(source) || sizeOf(one) <= MAX_AMPLIFICATION * octets;
    const answer = [response, withoutSelfDescription(response)].find(fits);
    if (answer) this.transport.send(answer, replyTo(parseVia(request.headers.get('Via') ?? ''), source));
  }

  /** Ends every transaction at once, silently. */
  stop(): void {
    for (const transaction of this.#servers.values()) transaction.stop();
    this.#servers.clear();
    this.#origins.clear();
  }

  /** Takes a request; `octets` is how many of them came. */
  receive(request: SipRequest, source: Endpoint, octets: number): void {
    const via = stampVia(request, source);
    const key = serverKey(request, via, request.method === 'ACK' ? 'INVITE' : request.method);
    const known = this.#servers.get(key);
    if (request.method === 'ACK') {
      if (known) known.ack(request);
      else this.handlers.ack(request, source);
    } else if (known) {
      known.repeat();
    } else if (request.method === 'CANCEL') {
      this.#cancel(request, key, via, source, octets);
    } else if (this.#origins.has(originOf(request))) {
      // RFC 3261 §8.2.2.2: it came by another way too, and is being served.
      this.respondStateless(request, responseTo(request, 482, 'Merged Request'), source, octets);
    } else {
      const verdict = this.handlers.screen?.(request, source) ?? 'serve';
      if (verdict === 'serve') this.handlers.request(this.#begin(request, key, via, source));
      else if (verdict !== 'silence') this.respondStateless(request, verdict, source, octets);
    }
  }

  /** RFC 3261 §9.2. */
  #cancel(request: SipRequest, key: string, via: Via, source: Endpoint, octets: number): void {
    const invite = this.#servers.get(serverKey(request, via, 'INVITE'));
    if (!invite) {
      const gone = responseTo(request, 481, 'Call/Transaction Does Not Exist');
      return this.respondStateless(request, gone, source, octets);
    }
    this.#begin(request, key, via, source).respond(responseTo(request, 200, 'OK'));
    this.handlers.cancel(invite.transaction);
  }

  #begin(request: SipRequest, key: string, via: Via, source: Endpoint): ServerTransaction {
    const reliable = isReliable(source);
    return request.method === 'INVITE'
      ? this.#serve(inviteServer, inviteServerStart(reliable), key, request, via, source)
      : this.#serve(nonInviteServer, nonInviteServerStart(reliable), key, request, via, source);
  }

  /** Runs a server transaction. */
  #serve<State>(
    machine: Next<State, InviteServerEvent | TimerEvent, InviteServerEffect | TimerEffect>,
    start: State,
    key: string,
    request: SipRequest,
    via: Via,
    source: Endpoint,
  ): ServerTransaction {
    const to = replyTo(via, source);
    const origin = originOf(request);
    let lastAck = request;
    const runner = new MachineRunner<State, InviteServerEvent, InviteServerEffect>(
      machine,
      start,
      this.clock,
      (effect) => {
        if (effect.type === 'send') this.transport.send(effect.response, to);
        else if (effect.type === 'passAck') this.handlers.ack(lastAck, source);
        else if (effect.type === 'end') {
          this.#servers.delete(key);
          this.#origins.delete(origin);
        }
      },
    );
    if (origin !== '') this.#origins.add(origin);
    const transaction: ServerTransaction = {
      request,
      source,
      respond: (response) => {
        // Some phones come back with credentials under the same CSeq: that is no merged request.
        if (response.status === 401) this.#origins.delete(origin);
        runner.dispatch({ type: 'respond', response });
      },
    };
    this.#servers.set(key, {
      transaction,
      repeat: () => runner.dispatch({ type: 'request' }),
      ack: (ack) => {
        lastAck = ack;
        runner.dispatch({ type: 'ack' });
      },
      stop: () => runner.stop(),
    });
    return transaction;
  }
}

/** A response with the headers every response copies from its request (RFC 3261 §8.2.6.2). */
export function responseTo(request: SipRequest, status: number, reason: string): SipResponse {
  const headers = new Headers();
  for (const name of ['Via', 'Record-Route'])
    if (name === 'Via' || (status > 100 && status < 300))
      for (const value of request.headers.all(name)) headers.append(name, value);
  for (const name of ['From', 'To', 'Call-ID', 'CSeq']) {
    const value = request.headers.get(name);
    if (value !== undefined) headers.append(name, value);
  }
  return { kind: 'response', status, reason, headers, body: Buffer.alloc(0) };
}

/** RFC 3261 §18.2.1 and RFC 3581 §4: notes in the top Via where the request really came from. */
function stampVia(request: SipRequest, source: Endpoint): Via {
  const via = parseVia(request.headers.get('Via') ?? '');
  const rport = via.params.has('rport');
  if (rport) via.params.set('rport', String(source.port));
  const address = withoutZone(source.address);
  if (rport || via.host.toLowerCase() !== hostText(address)) via.params.set('received', address);
  request.headers.removeFirst('Via').prepend('Via', viaText(via));
  return via;
}

/** RFC 3261 §18.2.2 and RFC 3581 §4. An maddr is not followed: it would aim our answers at third parties. */
function replyTo(via: Via, source: Endpoint): Endpoint {
  if (isReliable(source)) return source;
  return { address: source.address, port: via.params.has('rport') ? source.port : (via.port ?? 5060) };
}

function withoutSelfDescription(response: SipResponse): SipResponse {
  const headers = response.headers.clone();
  for (const name of ['Accept', 'Allow', 'Allow-Events', 'Supported']) headers.remove(name);
  return { ...response, headers };
}

function sizeOf(message: SipResponse): number {
  return serializeMessage(message).length;
}

/** RFC 3261 §17.2.3; a branch without the cookie, or with nothing behind it, is matched as of RFC 2543. */
function serverKey(request: SipRequest, via: Via, method: string): string {
  const branch = via.params.get('branch') ?? '';
  if (branch.startsWith(COOKIE) && branch.length > COOKIE.length)
    return `${branch} ${via.host.toLowerCase()}:${via.port ?? 5060} ${method}`;
  const { headers, uri } = request;
  const fromTag = parseNameAddr(headers.get('From') ?? '').params.get('tag') ?? '';
  const { number } = parseCSeq(headers.get('CSeq') ?? '');
  return [uri, fromTag, headers.get('Call-ID'), number, via.host, via.port, branch, method].join(' ');
}

/** What a request is known by whichever way it comes (RFC 3261 §8.2.2.2); empty for one within a dialog. */
function originOf({ method, headers }: SipRequest): string {
  if (method === 'CANCEL' || parseNameAddr(headers.get('To') ?? '').params.has('tag')) return '';
  const fromTag = parseNameAddr(headers.get('From') ?? '').params.get('tag') ?? '';
  return [fromTag, headers.get('Call-ID'), headers.get('CSeq')].join('\n');
}

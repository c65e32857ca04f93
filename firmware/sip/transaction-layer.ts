/** Matches messages to transactions and runs the four machines (RFC 3261 §17). */
import { randomBytes } from 'node:crypto';
import {
  Headers,
  parseCSeq,
  parseNameAddr,
  parseVia,
  serializeMessage,
  viaText,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  type Via,
} from 'sip-parser';
import type { Clock } from '../clock.js';
import { MachineRunner, type Next, type TimerEffect, type TimerEvent } from '../machine.js';
import {
  inviteClient,
  inviteClientStart,
  type InviteClientEffect,
  type InviteClientEvent,
} from './invite-client.js';
import {
  inviteServer,
  inviteServerStart,
  type InviteServerEffect,
  type InviteServerEvent,
} from './invite-server.js';
import { nonInviteClient, nonInviteClientStart } from './non-invite-client.js';
import { nonInviteServer, nonInviteServerStart } from './non-invite-server.js';
import { withoutZone } from './networks.js';
import {
  hostPortText,
  hostText,
  isReliable,
  protocolOf,
  type Endpoint,
  type Transport,
} from './transport.js';

const COOKIE = 'z9hG4bK';
/** RFC 3261 §18.1.1: larger requests do not go by UDP, octets. */
const MAX_UDP_REQUEST = 1300;
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

export type ClientHandlers = {
  response(response: SipResponse, source: Endpoint): void;
  /** No final response will come. */
  failed(why: 'timeout' | 'transport'): void;
};

export type ClientTransaction = {
  /** The request as sent, with its Via. */
  readonly request: SipRequest;
  /** Sends CANCEL for an INVITE (RFC 3261 §9.1); the caller sees to it that a 1xx has come. */
  cancel(): void;
};

type Server = {
  transaction: ServerTransaction;
  repeat(): void;
  ack(request: SipRequest): void;
  stop(): void;
};
type Client = {
  readonly to: Endpoint;
  /** A response has come. */
  heard: boolean;
  answered: boolean;
  receive(response: SipResponse, source: Endpoint): void;
  failed: () => void;
  stop(): void;
};

export class TransactionLayer {
  #servers = new Map<string, Server>();
  #clients = new Map<string, Client>();
  /** Requests outside dialogs that are being served, whichever way they came. */
  #origins = new Set<string>();
  #whenAnswered: (() => void)[] = [];

  constructor(
    private readonly transport: Transport,
    private readonly clock: Clock,
    private readonly handlers: ServerHandlers,
  ) {}

  /** Transactions that have not ended. */
  get open(): number {
    return this.#servers.size + this.#clients.size;
  }

  /** Takes a message; `octets` is how many of them came. */
  receive(message: SipMessage, source: Endpoint, octets = Infinity): void {
    if (message.kind === 'response') this.#receiveResponse(message, source);
    else this.#receiveRequest(message, source, octets);
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

  /**
   * Sends a request in a client transaction of its own; puts our Via on top. What is too large for UDP goes by TCP, and
   * by UDP all the same if the peer cannot be reached by TCP (RFC 3261 §18.1.1).
   */
  send(request: SipRequest, to: Endpoint, handlers: ClientHandlers): ClientTransaction {
    if (isReliable(to) || sizeOf(this.#withVia(request, to, newBranch())) <= MAX_UDP_REQUEST)
      return this.#sendBy(request, to, handlers);
    let heard = false;
    let current = this.#sendBy(
      request,
      { ...to, transport: 'tcp' },
      {
        response: (response, source) => {
          heard = true;
          handlers.response(response, source);
        },
        failed: (why) => {
          if (heard || why === 'timeout') handlers.failed(why);
          else current = this.#sendBy(request, to, handlers);
        },
      },
    );
    return {
      get request() {
        return current.request;
      },
      cancel: () => current.cancel(),
    };
  }

  #sendBy(request: SipRequest, to: Endpoint, handlers: ClientHandlers): ClientTransaction {
    const branch = newBranch();
    const sent = this.#withVia(request, to, branch);
    const cancelled = this.#ask(sent, branch, to, handlers);
    const cancel = () => {
      this.#ask(cancelOf(sent), branch, to, { response: () => {}, failed: () => {} });
      cancelled();
    };
    return { request: sent, cancel };
  }

  /** Sends an ACK of a 2xx: outside any transaction (RFC 3261 §13.2.2.4). */
  sendAck(request: SipRequest, to: Endpoint): void {
    this.transport.send(this.#withVia(request, to, newBranch()), to);
  }

  /** The connection with a peer is gone: nobody waits for the answer to what it may never have got. */
  connectionClosed({ address, port, transport }: Endpoint): void {
    for (const { to, heard, failed } of [...this.#clients.values()])
      if (!heard && to.address === address && to.port === port && to.transport === transport) failed();
  }

  /** Resolves when every request of ours has its final answer, or its time is over. */
  async answered(): Promise<void> {
    while ([...this.#clients.values()].some((client) => !client.answered))
      await new Promise<void>((resolve) => this.#whenAnswered.push(resolve));
  }

  /** Ends every transaction at once, silently. */
  stop(): void {
    for (const transaction of [...this.#servers.values(), ...this.#clients.values()]) transaction.stop();
    this.#servers.clear();
    this.#origins.clear();
    this.#clients.clear();
  }

  #receiveRequest(request: SipRequest, source: Endpoint, octets: number): void {
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

  /** Runs a client transaction; returns what tells it that it was cancelled. */
  #ask(request: SipRequest, branch: string, to: Endpoint, handlers: ClientHandlers): () => void {
    const reliable = isReliable(to);
    if (request.method === 'INVITE')
      return this.#run(inviteClient, inviteClientStart(reliable), request, branch, to, handlers);
    return this.#run(nonInviteClient, nonInviteClientStart(reliable), request, branch, to, handlers);
  }

  #run<State>(
    machine: Next<State, InviteClientEvent | TimerEvent, InviteClientEffect | TimerEffect>,
    start: State,
    request: SipRequest,
    branch: string,
    to: Endpoint,
    handlers: ClientHandlers,
  ): () => void {
    const key = `${branch} ${request.method}`;
    let from = to;
    const failed = () => runner.dispatch({ type: 'transportError' });
    const runner = new MachineRunner<State, InviteClientEvent, InviteClientEffect>(
      machine,
      start,
      this.clock,
      (effect) => {
        switch (effect.type) {
          case 'sendRequest':
            return this.transport.send(request, to, failed);
          case 'sendAck':
            return this.transport.send(ackOf(request, effect.response), to);
          case 'response':
            if (effect.response.status >= 200) this.#markAnswered(client);
            return handlers.response(effect.response, from);
          case 'failed':
            this.#markAnswered(client);
            return handlers.failed(effect.why);
          case 'end':
            this.#clients.delete(key);
        }
      },
    );
    const client: Client = {
      to,
      heard: false,
      answered: false,
      failed,
      receive: (response, source) => {
        client.heard = true;
        from = source;
        runner.dispatch({ type: 'response', response });
      },
      stop: () => runner.stop(),
    };
    this.#clients.set(key, client);
    runner.dispatch({ type: 'start' });
    return () => runner.dispatch({ type: 'cancel' });
  }

  #markAnswered(client: Client): void {
    client.answered = true;
    for (const resolve of this.#whenAnswered.splice(0)) resolve();
  }

  /** RFC 3261 §17.1.3: by our branch and the CSeq method; anything else is a stray and dropped. */
  #receiveResponse(response: SipResponse, source: Endpoint): void {
    const branch = parseVia(response.headers.get('Via') ?? '').params.get('branch');
    const { method } = parseCSeq(response.headers.get('CSeq') ?? '');
    this.#clients.get(`${branch} ${method}`)?.receive(response, source);
  }

  #withVia(request: SipRequest, to: Endpoint, branch: string): SipRequest {
    const local = hostPortText(this.transport.localFor(to));
    const via = `SIP/2.0/${protocolOf(to).toUpperCase()} ${local};branch=${branch};rport`;
    return { ...request, headers: request.headers.clone().prepend('Via', via) };
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

function sizeOf(message: SipMessage): number {
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

/** RFC 3261 §17.1.1.3. */
function ackOf(invite: SipRequest, response: SipResponse): SipRequest {
  const request = sameTransaction(invite, 'ACK');
  const to = response.headers.get('To');
  if (to !== undefined) request.headers.set('To', to);
  return request;
}

/** RFC 3261 §9.1. */
function cancelOf(invite: SipRequest): SipRequest {
  return sameTransaction(invite, 'CANCEL');
}

function sameTransaction(invite: SipRequest, method: string): SipRequest {
  const headers = new Headers();
  headers.append('Via', invite.headers.get('Via') ?? '');
  for (const name of ['From', 'To', 'Call-ID']) headers.append(name, invite.headers.get(name) ?? '');
  headers.append('CSeq', `${parseCSeq(invite.headers.get('CSeq') ?? '').number} ${method}`);
  headers.append('Max-Forwards', '70');
  for (const value of invite.headers.all('Route')) headers.append('Route', value);
  return { kind: 'request', method, uri: invite.uri, headers, body: Buffer.alloc(0) };
}

function newBranch(): string {
  return COOKIE + randomBytes(10).toString('hex');
}

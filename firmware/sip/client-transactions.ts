/** Requests of ours, each in a client transaction (RFC 3261 §17.1). */
import { randomBytes } from 'node:crypto';
import {
  Headers,
  parseCSeq,
  parseVia,
  serializeMessage,
  type SipRequest,
  type SipResponse,
} from 'sip-parser';
import type { Clock } from '../clock.js';
import { MachineRunner, type Next, type TimerEffect, type TimerEvent } from '../machine.js';
import {
  inviteClient,
  inviteClientStart,
  type InviteClientEffect,
  type InviteClientEvent,
} from './invite-client.js';
import { nonInviteClient, nonInviteClientStart } from './non-invite-client.js';
import { hostPortText, isReliable, protocolOf, type Endpoint, type Transport } from './transport.js';

/** RFC 3261 §18.1.1: larger requests do not go by UDP, octets. */
const MAX_UDP_REQUEST = 1300;

export type ClientHandlers = {
  response(response: SipResponse, source: Endpoint): void;
  /** No final response will come. */
  failed(why: 'timeout' | 'transport'): void;
};

export type ClientTransaction = {
  /** The request as sent, with its Via. */
  readonly request: SipRequest;
  /** Sends CANCEL for an INVITE as soon as a 1xx has come (RFC 3261 §9.1). */
  cancel(): void;
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

export class ClientTransactions {
  readonly #clients = new Map<string, Client>();
  #whenAnswered: (() => void)[] = [];

  constructor(
    private readonly transport: Transport,
    private readonly clock: Clock,
  ) {}

  /** Transactions that have not ended. */
  get open(): number {
    return this.#clients.size;
  }

  /**
   * Sends a request in a client transaction of its own; puts our Via on top. What is too large for UDP goes by TCP, and
   * by UDP all the same if the peer cannot be reached by TCP (RFC 3261 §18.1.1).
   */
  send(request: SipRequest, to: Endpoint, handlers: ClientHandlers): ClientTransaction {
    if (isReliable(to) || serializeMessage(this.#withVia(request, to, newBranch())).length <= MAX_UDP_REQUEST)
      return this.#sendBy(request, to, handlers);
    let heard = false;
    let cancelled = false;
    let current = this.#sendBy(
      request,
      { ...to, transport: 'tcp' },
      {
        response: (response, source) => {
          heard = true;
          handlers.response(response, source);
        },
        failed: (why) => {
          if (heard || cancelled || why === 'timeout') handlers.failed(why);
          else current = this.#sendBy(request, to, handlers);
        },
      },
    );
    return {
      get request() {
        return current.request;
      },
      cancel: () => {
        cancelled = true;
        current.cancel();
      },
    };
  }

  #sendBy(request: SipRequest, to: Endpoint, handlers: ClientHandlers): ClientTransaction {
    const branch = newBranch();
    const sent = this.#withVia(request, to, branch);
    return { request: sent, cancel: this.#ask(sent, branch, to, handlers) };
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
    for (const transaction of this.#clients.values()) transaction.stop();
    this.#clients.clear();
  }

  /** RFC 3261 §17.1.3: by our branch and the CSeq method; anything else is a stray and dropped. */
  receive(response: SipResponse, source: Endpoint): void {
    const branch = parseVia(response.headers.get('Via') ?? '').params.get('branch');
    const { method } = parseCSeq(response.headers.get('CSeq') ?? '');
    this.#clients.get(`${branch} ${method}`)?.receive(response, source);
  }

  /** Runs a client transaction; returns what cancels it. */
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
          case 'sendCancel':
            return void this.#ask(cancelOf(request), branch, to, { response: () => {}, failed: () => {} });
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

  #withVia(request: SipRequest, to: Endpoint, branch: string): SipRequest {
    const local = hostPortText(this.transport.localFor(to));
    const via = `SIP/2.0/${protocolOf(to).toUpperCase()} ${local};branch=${branch};rport`;
    return { ...request, headers: request.headers.clone().prepend('Via', via) };
  }
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
  return `z9hG4bK${randomBytes(10).toString('hex')}`;
}

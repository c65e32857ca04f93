/** Every message to the transaction that it belongs to (RFC 3261 §17): requests of others, requests of ours. */
import type { SipMessage, SipRequest, SipResponse } from 'sip-parser';
import type { Clock } from '../clock.js';
import { ClientTransactions, type ClientHandlers, type ClientTransaction } from './client-transactions.js';
import { ServerTransactions, type ServerHandlers } from './server-transactions.js';
import type { Endpoint, Transport } from './transport.js';

export class TransactionLayer {
  readonly #servers: ServerTransactions;
  readonly #clients: ClientTransactions;

  constructor(transport: Transport, clock: Clock, handlers: ServerHandlers) {
    this.#servers = new ServerTransactions(transport, clock, handlers);
    this.#clients = new ClientTransactions(transport, clock);
  }

  /** Transactions that have not ended. */
  get open(): number {
    return this.#servers.open + this.#clients.open;
  }

  /** Takes a message; `octets` is how many of them came. */
  receive(message: SipMessage, source: Endpoint, octets = Infinity): void {
    if (message.kind === 'response') this.#clients.receive(message, source);
    else this.#servers.receive(message, source, octets);
  }

  /** As ServerTransactions.respondStateless. */
  respondStateless(request: SipRequest, response: SipResponse, source: Endpoint, octets: number): void {
    this.#servers.respondStateless(request, response, source, octets);
  }

  /** As ClientTransactions.send. */
  send(request: SipRequest, to: Endpoint, handlers: ClientHandlers): ClientTransaction {
    return this.#clients.send(request, to, handlers);
  }

  /** As ClientTransactions.sendAck. */
  sendAck(request: SipRequest, to: Endpoint): void {
    this.#clients.sendAck(request, to);
  }

  /** As ClientTransactions.connectionClosed. */
  connectionClosed(peer: Endpoint): void {
    this.#clients.connectionClosed(peer);
  }

  /** As ClientTransactions.answered. */
  answered(): Promise<void> {
    return this.#clients.answered();
  }

  /** Ends every transaction at once, silently. */
  stop(): void {
    this.#servers.stop();
    this.#clients.stop();
  }
}

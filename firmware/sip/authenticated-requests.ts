/** Requests to a provider that wants credentials: once challenged each goes out again, and its owner sees one request. */
import type { SipRequest } from 'sip-parser';
import type { DigestClient } from './digest-client.js';
import type { ClientHandlers, ClientTransaction } from './client-transactions.js';
import type { TransactionLayer } from './transaction-layer.js';
import type { Endpoint } from './transport.js';

/** How requests are sent, with credentials or without. */
export type Requests = Pick<TransactionLayer, 'send' | 'sendAck'>;

/** Challenges answered for one request: a stale nonce may come after the first. */
const MAX_CHALLENGES = 3;

export class AuthenticatedRequests implements Requests {
  constructor(
    private readonly layer: TransactionLayer,
    private readonly digest: DigestClient,
  ) {}

  /** As TransactionLayer.send; a 401 or 407 reaches the handlers only if it could not be answered. */
  send(request: SipRequest, to: Endpoint, handlers: ClientHandlers): ClientTransaction {
    let challenges = 0;
    let cancelled = false;
    const ask = (asked: SipRequest): ClientTransaction =>
      this.layer.send(asked, to, {
        ...handlers,
        response: (response, source) => {
          const challenged = response.status === 401 || response.status === 407;
          const mayTry = challenged && !cancelled && challenges++ < MAX_CHALLENGES;
          const again = mayTry ? this.digest.answer(asked, response) : undefined;
          if (again) current = ask(again);
          else handlers.response(response, source);
        },
      });
    const first = { ...request, headers: request.headers.clone() };
    this.digest.authorize(first);
    let current = ask(first);
    return {
      get request() {
        return current.request;
      },
      cancel() {
        cancelled = true;
        current.cancel();
      },
    };
  }

  sendAck(request: SipRequest, to: Endpoint): void {
    this.layer.sendAck(request, to);
  }
}

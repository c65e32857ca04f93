/** Sends a request and, once challenged, sends it again with credentials: the owner sees one request. */
import type { SipRequest } from 'sip-parser';
import type { DigestClient } from './digest-client.js';
import type { ClientHandlers, ClientTransaction, TransactionLayer } from './transaction-layer.js';
import type { Endpoint } from './transport.js';

/** Challenges answered for one request: a stale nonce may come after the first. */
const MAX_CHALLENGES = 3;

/** As TransactionLayer.send; a 401 or 407 reaches the handlers only if it could not be answered. */
export function sendAuthenticated(
  layer: TransactionLayer,
  digest: DigestClient,
  request: SipRequest,
  to: Endpoint,
  handlers: ClientHandlers,
): ClientTransaction {
  let challenges = 0;
  let cancelled = false;
  const ask = (asked: SipRequest): ClientTransaction =>
    layer.send(asked, to, {
      ...handlers,
      response(response, source) {
        const challenged = response.status === 401 || response.status === 407;
        const again =
          challenged && !cancelled && challenges++ < MAX_CHALLENGES
            ? digest.answer(asked, response)
            : undefined;
        if (again) current = ask(again);
        else handlers.response(response, source);
      },
    });
  const first = { ...request, headers: request.headers.clone() };
  digest.authorize(first);
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

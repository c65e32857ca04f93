/** Reads what a transport cut out and hands it to whom it concerns. */
import { parseMessage, SipParseError } from 'sip-parser';
import { createLog } from '../log.js';
import type { Endpoint, TransportHandlers } from './transport.js';

const log = createLog('sip');

/** Hands on a message, or what of it can be answered; false if it was neither and is dropped. */
export function readMessage(octets: Buffer, source: Endpoint, handlers: TransportHandlers): boolean {
  let message;
  try {
    message = parseMessage(octets);
  } catch (error) {
    if (!(error instanceof SipParseError)) throw error;
    const { partial, status, reason } = error;
    if (partial) handlers.broken(partial, status, reason, source, octets.length);
    return partial !== undefined;
  }
  try {
    handlers.message(message, source, octets.length);
  } catch (error) {
    // A fault of ours; whoever finds one must not end all calls with it.
    log.error({ err: error, source }, 'a message could not be served');
  }
  return true;
}

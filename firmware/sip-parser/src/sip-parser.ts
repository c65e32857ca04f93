export { parseAuth, authText, type AuthParams } from './auth.js';
export { parseCSeq, type CSeq } from './cseq.js';
export { SipParseError } from './error.js';
export { Headers } from './headers.js';
export {
  MAX_HEADERS,
  MAX_LINE_OCTETS,
  MAX_MESSAGE_OCTETS,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from './message.js';
export { parseNameAddr, nameAddrText, type NameAddr } from './name-addr.js';
export { parseMessage } from './parse.js';
export { reasonPhrase } from './reason.js';
export { serializeMessage } from './serialize.js';
export { readableText, wireText } from './text.js';
export { parseUri, uriText, type SipUri } from './uri.js';
export { parseVia, viaText, type Via } from './via.js';

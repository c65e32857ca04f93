/** Which calls are encrypted. Keys go by SDP (RFC 4568 §8.3), so only signalling over TLS may carry them. */
import type { SipAccount } from '../config/schema.js';
import type { Endpoint } from '../sip/transport.js';

/** `impossible`: the extension requires SRTP, and this leg cannot have it. */
export type MediaSecurity = 'plain' | 'optional' | 'required' | 'impossible';

/** `available`: whether the media plane can do SRTP at all. */
export function mediaSecurity(
  setting: SipAccount['srtp'],
  peer: Endpoint,
  available: boolean,
): MediaSecurity {
  if (available && peer.transport === 'tls') return setting === 'off' ? 'plain' : setting;
  return setting === 'required' ? 'impossible' : 'plain';
}

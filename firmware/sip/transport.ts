/** What the transaction layer needs of a transport, and the addresses both speak of. */
import type { SipMessage } from 'sip-parser';

/** The far or the near end of a transport. */
export type Endpoint = { address: string; port: number; transport?: 'udp' | 'tcp' | 'tls' };

export type Transport = {
  /** As in a Via: `UDP`. */
  readonly protocol: 'UDP';
  /** True where nothing is lost or repeated on the way (RFC 3261 §17). */
  readonly reliable: boolean;
  send(message: SipMessage, to: Endpoint): void;
  /** The endpoint that a peer should use to reach us, seen from its side. */
  localFor(peer: Endpoint): Endpoint;
};

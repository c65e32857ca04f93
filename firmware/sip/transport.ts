/** What the transaction layer needs of a transport, and the addresses both speak of. */
import { isIPv6 } from 'node:net';
import type { SipMessage, SipRequest } from 'sip-parser';

export type Protocol = 'udp' | 'tcp' | 'tls';

/**
 * The far or the near end of a transport. Over TCP and TLS it names a connection: what is sent there goes over the
 * connection that stands, the phone's own (RFC 5923), and over a new one only where there is none.
 */
export type Endpoint = {
  address: string;
  port: number;
  /** UDP if absent. */
  transport?: Protocol;
  /** The name that the certificate of a TLS server we connect to must bear (RFC 5922 §7); its address if absent. */
  host?: string;
  /** SHA-256 of the certificate by which a TLS server we connect to is believed, whatever name it bears: `AB:01:...`. */
  fingerprint?: string;
  /** They connected to us: nobody listens at that port. */
  accepted?: boolean;
};

export type Transport = {
  /** `failed` is called, later and once, if it turns out that the message cannot be brought there. */
  send(message: SipMessage, to: Endpoint, failed?: () => void): void;
  /** The endpoint that a peer should use to reach us, seen from its side, by the transport it uses itself. */
  localFor(peer: Endpoint): Endpoint;
};

/** What a transport tells of. `octets` is how much came over UDP; what comes over a connection has no such bound. */
export type TransportHandlers = {
  message(message: SipMessage, source: Endpoint, octets: number): void;
  /** A request too broken to be served, but whole enough to be answered. */
  broken(request: SipRequest, status: number, reason: string, source: Endpoint, octets: number): void;
  /** The connection with a peer is gone; what was sent there may not have arrived. */
  closed?(peer: Endpoint): void;
  /** Whether an address is served before others when there is much to serve. */
  comesFirst?(address: string): boolean;
};

/** An address as a host in a URI or Via: an IPv6 address in brackets (RFC 3261 §25.1). */
export function hostText(address: string): string {
  return isIPv6(address) ? `[${address}]` : address;
}

/** `192.0.2.1:5060`, `[2001:db8::1]:5060`. */
export function hostPortText({ address, port }: Endpoint): string {
  return `${hostText(address)}:${port}`;
}

export function protocolOf({ transport }: Endpoint): Protocol {
  return transport ?? 'udp';
}

/** Whether nothing is lost or repeated on the way (RFC 3261 §17). */
export function isReliable(to: Endpoint): boolean {
  return protocolOf(to) !== 'udp';
}

/** Socket addresses as the kernel wants them (`sockaddr_in`, `sockaddr_in6`), compared without taking them apart. */
import { isIPv4, isIPv6 } from 'node:net';
import { AF_INET, AF_INET6 } from './libc.js';

/**
 * sa_family (host order), port (network order), then for IPv4 the address and zeros, for IPv6 the flow label (4 bytes),
 * the address (16) and the scope (4). Always of SOCKET_ADDRESS_BYTES: the kernel reads no further than the family tells.
 */
export type SocketAddress = Uint8Array;

export const SOCKET_ADDRESS_BYTES = 28;
const IPV6_AT = 8;
const IPV6_END = 24;

/** Null if `host` is no IP address. A zone (fe80::1%eth0) is left out: the scope stays 0. */
export function socketAddress(host: string, port: number): SocketAddress | null {
  const ipv4 = isIPv4(host);
  if (!ipv4 && !isIPv6(host)) return null;
  const address = new Uint8Array(SOCKET_ADDRESS_BYTES);
  address[0] = ipv4 ? AF_INET : AF_INET6;
  address[2] = port >> 8;
  address[3] = port;
  if (ipv4) address.set(host.split('.').map(Number), 4);
  else address.set(ipv6Bytes(host), IPV6_AT);
  return address;
}

export function familyOf(address: SocketAddress): number {
  return address[0];
}

export function portOf(address: SocketAddress): number {
  return (address[2] << 8) | address[3];
}

export function sameHost(a: SocketAddress, b: SocketAddress): boolean {
  if (a[0] !== b[0]) return false;
  if (a[0] === AF_INET) return a[4] === b[4] && a[5] === b[5] && a[6] === b[6] && a[7] === b[7];
  for (let i = IPV6_AT; i < IPV6_END; i++) if (a[i] !== b[i]) return false;
  return true;
}

export function sameAddress(a: SocketAddress, b: SocketAddress): boolean {
  return a[2] === b[2] && a[3] === b[3] && sameHost(a, b);
}

/** The 16 bytes of an address that `isIPv6` has accepted (RFC 4291 §2.2). */
function ipv6Bytes(host: string): number[] {
  const hex = host.replace(/%.*$/, '').replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...octets: string[]) => {
    const [a, b, c, d] = octets.map(Number);
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });
  const [head, tail] = hex.split('::').map((part) => (part === '' ? [] : part.split(':')));
  const zeros = tail ? new Array<string>(8 - head.length - tail.length).fill('0') : [];
  return [...head, ...zeros, ...(tail ?? [])].flatMap((group) => {
    const word = parseInt(group, 16);
    return [word >> 8, word & 0xff];
  });
}

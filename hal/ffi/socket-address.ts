/** Socket addresses as the kernel wants them (`struct sockaddr_in`), compared without taking them apart. */
import { isIPv4 } from 'node:net';

/** sa_family (host order), port (network order), IPv4 address, 8 bytes of zero. IPv6 would be a longer one. */
export type SocketAddress = Uint8Array;

export const SOCKET_ADDRESS_BYTES = 16;
const AF_INET = 2;

/** Null if `host` is no IPv4 address. */
export function socketAddress(host: string, port: number): SocketAddress | null {
  if (!isIPv4(host)) return null;
  return Uint8Array.from([
    AF_INET,
    0,
    port >> 8,
    port & 0xff,
    ...host.split('.').map(Number),
    ...new Array<number>(8).fill(0),
  ]);
}

export function portOf(address: SocketAddress): number {
  return (address[2] << 8) | address[3];
}

export function sameHost(a: SocketAddress, b: SocketAddress): boolean {
  return a[0] === b[0] && a[4] === b[4] && a[5] === b[5] && a[6] === b[6] && a[7] === b[7];
}

export function sameAddress(a: SocketAddress, b: SocketAddress): boolean {
  return a[2] === b[2] && a[3] === b[3] && sameHost(a, b);
}

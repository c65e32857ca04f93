/** Which of the box's addresses a peer can reach. */
import { networkInterfaces } from 'node:os';

/** The bound address, or, bound to all (0.0.0.0), the interface address that shares the peer's network. */
export function localAddressFor(bound: string, peer: string): string {
  if (bound !== '0.0.0.0') return bound;
  const own = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter((entry) => entry.family === 'IPv4');
  const near = own.find((entry) => sameNetwork(entry.address, peer, entry.netmask));
  const outward = own.find((entry) => !entry.internal);
  return (near ?? outward)?.address ?? '127.0.0.1';
}

function sameNetwork(a: string, b: string, mask: string): boolean {
  const bits = toBits(mask);
  return ((toBits(a) ^ toBits(b)) & bits) === 0;
}

function toBits(address: string): number {
  return address.split('.').reduce((bits, byte) => (bits << 8) | Number(byte), 0);
}

/** Networks in the notation of addresses with a prefix length: `192.168.0.0/16`, `2001:db8::/32` (RFC 4632, RFC 4291). */
import { BlockList, isIPv6 } from 'node:net';

/** Whether an address lies in one of the networks. */
export function isWithin(address: string, networks: readonly string[]): boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [base, bits] = network.split('/');
    list.addSubnet(base, Number(bits), familyOf(base));
  }
  return list.check(address, familyOf(address));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}

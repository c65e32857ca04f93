/** Networks in the notation of addresses with a prefix length: `192.168.0.0/16`, `2001:db8::/32` (RFC 4632, RFC 4291). */
import { BlockList, isIPv6 } from 'node:net';

/** This machine. */
export const loopback: readonly string[] = ['127.0.0.0/8', '::1/128'];

/** Lists that were asked for before, by their networks. */
const lists = new WeakMap<readonly string[], BlockList>();

/** Whether an address lies in one of the networks. */
export function isWithin(address: string, networks: readonly string[]): boolean {
  const bare = withoutZone(address);
  return listOf(networks).check(bare, familyOf(bare));
}

/** An address as the network that it is alone in; a network as it is. */
export function networkOf(addressOrNetwork: string): string {
  if (addressOrNetwork.includes('/')) return addressOrNetwork;
  return `${addressOrNetwork}/${isIPv6(addressOrNetwork) ? 128 : 32}`;
}

/** An address without the interface that it is valid on: `fe80::1` of `fe80::1%eth0` (RFC 4007 §11). */
export function withoutZone(address: string): string {
  return address.replace(/%.*$/, '');
}

/**
 * As whom a source is counted: an IPv4 address alone, an IPv6 address with all of its /64, which any host there may take
 * addresses from.
 */
export function sourceOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head, tail = ''] = withoutZone(address).split('::');
  const groups = head === '' ? [] : head.split(':');
  const rest = tail === '' ? [] : tail.split(':');
  const zeros = Array<string>(Math.max(0, 8 - groups.length - rest.length)).fill('0');
  return `${[...groups, ...(address.includes('::') ? zeros : []), ...rest].slice(0, 4).join(':')}::/64`;
}

function listOf(networks: readonly string[]): BlockList {
  const known = lists.get(networks);
  if (known) return known;
  const list = new BlockList();
  for (const network of networks) {
    const [base, bits] = network.split('/');
    list.addSubnet(base, Number(bits), familyOf(base));
  }
  lists.set(networks, list);
  return list;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}

/** By which of its addresses a peer is spoken to, and which it is told. */
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { ExternalAddress } from './external-address.js';
import { isWithin } from './networks.js';

const WILDCARDS: readonly string[] = ['0.0.0.0', '::'];

/** What is bound for a setting: `::` alone stands for all addresses of both families. */
export function boundAddresses(setting: string | readonly string[]): readonly string[] {
  const list = typeof setting === 'string' ? [setting] : setting;
  return list.length === 1 && list[0] === '::' ? WILDCARDS : list;
}

export class OwnAddresses {
  constructor(
    /** One of each family at most. */
    readonly bound: readonly string[],
    private readonly external?: ExternalAddress,
  ) {}

  /** Whether something of the peer's family is bound. */
  reaches(peer: string): boolean {
    return this.#boundFor(peer) !== undefined;
  }

  /** Where a connection to a peer is bound to: undefined leaves it to the system. */
  from(peer: string): string | undefined {
    const bound = this.#boundFor(peer);
    return bound === undefined || WILDCARDS.includes(bound) ? undefined : bound;
  }

  /** The address of this machine that a peer of the same network reaches. */
  localFor(peer: string): string {
    const bound = this.#boundFor(peer) ?? this.bound[0];
    return WILDCARDS.includes(bound) ? interfaceFor(bound, peer) : bound;
  }

  /** The address that a peer is told: beyond the router it is the router's. */
  shownTo(peer: string): string {
    return this.external?.for(peer) ?? this.localFor(peer);
  }

  #boundFor(peer: string): string | undefined {
    return this.bound.find((address) => isIP(address) === isIP(peer));
  }
}

/** The interface address that shares the peer's network, or one that leads outward. */
function interfaceFor(wildcard: string, peer: string): string {
  const family = isIP(wildcard) === 6 ? 'IPv6' : 'IPv4';
  const own = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter((entry) => entry.family === family && entry.cidr !== null);
  const near = own.find(({ cidr }) => isWithin(peer, [cidr!]));
  const outward = own.find(({ internal, address }) => !internal && !isWithin(address, ['fe80::/10']));
  return (near ?? outward)?.address ?? (family === 'IPv6' ? '::1' : '127.0.0.1');
}

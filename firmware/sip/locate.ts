/** Where the servers of a domain are, in the order in which they are to be tried (RFC 3263 §4, RFC 2782). */
import { promises as dns } from 'node:dns';
import { isIP } from 'node:net';
import type { Endpoint } from './transport.js';

export type TransportName = NonNullable<Endpoint['transport']>;

/** What is known of a server: with a port or an address nothing is looked up that they settle. */
export type Target = { host: string; port?: number; transport?: TransportName };

/** The questions asked of the DNS; each rejects or gives an empty list where there is no such record. */
export type Lookup = {
  naptr(domain: string): Promise<Naptr[]>;
  srv(name: string): Promise<Srv[]>;
  /** IPv4 and IPv6 addresses. */
  addresses(host: string): Promise<string[]>;
};
export type Naptr = { order: number; preference: number; service: string; replacement: string };
export type Srv = { priority: number; weight: number; port: number; name: string };

/** Endpoints that one target may become, at most. */
const MAX_ENDPOINTS = 16;
const services: Record<string, TransportName> = { 'SIP+D2U': 'udp', 'SIP+D2T': 'tcp', 'SIPS+D2T': 'tls' };

export const systemLookup: Lookup = {
  naptr: (domain) => dns.resolveNaptr(domain),
  srv: (name) => dns.resolveSrv(name),
  // Not only the DNS: the names of /etc/hosts too.
  addresses: async (host) => (await dns.lookup(host, { all: true })).map(({ address }) => address),
};

/** Resolves with the endpoints of a target, best first, none if it cannot be found. `random` gives 0 to 1. */
export async function locate(
  { host, port, transport }: Target,
  lookup: Lookup = systemLookup,
  random: () => number = Math.random,
): Promise<Endpoint[]> {
  const direct = (by: TransportName) => [
    { name: host, port: port ?? (by === 'tls' ? 5061 : 5060), transport: by },
  ];
  let servers: { name: string; port: number; transport: TransportName }[];
  if (isIP(host) || port !== undefined) servers = direct(transport ?? 'udp');
  else {
    const names = transport ? [{ name: srvName(host, transport), transport }] : await byNaptr(host, lookup);
    const found = await Promise.all(
      names.map(async ({ name, transport: by }) =>
        inOrder(await orNone(lookup.srv(name)), random).map((srv) => ({ ...srv, transport: by })),
      ),
    );
    servers = found.flat().slice(0, MAX_ENDPOINTS);
    // RFC 3263 §4.2: without SRV records the name itself.
    if (servers.length === 0) servers = direct(transport ?? 'udp');
  }
  const endpoints = await Promise.all(
    servers.map(async (server) => {
      const addresses = isIP(server.name) ? [server.name] : await orNone(lookup.addresses(server.name));
      return addresses.map((address) => ({
        address,
        port: server.port,
        transport: server.transport,
        // RFC 5922 §7.1: the certificate must be the domain's, wherever the DNS led.
        ...(server.transport === 'tls' && !isIP(host) ? { host } : {}),
      }));
    }),
  );
  return endpoints.flat().slice(0, MAX_ENDPOINTS);
}

/** RFC 3263 §4.1: what the domain says it speaks; without NAPTR records all that we speak is asked for. */
async function byNaptr(host: string, lookup: Lookup): Promise<{ name: string; transport: TransportName }[]> {
  const records = (await orNone(lookup.naptr(host)))
    .filter(({ service, replacement }) => services[service.toUpperCase()] && replacement !== '')
    .sort((a, b) => a.order - b.order || a.preference - b.preference);
  if (records.length > 0)
    return records.map(({ service, replacement }) => ({
      name: replacement,
      transport: services[service.toUpperCase()],
    }));
  return (['udp', 'tcp', 'tls'] as const).map((transport) => ({ name: srvName(host, transport), transport }));
}

function srvName(host: string, transport: TransportName): string {
  return transport === 'tls' ? `_sips._tcp.${host}` : `_sip._${transport}.${host}`;
}

/** RFC 2782: by priority; within one, by a lottery in which weight counts. A single "." means: not here. */
function inOrder(records: Srv[], random: () => number): Srv[] {
  const left = records.filter(({ name }) => name !== '' && name !== '.');
  const ordered: Srv[] = [];
  while (left.length > 0) {
    const best = Math.min(...left.map(({ priority }) => priority));
    const group = left.filter(({ priority }) => priority === best).sort((a, b) => a.weight - b.weight);
    let ticket = random() * group.reduce((sum, { weight }) => sum + weight, 0);
    const drawn = group.find(({ weight }) => (ticket -= weight) <= 0) ?? group[0];
    ordered.push(drawn);
    left.splice(left.indexOf(drawn), 1);
  }
  return ordered;
}

async function orNone<T>(question: Promise<T[]>): Promise<T[]> {
  return question.catch(() => []);
}

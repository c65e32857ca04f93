/** Commands about the network: what the box has, and whether it reaches others. */
import { execFile } from 'node:child_process';
import { getServers, promises as dns } from 'node:dns';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { type Command, CommandError, type Terminal } from '../command.js';
import { pairs, table } from '../text.js';

/** A host name or an address: what other programs take for nothing else. */
const HOST = /^[A-Za-z0-9_]([A-Za-z0-9._:-]{0,252}[A-Za-z0-9])?$/;
const PINGS = 4;

export const network: Command[] = [
  {
    words: 'network show',
    help: 'Addresses, the way out, name servers, and the ports of the box.',
    run: show,
  },
  {
    words: 'network ping',
    args: 'HOST',
    help: `Asks another machine ${PINGS} times whether it is there.`,
    run: ({ print, interrupted }, [host]) =>
      new Promise((over, failed) => {
        const child = execFile(
          'ping',
          ['-n', '-c', String(PINGS), '-w', '10', checkedHost(host)],
          (error, _, problem) => {
            if (interrupted.aborted || !error) over();
            else if (error.code === 'ENOENT') failed(new CommandError('there is no ping on this machine'));
            else failed(new CommandError(problem.trim() || `${host} does not answer`));
          },
        );
        child.stdout?.on('data', (text: string) => print(text.trimEnd()));
        interrupted.addEventListener('abort', () => child.kill());
      }),
  },
  {
    words: 'network dns',
    args: 'NAME',
    help: 'What the name servers say of a name, and where its calls would go (RFC 3263).',
    run: lookUp,
  },
];

async function show({ api, print }: Terminal): Promise<void> {
  const status = await api.ask<{ sip: { port: number; tlsPort?: number } }>('GET status');
  print(
    table(
      ['INTERFACE', 'ADDRESS', 'MAC'],
      Object.entries(networkInterfaces()).flatMap(([name, list = []]) =>
        list.map(({ cidr, address, mac }) => [name, cidr ?? address, mac]),
      ),
    ),
  );
  print(
    pairs([
      ['Way out', defaultRoute() ?? 'none'],
      ['Name servers', getServers().join(', ')],
      ['SIP port', status.sip.port],
      ['SIP port, TLS', status.sip.tlsPort],
    ]),
  );
}

async function lookUp({ print }: Terminal, [name]: string[]): Promise<void> {
  checkedHost(name);
  if (isIP(name)) throw new CommandError(`${name} is an address; a name is looked up`);
  const asked: [string, Promise<readonly (string | number)[][]>][] = [
    ['A', dns.resolve4(name).then((all) => all.map((one) => [one]))],
    ['AAAA', dns.resolve6(name).then((all) => all.map((one) => [one]))],
    ['NAPTR', dns.resolveNaptr(name).then((all) => all.map((one) => [one.service, one.replacement]))],
    ...['_sip._udp', '_sip._tcp', '_sips._tcp'].map((service): [string, Promise<(string | number)[][]>] => [
      `SRV ${service}`,
      dns.resolveSrv(`${service}.${name}`).then((all) => all.map((one) => [`${one.name}:${one.port}`])),
    ]),
  ];
  const rows = await Promise.all(
    asked.map(async ([kind, answer]) =>
      answer.then(
        (all) => all.map((one) => [kind, one.join(' ')]),
        (error: NodeJS.ErrnoException) => [[kind, `- (${error.code ?? error.message})`]],
      ),
    ),
  );
  print(table(['ASKED', 'ANSWER'], rows.flat()));
}

function checkedHost(host: string): string {
  if (HOST.test(host) || isIP(host)) return host;
  throw new CommandError(`"${host}": a host name or an address was expected`);
}

/** Interface and address of the router for everything else (IPv4, /proc/net/route). */
function defaultRoute(): string | undefined {
  const lines = readFileSync('/proc/net/route', 'utf8').split('\n').slice(1);
  for (const line of lines) {
    const [name, destination, gateway] = line.split('\t');
    if (destination === '00000000')
      return `${[...Buffer.from(gateway, 'hex')].reverse().join('.')} by ${name}`;
  }
  return undefined;
}

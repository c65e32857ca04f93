/** RFC 3263 by table: what the DNS says, and where requests go then. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { locate, type Lookup, type Naptr, type Srv, type Target } from '../../firmware/sip/locate.js';

const test = suite('locate');

type Zone = { naptr?: Record<string, Naptr[]>; srv?: Record<string, Srv[]>; a?: Record<string, string[]> };

function lookupIn({ naptr = {}, srv = {}, a = {} }: Zone): Lookup {
  const answer = <T>(records: T[] | undefined) =>
    records ? Promise.resolve(records) : Promise.reject(new Error('ENOTFOUND'));
  return {
    naptr: (domain) => answer(naptr[domain]),
    srv: (name) => answer(srv[name]),
    addresses: (host) => answer(a[host]),
  };
}

const a = {
  'example.com': ['192.0.2.1'],
  'one.example.com': ['192.0.2.11', '2001:db8::11'],
  'two.example.com': ['192.0.2.12'],
};
const srv = (priority: number, weight: number, port: number, name: string): Srv => ({
  priority,
  weight,
  port,
  name,
});
const twoServers = [srv(20, 0, 5060, 'two.example.com'), srv(10, 0, 5070, 'one.example.com')];

const rows: [title: string, zone: Zone, target: Target, expected: string][] = [
  ['an address is taken as it is', {}, { host: '192.0.2.7' }, 'udp 192.0.2.7:5060'],
  ['an IPv6 address too', {}, { host: '2001:db8::7', port: 5070, transport: 'tcp' }, 'tcp 2001:db8::7:5070'],
  [
    'a port settles it: no SRV',
    { a, srv: { '_sip._udp.example.com': twoServers } },
    { host: 'example.com', port: 5080 },
    'udp 192.0.2.1:5080',
  ],
  [
    'a transport is given: its SRV, by priority',
    { a, srv: { '_sip._udp.example.com': twoServers } },
    { host: 'example.com', transport: 'udp' },
    'udp 192.0.2.11:5070, udp 2001:db8::11:5070, udp 192.0.2.12:5060',
  ],
  [
    'TLS asks for _sips and has 5061 without',
    { a },
    { host: 'example.com', transport: 'tls' },
    'tls 192.0.2.1:5061',
  ],
  [
    'NAPTR chooses the transport',
    {
      a,
      naptr: {
        'example.com': [
          { order: 20, preference: 1, service: 'SIP+D2U', replacement: '_sip._udp.example.com' },
          { order: 10, preference: 1, service: 'SIP+D2T', replacement: '_sip._tcp.example.com' },
          { order: 1, preference: 1, service: 'E2U+sip', replacement: 'x' },
        ],
      },
      srv: {
        '_sip._tcp.example.com': [srv(0, 0, 5060, 'one.example.com')],
        '_sip._udp.example.com': [srv(0, 0, 5060, 'two.example.com')],
      },
    },
    { host: 'example.com' },
    'tcp 192.0.2.11:5060, tcp 2001:db8::11:5060, udp 192.0.2.12:5060',
  ],
  [
    'without NAPTR all SRV names are tried',
    { a, srv: { '_sip._tcp.example.com': [srv(0, 0, 5060, 'two.example.com')] } },
    { host: 'example.com' },
    'tcp 192.0.2.12:5060',
  ],
  ['without any record the name itself', { a }, { host: 'example.com' }, 'udp 192.0.2.1:5060'],
  [
    'a "." says that there is no such service',
    { a, srv: { '_sip._udp.example.com': [srv(0, 0, 0, '.')] } },
    { host: 'example.com', transport: 'udp' },
    'udp 192.0.2.1:5060',
  ],
  ['an unknown name is nowhere', {}, { host: 'nowhere.example' }, ''],
];
for (const [title, zone, target, expected] of rows)
  test(title, async () => {
    const found = await locate(target, lookupIn(zone), () => 0);
    assert.is(
      found.map(({ transport, address, port }) => `${transport} ${address}:${port}`).join(', '),
      expected,
    );
  });

test('within a priority the weights draw', async () => {
  const zone = {
    a,
    srv: { '_sip._udp.example.com': [srv(1, 90, 1, 'one.example.com'), srv(1, 10, 2, 'two.example.com')] },
  };
  const first = async (chance: number) =>
    (await locate({ host: 'example.com', transport: 'udp' }, lookupIn(zone), () => chance))[0].port;
  assert.is(await first(0.05), 2);
  assert.is(await first(0.5), 1);
});

test.run();

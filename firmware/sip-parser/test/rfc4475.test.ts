// The 49 messages of RFC 4475, if its archive lies beside the project. Our own torture messages need no archive.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as sip from '../src/sip-parser.js';

type Expectation = {
  name: string;
  file: string;
  kind: 'request' | 'response';
  method?: string;
  verdict: 'well-formed' | 'invalid';
  finals: (number | string)[] | 'NONE';
  bodyBytes: number;
  topVia: { transport: string; sentBy: string };
};

const test = suite('RFC 4475');
const folder = fileURLToPath(new URL('../../../../../shared/data/rfc4475/', import.meta.url));

const facts: Record<string, (message: sip.SipMessage) => void> = {
  wsinv({ headers }) {
    assert.is(sip.parseCSeq(headers.get('CSeq') ?? '').number, 9);
    assert.is(Number(headers.get('Max-Forwards')), 68);
    const vias = headers.all('Via').map((value) => sip.parseVia(value));
    assert.equal(
      vias.map((via) => [via.transport, via.host, via.params.get('branch')]),
      [
        ['UDP', '192.0.2.2', '390skdjuw'],
        ['TCP', 'spindle.example.com', 'z9hG4bK9ikj8'],
        ['UDP', '192.168.255.111', 'z9hG4bK30239'],
      ],
    );
    assert.is(address(headers, 'To').params.get('tag'), '1918181833n');
    const contact = address(headers, 'Contact');
    assert.is(contact.displayName, 'Quoted string ""');
    assert.is(contact.params.get('q'), '0.33');
    assert.is(headers.get('NewFangledHeader'), 'newfangled value continued newfangled value');
    assert.is(headers.get('Subject'), '');
  },
  intmeth(message) {
    assert.ok(address(message.headers, 'To').displayName.includes('NUL:\0 DEL:\x7f'));
    assert.is(message.kind === 'request' && message.method, "!interesting-Method0123456789_*+`.%indeed'~");
    assert.ok(message.headers.get('Call-ID')?.startsWith('intmeth.word%ZK-!'));
    const uri = sip.parseUri(message.kind === 'request' ? message.uri : '');
    assert.is(uri.host, 'example.com');
    assert.is(uri.user, "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*");
    assert.is(uri.password, "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)");
  },
  esc01(message) {
    assert.is(
      message.kind === 'request' && sip.parseUri(message.uri).user,
      'sips:user@example.com',
      'unescaped once',
    );
    assert.is(sip.parseUri(address(message.headers, 'To').uri).user, 'user');
    const contact = sip.parseUri(address(message.headers, 'Contact').uri);
    assert.is(contact.params.get('name'), 'value%41');
    assert.ok(contact.params.has('lr'));
  },
  escnull({ headers }) {
    const user = sip.parseUri(address(headers, 'To').uri).user;
    assert.is(user, 'null-\0-null');
    assert.equal(
      headers.all('Contact').map((value) => sip.parseUri(sip.parseNameAddr(value).uri).user),
      ['\0', '\0\0'],
    );
  },
  esc02({ headers }) {
    assert.is(headers.all('Contact').length, 2);
    assert.ok(headers.has('C%6Fntact'));
    assert.is(address(headers, 'To').displayName, '%Z%45');
  },
  lwsdisp: ({ headers }) => assert.is(address(headers, 'From').displayName, 'caller'),
  longreq({ headers }) {
    assert.is(headers.all('Via').length, 34);
    assert.ok((headers.get('Call-ID') ?? '').length >= 135);
  },
  dblreq: ({ body }) => assert.is(body.length, 0),
  semiuri(message) {
    assert.is(message.kind === 'request' && sip.parseUri(message.uri).user, 'user;par=u@example.net');
    assert.is(message.headers.all('Accept').length, 6);
  },
  transports: ({ headers }) =>
    assert.equal(
      headers.all('Via').map((value) => sip.parseVia(value).transport),
      ['UDP', 'SCTP', 'TLS', 'UNKNOWN', 'TCP'],
    ),
  mpart01({ body }) {
    assert.is(body.length, 553);
    assert.is(body.filter((octet) => octet === 0).length, 2);
  },
  unreason: (message) =>
    assert.ok(message.kind === 'response' && sip.readableText(message.reason).startsWith('= 2**3 * 5**2 но')),
  noreason: (message) => assert.is(message.kind === 'response' && message.reason, ''),
  unkscm: (message) =>
    assert.is(message.kind === 'request' && sip.parseUri(message.uri).scheme, 'nobodyknowsthisscheme'),
  novelsc: (message) =>
    assert.is(message.kind === 'request' && sip.parseUri(message.uri).scheme, 'soap.beep'),
  unksm2: ({ headers }) => assert.is(address(headers, 'To').uri, 'isbn:2983792873'),
  bext01: ({ headers }) =>
    assert.equal(headers.all('Require'), ['nothingSupportsThis', 'nothingSupportsThisEither']),
  regaut01: ({ headers }) =>
    assert.equal(sip.parseAuth(headers.get('Authorization') ?? ''), {
      scheme: 'NoOneKnowsThisScheme',
      params: new Map([['opaque-data', 'here']]),
    }),
  bcast: ({ headers }) => assert.is(headers.all('Via').length, 2),
  zeromf: ({ headers }) => assert.is(headers.get('Max-Forwards'), '0'),
  cparam01({ headers }) {
    const contact = address(headers, 'Contact');
    assert.ok(contact.params.has('unknownparam'));
    assert.not(sip.parseUri(contact.uri).params.has('unknownparam'));
  },
  cparam02({ headers }) {
    const contact = address(headers, 'Contact');
    assert.not(contact.params.has('unknownparam'));
    assert.ok(sip.parseUri(contact.uri).params.has('unknownparam'));
  },
  regescrt({ headers }) {
    assert.is(sip.parseUri(address(headers, 'Contact').uri).headers.get('Route'), '<sip:sip.example.com>');
    assert.not(headers.has('Route'));
  },
  inv2543(message) {
    assert.not(address(message.headers, 'From').params.has('tag'));
    assert.ok(message.body.toString('latin1').startsWith('v=0'), 'the body runs to the end');
  },
};

if (existsSync(`${folder}expectations.json`)) {
  const table = JSON.parse(readFileSync(`${folder}expectations.json`, 'utf8')) as { messages: Expectation[] };
  test('the table holds all 49 messages, and every fact belongs to one', () => {
    assert.is(table.messages.length, 49);
    for (const name of Object.keys(facts)) {
      assert.is(table.messages.find((entry) => entry.name === name)?.verdict, 'well-formed', name);
    }
  });
  for (const entry of table.messages) {
    test(`${entry.name}: ${entry.verdict}`, () => {
      const octets = readFileSync(folder + entry.file);
      if (entry.verdict === 'well-formed') checkAccepted(entry, octets);
      else checkRefused(entry, octets);
    });
  }
} else {
  test('SKIPPED: no archive of the RFC 4475 messages beside the project', () => {
    console.log('SKIPPED: the 49 messages of RFC 4475, for want of ../shared/data/rfc4475');
  });
}

function checkAccepted(entry: Expectation, octets: Buffer): void {
  const message = sip.parseMessage(octets);
  assert.is(message.kind, entry.kind);
  if (message.kind === 'request') assert.is(message.method, entry.method);
  if (entry.name !== 'dblreq') assert.is(message.body.length, entry.bodyBytes);
  const via = sip.parseVia(message.headers.get('Via') ?? '');
  assert.is(via.transport, entry.topVia.transport);
  assert.is(
    `${via.host}${via.port === undefined ? '' : `:${via.port}`}`.replace(/:5060$/, ''),
    entry.topVia.sentBy.replace(/:5060$/, ''),
  );
  facts[entry.name]?.(message);
  const again = sip.parseMessage(sip.serializeMessage(message));
  assert.equal(
    [...again.headers.clone().remove('Content-Length')],
    [...message.headers.clone().remove('Content-Length')],
  );
  assert.ok(again.body.equals(message.body));
}

function checkRefused(entry: Expectation, octets: Buffer): void {
  const error = refusal(octets);
  const finals = entry.finals === 'NONE' ? ['NONE'] : entry.finals;
  if (error === undefined) {
    assert.ok(finals.includes(200), 'accepted only where the table lets a liberal element accept');
    return;
  }
  if (error.partial === undefined) assert.ok(finals.includes('NONE'), `dropped: ${error.message}`);
  else assert.ok(finals.includes(error.status), error.message);
}

function refusal(octets: Buffer): sip.SipParseError | undefined {
  try {
    sip.parseMessage(octets);
    return undefined;
  } catch (error) {
    if (error instanceof sip.SipParseError) return error;
    throw error;
  }
}

function address(headers: sip.Headers, name: string): sip.NameAddr {
  return sip.parseNameAddr(headers.get(name) ?? '');
}

test.run();

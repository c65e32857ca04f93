import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as sip from '../src/sip-parser.js';
import { attempt, octets, outcome } from './support.js';

const test = suite('properties');

const char = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code));
const spice = fc.constantFrom(
  ...' \t;,:=<>"\\@%?[]/&'.split(''),
  '\r\n',
  '\r\n ',
  'sip:',
  'SIP/2.0/UDP ',
  '%00',
  'a',
  'tag=1',
);
const hostile = fc.array(fc.oneof(spice, char), { maxLength: 40 }).map((parts) => parts.join(''));
const line = hostile.map((text) => text.replace(/[\r\n]/g, ''));

const seeds = [
  octets({ body: 'v=0\r\n', lines: ['Content-Length: 5'] }),
  octets({
    lines: [
      'Route: <sip:a.example;lr>, "B, b" <sip:b.example;lr>',
      'm: "Q \\" q" <sip:ada@[2001:db8::1]:5070;transport=tcp?X=y>;q=0.5;+sip.instance="<urn:x>"',
      'Subject: folded',
      ' twice',
      'l: 0',
    ],
  }),
  octets({ start: 'SIP/2.0 200 OK', lines: ['Via: SIP / 2.0 / TCP b.example : 5060 ; branch=z9hG4bKx'] }),
];

type Edit = { at: number; cut: number; put: string };
const edit = fc.record<Edit>({
  at: fc.nat({ max: 600 }),
  cut: fc.nat({ max: 6 }),
  put: fc.oneof(fc.constant(''), hostile),
});

function edited(seed: Buffer, edits: Edit[]): Buffer {
  let text = seed.toString('latin1');
  for (const { at, cut, put } of edits) text = text.slice(0, at) + put + text.slice(at + cut);
  return Buffer.from(text, 'latin1');
}

/** What a message says, without the length, which serializing sets. */
function gist(message: sip.SipMessage): unknown {
  const headers = [...message.headers.clone().remove('Content-Length')];
  return { ...message, headers, body: message.body.toString('latin1') };
}

function survives(datagram: Buffer): void {
  const message = attempt(datagram);
  if (message instanceof sip.SipParseError) {
    if (message.partial !== undefined) sip.serializeMessage(message.partial);
    return;
  }
  assert.equal(gist(sip.parseMessage(sip.serializeMessage(message))), gist(message));
}

test('any octets at all: a message or a SipParseError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (data) => survives(Buffer.from(data))),
    { numRuns: 2000 },
  );
});

test('good messages gone bad: a message which survives being written and read, or a SipParseError', () => {
  const mutant = fc.tuple(fc.constantFrom(...seeds), fc.array(edit, { maxLength: 4 }));
  fc.assert(
    fc.property(mutant, ([seed, edits]) => survives(edited(seed, edits))),
    { numRuns: 20_000 },
  );
});

test('any header line: a message which survives, or a SipParseError', () => {
  const name = fc.constantFrom(
    'Via',
    'Contact',
    'Route',
    'Subject',
    'Expires',
    'Authorization',
    'X-y',
    'Supported',
  );
  fc.assert(
    fc.property(name, hostile, (header, value) => survives(octets({ lines: [`${header}: ${value}`] }))),
    { numRuns: 10_000 },
  );
});

test('values put into headers by us come out the same and alone', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom('Subject', 'X-a', 'Reason'), fc.string({ unit: 'binary' })), {
        maxLength: 5,
      }),
      (pairs) => {
        const message = sip.parseMessage(octets());
        for (const [name, value] of pairs) message.headers.append(name, value);
        assert.equal(gist(sip.parseMessage(sip.serializeMessage(message))), gist(message));
      },
    ),
    { numRuns: 3000 },
  );
});

test('what a value parser reads, its writer writes so that it reads the same', () => {
  const same =
    <T>(read: (text: string) => T, write: (value: T) => string) =>
    (text: string): void => {
      const value = outcome(() => read(text));
      if (!(value instanceof sip.SipParseError)) assert.equal(read(write(value)), value, text);
    };
  const address = same(sip.parseNameAddr, sip.nameAddrText);
  const via = same(sip.parseVia, sip.viaText);
  const uri = same((text) => ({ ...sip.parseUri(text), text: '' }), sip.uriText);
  const auth = same(sip.parseAuth, ({ scheme, params }) =>
    sip.authText(
      scheme,
      [...params].map(([name, value]) => [name, value, true]),
    ),
  );
  const nameAddr = fc.tuple(line, line, line).map(([name, at, rest]) => `"${name}" <sip:${at}>;${rest}`);
  fc.assert(
    fc.property(line, nameAddr, (text, full) => {
      address(text);
      address(full);
      address(`Ada <sip:a@b>;p=${text}`);
      via(text);
      via(`SIP/2.0/UDP host;${text}`);
      uri(text);
      uri(`sip:${text}@host;p=${text}`);
      auth(text);
      auth(`Digest a="${text}", b=${text}`);
      outcome(() => sip.parseCSeq(text));
    }),
    { numRuns: 10_000 },
  );
});

test('any user survives being escaped, as the octets of its UTF-8', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }), (text) => {
      const user = sip.wireText(text);
      const uri = sip.uriText({ scheme: 'sip', user, host: 'x', params: new Map(), headers: new Map() });
      assert.is(sip.parseUri(uri).user, user);
      assert.match(uri, /^[!-~]+$/);
    }),
  );
});

test.run();

/** SIP messages, in datagrams and in streams, and every value that is read out of them. */
import fc from 'fast-check';
import {
  nameAddrText,
  parseAuth,
  parseCSeq,
  parseMessage,
  parseNameAddr,
  parseUri,
  parseVia,
  readableText,
  serializeMessage,
  SipParseError,
  type SipMessage,
  uriText,
  viaText,
} from 'sip-parser';
import { readInfoDigit } from '../../../firmware/sip/info-digit.js';
import { checkBody, checkRequired } from '../../../firmware/sip/method-rules.js';
import { ProtocolError } from '../../../firmware/sip/protocol-error.js';
import { readRefer, readReplaces } from '../../../firmware/sip/refer.js';
import { responseTo } from '../../../firmware/sip/server-transactions.js';
import { termsOfRequest, termsOfResponse } from '../../../firmware/sip/session-expires.js';
import { StreamFramer, type Framed } from '../../../firmware/sip/stream-framer.js';
import { holds, same, unlessRefused, type Target } from '../target.js';

const request = (method: string, ...lines: string[]) =>
  Buffer.from(
    [
      `${method} sip:800@box.example SIP/2.0`,
      'Via: SIP/2.0/UDP 10.0.0.9:5062;branch=z9hG4bK1;rport',
      'From: "Ann" <sip:101@box.example>;tag=theirs',
      'To: <sip:800@box.example>',
      'Call-ID: c1@10.0.0.9',
      `CSeq: 1 ${method}`,
      'Max-Forwards: 70',
      'Contact: <sip:101@10.0.0.9:5062;transport=udp>;expires=60;+sip.instance="<urn:uuid:1>"',
      ...lines,
      '',
      '',
    ].join('\r\n'),
    'latin1',
  );

const seeds = [
  request(
    'INVITE',
    'Content-Type: application/sdp',
    'Session-Expires: 1800;refresher=uac',
    'Content-Length: 0',
  ),
  request(
    'REGISTER',
    'Expires: 60',
    'Authorization: Digest username="101", realm="parley", nonce="n", uri="sip:b"',
  ),
  request('REFER', 'Refer-To: <sip:102@box.example?Replaces=c2%3Bto-tag%3Da%3Bfrom-tag%3Db>', 'l: 0'),
  request('INFO', 'Content-Type: application/dtmf-relay', 'Content-Length: 10', '', 'Signal=5\r\n'),
  request('INVITE', 'Replaces: c2;to-tag=a;from-tag=b', 'Require: timer, replaces', 'Min-SE: 90', 'k: timer'),
  Buffer.from(
    'SIP/2.0 200 OK\r\nv: SIP / 2.0 / TCP b.example : 5060 ; branch=z9hG4bKx\r\nf: <sip:a@b>;tag=1\r\n' +
      't: sip:c@d;tag=2\r\ni: x\r\nCSeq: 2 BYE\r\nRecord-Route: <sip:[2001:db8::1]:5061;lr>, <sips:p.example;lr>\r\n\r\n',
  ),
];

const words = [
  ...' \t;,:=<>"\\@%?[]/&*\r\n'.split(''),
  '\r\n',
  '\r\n ',
  '\r\n\r\n',
  'sip:',
  'sips:a@b',
  'tel:+1',
  'SIP/2.0',
  'SIP/2.0/UDP ',
  '%00',
  '%0d%0a',
  ';tag=1',
  ';lr',
  'z9hG4bK',
  '"\\"',
  '<sip:a@b>,',
  'Digest ',
  'a="b",',
  'Content-Length: 5\r\n',
  'Via: SIP/2.0/TLS [::1]:5061;branch=z9hG4bK2\r\n',
  'Route: <sip:a;lr>\r\n',
  'Contact: *\r\n',
  'Via: \r\n',
  'v: ,\r\n',
  'Expires: 0\r\n',
  '4294967296',
  '\u00e9\u00ff\u0000',
];

const char = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code));
const hostile = fc
  .array(fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...words) }, char), { maxLength: 12 })
  .map((parts) => parts.join(''));
const user = fc.oneof(fc.constantFrom('101', 'a%40b', 'a;p=q', ''), hostile);
const host = fc.oneof(fc.constantFrom('box.example', '10.0.0.9', '[2001:db8::1]', '10.0.0.9:5060'), hostile);
const param = fc.oneof(fc.constantFrom(';lr', ';tag=x', ';q=0.5', ';expires=60', ';a="b;c"'), hostile);
const uri = fc
  .tuple(fc.constantFrom('sip', 'sips', 'tel', 'SIP'), user, host, param)
  .map(([scheme, name, at, rest]) => `${scheme}:${name}${name && '@'}${at}${rest}`);
const address = fc.oneof(
  fc
    .tuple(fc.constantFrom('', '"Ann" ', 'Ann ', '"\\"" '), uri, param)
    .map(([name, to, rest]) => `${name}<${to}>${rest}`),
  uri,
  hostile,
);
const valueOf: Record<string, fc.Arbitrary<string>> = {
  Via: fc
    .tuple(fc.constantFrom('UDP', 'TCP', 'TLS', 'X'), host, param)
    .map(([by, at, rest]) => `SIP/2.0/${by} ${at}${rest}`),
  From: address,
  To: address,
  Contact: address,
  Route: address,
  'Record-Route': address,
  'Refer-To': address,
  CSeq: fc
    .tuple(fc.nat(2 ** 31), fc.constantFrom('INVITE', 'BYE', 'X'))
    .map(([number, method]) => `${number} ${method}`),
  Authorization: hostile.map((text) => `Digest username="101", nonce=${text}`),
  'Session-Expires': fc.tuple(fc.nat(), param).map(([seconds, rest]) => `${seconds}${rest}`),
  'Content-Length': fc.oneof(fc.nat(40).map(String), hostile),
  Replaces: hostile,
  Require: fc.constantFrom('timer', '100rel, x', ''),
  Subject: hostile,
};
const names = Object.keys(valueOf);
const line = fc.constantFrom(...names).chain((name) => valueOf[name].map((value) => `${name}: ${value}`));
const start = fc.oneof(
  fc
    .tuple(fc.constantFrom('INVITE', 'REGISTER', 'OPTIONS', 'BYE', 'x'), uri)
    .map(([method, to]) => `${method} ${to} SIP/2.0`),
  fc.integer({ min: 0, max: 999 }).map((status) => `SIP/2.0 ${status} x`),
  hostile,
);
/** The headers that must be there, some of them spoiled, and others. */
const grammar = fc
  .tuple(start, fc.array(line, { maxLength: 8 }), fc.nat(5), fc.boolean(), hostile)
  .map(([first, lines, missing, whole, body]) => {
    const must = [
      'Via: SIP/2.0/UDP a;branch=z9hG4bK1',
      'From: <sip:a@b>;tag=1',
      'To: <sip:c@d>',
      'Call-ID: x',
      'CSeq: 1 INVITE',
    ];
    if (!whole) must.splice(missing, 1);
    return Buffer.from([first, ...must, ...lines, '', body].join('\r\n'), 'latin1');
  });

export const sip: Target = {
  name: 'SIP messages',
  seeds,
  words,
  grammar,
  take(input) {
    takeDatagram(input);
    takeStream(input);
  },
};

function takeDatagram(input: Buffer): void {
  try {
    takeMessage(parseMessage(input));
  } catch (error) {
    if (!(error instanceof SipParseError)) throw error;
    if (error.partial) serializeMessage(responseTo(error.partial, error.status, error.reason));
  }
}

function takeMessage(message: SipMessage): void {
  const { headers } = message;
  const gist = ({ headers: all, body, ...rest }: SipMessage) => ({
    ...rest,
    headers: [...all.clone().remove('Content-Length')],
    body: body.toString('latin1'),
  });
  same(
    gist(parseMessage(serializeMessage(message))),
    gist(message),
    'written and read it is another message',
  );
  readableText(headers.get('From') ?? '');
  for (const name of ['Via', 'Contact', 'Route', 'Supported'])
    same(headers.get(name), headers.all(name)[0], `the first ${name} is another one`);
  for (const value of headers.all('Via')) rereads(value, parseVia, viaText);
  for (const name of ['From', 'To', 'Contact', 'Route', 'Record-Route', 'Refer-To'])
    for (const value of headers.all(name)) takeAddress(value);
  for (const value of headers.all('Authorization')) unlessRefused(() => parseAuth(value), SipParseError);
  for (const value of headers.all('Replaces')) unlessRefused(() => readReplaces(value), ProtocolError);
  unlessRefused(() => parseCSeq(headers.get('CSeq') ?? ''), SipParseError);
  if (message.kind === 'response') return void termsOfResponse(message, 1800);
  for (const read of [readRefer, checkRequired, checkBody]) unlessRefused(() => read(message), ProtocolError);
  unlessRefused(() => termsOfRequest(headers), ProtocolError);
  const digit = readInfoDigit(message);
  holds(digit === undefined || /^([0-9*#A-D]|unknown type)$/.test(digit), `a key ${digit}`);
}

function takeAddress(value: string): void {
  rereads(value, parseNameAddr, nameAddrText);
  const to = unlessRefused(() => parseNameAddr(value).uri, SipParseError);
  if (to !== undefined) rereads(to, (text) => ({ ...parseUri(text), text: '' }), uriText);
}

/** What a value says is still the same after it was written by us. */
function rereads<Value>(text: string, read: (text: string) => Value, write: (value: Value) => string): void {
  const value = unlessRefused(() => read(text), SipParseError);
  if (value !== undefined) same(read(write(value)), value, `${JSON.stringify(text)} comes out otherwise`);
}

/** However a stream is sliced, the same messages come out. */
function takeStream(input: Buffer): void {
  const framed = (...pieces: Buffer[]): Framed[] => {
    const framer = new StreamFramer();
    return pieces.flatMap((piece) => framer.push(piece));
  };
  const at = input.length === 0 ? 0 : (input[0] * 31) % input.length;
  const whole = framed(input);
  const sliced = framed(input.subarray(0, at), input.subarray(at, at + 1), input.subarray(at + 1));
  same(
    whole.map(({ type }) => type),
    sliced.map(({ type }) => type),
    'sliced it is another stream',
  );
}

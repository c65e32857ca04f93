import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as sip from '../src/sip-parser.js';
import { octets, outcome, request } from './support.js';

const test = suite('values');

test('Headers are ordered, and found in any case or compact form', () => {
  const headers = new sip.Headers()
    .append('v', 'a')
    .append('X-Odd', '1')
    .append('VIA', 'b')
    .append('call-id', 'c');
  assert.equal(
    [...headers],
    [
      ['Via', 'a'],
      ['X-Odd', '1'],
      ['Via', 'b'],
      ['Call-ID', 'c'],
    ],
  );
  assert.is(headers.get('i'), 'c');
  assert.is(headers.get('x-odd'), '1');
  assert.ok(headers.has('V'));
  assert.is(headers.get('From'), undefined);
  assert.equal(headers.all('From'), []);
});

test('Headers set, prepend, remove and clone', () => {
  const headers = new sip.Headers()
    .append('Via', 'b')
    .append('To', 't')
    .append('Via', 'c')
    .prepend('Via', 'a');
  assert.equal(headers.all('Via'), ['a', 'b', 'c']);
  const copy = headers.clone().set('Via', 'only').prepend('Route', '<sip:r>').remove('To');
  assert.equal(
    [...copy],
    [
      ['Route', '<sip:r>'],
      ['Via', 'only'],
    ],
  );
  assert.equal(headers.all('Via'), ['a', 'b', 'c'], 'the clone is apart');
});

test('list headers split at commas outside quotes and brackets only', () => {
  const contact = '"A, \\", B" <sip:a,b@x>;q="1,2", <sip:c@x>,, sip:d@x';
  const headers = new sip.Headers().append('Contact', contact).append('Subject', 'a, b');
  assert.equal(headers.all('m'), ['"A, \\", B" <sip:a,b@x>;q="1,2"', '<sip:c@x>', 'sip:d@x']);
  assert.is(headers.get('m'), '"A, \\", B" <sip:a,b@x>;q="1,2"');
  assert.equal(headers.all('Subject'), ['a, b']);
  headers.removeFirst('Contact');
  assert.equal([...headers][0], ['Contact', '<sip:c@x>,, sip:d@x']);
  headers.removeFirst('m').removeFirst('m').removeFirst('Subject').removeFirst('From');
  assert.not(headers.has('Subject'));
});

test('a header value cannot break out of its line', () => {
  const message = request();
  message.headers.append('Subject', 'a\r\nEvil: 1\n\rEvil: 2\u010aEvil: 3\u0d0aEvil: 4');
  const again = sip.parseMessage(sip.serializeMessage(message));
  assert.not(again.headers.has('Evil'));
  assert.is(again.headers.get('Subject'), message.headers.get('Subject'));
});

test('serializing sets Content-Length, in its place or at the end, and leaves the message alone', () => {
  const message = request({ lines: ['l: 1', 'Z: y'], body: 'a' });
  message.body = Buffer.from('four');
  const text = sip.serializeMessage(message).toString('latin1');
  assert.ok(text.endsWith('\r\nContent-Length: 4\r\nZ: y\r\n\r\nfour'));
  assert.is(message.headers.get('Content-Length'), '1');
  const bare = sip.serializeMessage(request()).toString('latin1');
  assert.ok(bare.endsWith('CSeq: 11 INVITE\r\nContent-Length: 0\r\n\r\n'));
  assert.is(bare.split('\r\n')[0], 'INVITE sip:8001@parley.example SIP/2.0');
  const response = sip.parseMessage(octets({ start: 'SIP/2.0 486 Busy Here' }));
  assert.ok(sip.serializeMessage(response).toString('latin1').startsWith('SIP/2.0 486 Busy Here\r\nVia: '));
});

test('URIs', () => {
  const uri = sip.parseUri('sips:a%20b:p%3Aw@[2001:db8::1]:5061;Transport=TCP;lr?Subject=a%20b&X=');
  assert.equal(uri, {
    scheme: 'sips',
    user: 'a b',
    password: 'p:w',
    host: '[2001:db8::1]',
    port: 5061,
    params: new Map([
      ['transport', 'TCP'],
      ['lr', undefined],
    ]),
    headers: new Map([
      ['Subject', 'a b'],
      ['X', ''],
    ]),
    text: 'sips:a%20b:p%3Aw@[2001:db8::1]:5061;Transport=TCP;lr?Subject=a%20b&X=',
  });
  assert.is(sip.uriText(uri), 'sips:a%20b:p%3Aw@[2001:db8::1]:5061;transport=TCP;lr?Subject=a%20b&X=');
  assert.is(sip.parseUri('SIP:parley.example').scheme, 'sip');
  const user = 'a@b%41"\r\n\0é\u0416';
  const text = sip.uriText({ scheme: 'sip', user, host: 'x', params: new Map(), headers: new Map() });
  assert.is(text, 'sip:a%40b%2541%22%0D%0A%00%E9%D0%96@x');
  const tel = sip.parseUri('tel:+44-20;phone-context=x');
  assert.is(tel.host, '+44-20;phone-context=x');
  assert.is(sip.uriText(tel), 'tel:+44-20;phone-context=x');
  for (const bad of [
    '',
    'sip',
    'sip:',
    ':x',
    'sip:a b@x',
    'sip:@x',
    'sip:x:99999',
    'sip:x:',
    'sip:x;;lr',
    'sip:x?y',
  ]) {
    assert.instance(
      outcome(() => sip.parseUri(bad)),
      sip.SipParseError,
      bad,
    );
  }
});

test('addresses', () => {
  const text =
    '"Ada \\"L\\" \\\\" <sip:ada@x;lr>;tag=a/b==;+sip.instance="<urn:uuid:1>";+x="no";isfocus;pub-gruu="sip:a;gr"';
  const address = sip.parseNameAddr(text);
  assert.is(address.displayName, 'Ada "L" \\');
  assert.is(address.params.get('+sip.instance'), '<urn:uuid:1>');
  assert.is(address.params.get('tag'), 'a/b==');
  assert.is(sip.nameAddrText(address), text);
  assert.equal(sip.parseNameAddr('sip:a@x;tag="<b>"').params.get('tag'), '<b>');
  assert.is(
    sip.nameAddrText({ displayName: 'Ж', uri: 'sip:a@x', params: new Map() }),
    `"${sip.wireText('Ж')}" <sip:a@x>`,
  );
});

test('authorization', () => {
  const text = 'Digest realm="a \\"b\\", c", qop="auth,auth-int",ALGORITHM=SHA-256, stale=false, nonce=""';
  const { scheme, params } = sip.parseAuth(text);
  assert.is(scheme, 'Digest');
  assert.equal(
    [...params],
    [
      ['realm', 'a "b", c'],
      ['qop', 'auth,auth-int'],
      ['algorithm', 'SHA-256'],
      ['stale', 'false'],
      ['nonce', ''],
    ],
  );
  assert.is(
    sip.authText('Digest', [
      ['realm', 'a "b"', true],
      ['algorithm', 'MD5', false],
    ]),
    'Digest realm="a \\"b\\"", algorithm=MD5',
  );
  assert.is(sip.parseAuth('Basic YWRhOng=').params.size, 0);
  for (const bad of ['', 'Digest a="b', 'Digest a=1, A=2', 'Digest a=1 b=2', '(x) a=1']) {
    assert.instance(
      outcome(() => sip.parseAuth(bad)),
      sip.SipParseError,
      bad,
    );
  }
});

test('reason phrases, also of codes nobody registered', () => {
  assert.is(sip.reasonPhrase(486), 'Busy Here');
  assert.is(sip.reasonPhrase(499), 'Bad Request');
  assert.is(sip.reasonPhrase(199), 'Early Dialog Terminated');
  assert.is(sip.reasonPhrase(999), 'Unknown');
});

test.run();

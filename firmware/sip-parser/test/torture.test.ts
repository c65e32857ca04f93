// Torture messages of our own making, after the ideas of RFC 4475, so that a clone without the archive is well tested.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as sip from '../src/sip-parser.js';
import { attempt, type Changes, octets, refused, request } from './support.js';

const test = suite('torture');

const first = (message: sip.SipMessage, name: string): sip.NameAddr =>
  sip.parseNameAddr(message.headers.get(name) ?? '');

// What must be let pass.

test('folds, odd case, compact forms and space before the colon', () => {
  const message = sip.parseMessage(
    Buffer.from(
      [
        'INVITE sip:8001@parley.example SIP/2.0',
        't :',
        '\t<sip:8001@parley.example>',
        'fROM  : "Ada \\"the\\" first"',
        '  <sip:ada@parley.example> ; TAG',
        '  =  x1',
        'I: fold@here',
        'cSeQ: 007',
        ' INVITE',
        'v: SIP / 2.0 / UDP',
        '  one.example : 5072 ; Branch = z9hG4bKa , SIP/2.0/TCP',
        ' two.example;branch=z9hG4bKb',
        'Via: SIP/2.0/TLS [2001:db8::5]:5061;branch=z9hG4bKc;received=2001:db8::5',
        'mAX-fORWARDS: 009',
        's:',
        'L: 0',
        '',
        '',
      ].join('\r\n'),
    ),
  );
  assert.equal(
    [...message.headers].map(([name]) => name),
    ['To', 'From', 'Call-ID', 'CSeq', 'Via', 'Via', 'Max-Forwards', 'Subject', 'Content-Length'],
  );
  assert.equal(
    message.headers.all('via').map((value) => sip.viaText(sip.parseVia(value))),
    [
      'SIP/2.0/UDP one.example:5072;branch=z9hG4bKa',
      'SIP/2.0/TCP two.example;branch=z9hG4bKb',
      'SIP/2.0/TLS [2001:db8::5]:5061;branch=z9hG4bKc;received=2001:db8::5',
    ],
  );
  assert.equal(sip.parseCSeq(message.headers.get('CSeq') ?? ''), { number: 7, method: 'INVITE' });
  assert.is(first(message, 'From').displayName, 'Ada "the" first');
  assert.is(first(message, 'From').params.get('tag'), 'x1');
  assert.is(message.headers.get('Subject'), '');
});

test('an opaque method with every token character, a NUL in a display name and UTF-8 octets', () => {
  const method = "Zap-.!%41*_+`'~0";
  const message = request({
    start: `${method} sip:a;b?c=1,2/&$+@parley.example SIP/2.0`,
    headers: {
      CSeq: `1 ${method}`,
      To: '"nul:\\\0 bell:\\\x07" <sip:8001@parley.example>',
      From: `${sip.wireText('"Жанна"')} <sip:j@parley.example>;tag=1;odd'+~*="${sip.wireText('хор')}"`,
      'Call-ID': 'a%ZZ@[]?{}<>:\\"/',
    },
    lines: [`x-~odd'%.: ${sip.wireText('電話')}`],
  });
  assert.is(message.method, method);
  assert.is(sip.parseUri(message.uri).user, 'a;b?c=1,2/&$+');
  assert.is(first(message, 'To').displayName, 'nul:\0 bell:\x07');
  assert.is(sip.readableText(first(message, 'From').displayName), 'Жанна');
  assert.is(sip.readableText(first(message, 'From').params.get("odd'+~*") ?? ''), 'хор');
  assert.is(sip.readableText(message.headers.get("X-~ODD'%.") ?? ''), '電話');
  assert.is(message.headers.get('i'), 'a%ZZ@[]?{}<>:\\"/');
});

test('escapes count in URIs, once, and nowhere else', () => {
  const message = request({
    start: 'INVITE sip:sip%3Ax%40y%2541@parley.example SIP/2.0',
    headers: { To: '"100%41" <sip:%61%00%00b@parley.example;%4Cr;p%61=v%2541>' },
    lines: ['Cont%61ct: <sip:no@parley.example>', 'Contact: <sip:yes@parley.example>'],
  });
  assert.is(sip.parseUri(message.uri).user, 'sip:x@y%41');
  assert.is(first(message, 'To').displayName, '100%41');
  const to = sip.parseUri(first(message, 'To').uri);
  assert.is(to.user, 'a\0\0b');
  assert.equal(
    [...to.params],
    [
      ['lr', undefined],
      ['pa', 'v%41'],
    ],
  );
  assert.equal(message.headers.all('Contact'), ['<sip:yes@parley.example>']);
});

test('a display name that touches its bracket, and parameters inside and outside it', () => {
  const message = request({
    headers: {
      From: 'Ada<sip:ada@parley.example;inside>;tag=1;outside',
      To: 'sip:8001@parley.example;outside',
    },
  });
  const from = first(message, 'From');
  assert.is(from.displayName, 'Ada');
  assert.equal([...from.params.keys()], ['tag', 'outside']);
  assert.equal([...sip.parseUri(from.uri).params.keys()], ['inside']);
  assert.equal([...first(message, 'To').params.keys()], ['outside']);
  assert.is(sip.parseUri(first(message, 'To').uri).params.size, 0);
});

test('long values and many Vias come out whole', () => {
  const long = 'long'.repeat(1000);
  const vias = Array.from(
    { length: 60 },
    (_, hop) => `Via: SIP/2.0/TCP hop${hop}.example;branch=z9hG4bK${hop}`,
  );
  const message = request({ headers: { 'Call-ID': long }, lines: vias });
  assert.is(message.headers.get('Call-ID'), long);
  assert.is(message.headers.all('Via').length, 61);
  assert.is(sip.parseVia(message.headers.all('Via')[60]).host, 'hop59.example');
});

test('the body ends where Content-Length says, or with the datagram', () => {
  const body = 'v=0\0\r\n\xff and a second message\r\n\r\n';
  assert.is(request({ body }).body.toString('latin1'), body);
  assert.is(request({ body, lines: ['l:5'] }).body.toString('latin1'), 'v=0\0\r');
  assert.is(request({ body, lines: ['Content-Length: 0'] }).body.length, 0);
});

test('line breaks before the start line are passed over', () => {
  assert.is(sip.parseMessage(Buffer.concat([Buffer.from('\r\n\r\n'), octets()])).kind, 'request');
});

test('a request of the age of RFC 2543', () => {
  const message = request({
    headers: { Via: 'SIP/2.0/UDP old.example', From: '<sip:ada@parley.example>', 'Max-Forwards': null },
  });
  assert.not(sip.parseVia(message.headers.get('Via') ?? '').params.has('branch'));
});

test('schemes and transports nobody knows', () => {
  const message = request({
    start: 'OPTIONS whatever.1:opaque//stuff SIP/2.0',
    headers: { CSeq: '1 OPTIONS', To: 'isbn:12345', Via: 'SIP/2.0/PIGEON loft.example;branch=z9hG4bK1' },
    lines: ['Contact: <mailto:ada@parley.example>'],
  });
  assert.is(sip.parseUri(message.uri).scheme, 'whatever.1');
  assert.is(first(message, 'To').uri, 'isbn:12345');
});

test('responses with an empty, a missing and a strange reason', () => {
  const reasons = ['SIP/2.0 180 ', 'SIP/2.0 180', `SIP/2.0 180 = 2**2 ${sip.wireText('звонит')}`].map(
    (start) => {
      const message = sip.parseMessage(octets({ start }));
      return message.kind === 'response' ? [message.status, sip.readableText(message.reason)] : [];
    },
  );
  assert.equal(reasons, [
    [180, ''],
    [180, ''],
    [180, '= 2**2 звонит'],
  ]);
});

test('a Contact of * and headers in a Contact URI stay where they are', () => {
  assert.equal(request({ lines: ['Contact: *', 'Expires: 0'] }).headers.all('m'), ['*']);
  const message = request({ lines: ['m: <sip:ada@parley.example?Route=%3Csip:evil.example%3E>'] });
  assert.is(sip.parseUri(first(message, 'Contact').uri).headers.get('Route'), '<sip:evil.example>');
  assert.not(message.headers.has('Route'));
});

test('numbers at their limits', () => {
  const message = request({
    headers: { CSeq: '2147483647 INVITE', 'Max-Forwards': '255' },
    lines: ['Expires: 4294967295'],
  });
  assert.is(sip.parseCSeq(message.headers.get('CSeq') ?? '').number, 2147483647);
  assert.is(request({ headers: { CSeq: '0 INVITE', 'Max-Forwards': '0' } }).headers.get('Max-Forwards'), '0');
});

// What must be refused, and what the answer is.

const broken: [title: string, status: number, changes: Changes][] = [
  ['empty Via parameters', 400, { headers: { Via: 'SIP/2.0/UDP a.example;;branch=z9hG4bK1;' } }],
  ['a Via of another version', 400, { headers: { Via: 'SIP/3.0/UDP a.example' } }],
  ['a second Via that is junk', 400, { lines: ['Via: junk'] }],
  ['a branch that is the bare cookie', 400, { headers: { Via: 'SIP/2.0/UDP a.example;branch=z9hG4bK' } }],
  ['Content-Length past the end', 400, { lines: ['Content-Length: 1'] }],
  ['a negative Content-Length', 400, { lines: ['Content-Length: -1'] }],
  ['a hexadecimal Content-Length', 400, { lines: ['Content-Length: 0x0'] }],
  ['an empty Content-Length', 400, { lines: ['Content-Length:'] }],
  ['two lengths in one line', 400, { lines: ['Content-Length: 0, 0'] }],
  ['two Content-Lengths, one of them compact', 400, { lines: ['Content-Length: 0', 'l: 0'] }],
  ['a huge Content-Length', 400, { lines: [`Content-Length: ${'9'.repeat(400)}`] }],
  ['CSeq of 2**31', 400, { headers: { CSeq: '2147483648 INVITE' } }],
  ['CSeq that would wrap', 400, { headers: { CSeq: '36893488147419103233 INVITE' } }],
  ['CSeq without method', 400, { headers: { CSeq: '11' } }],
  ['CSeq of another method', 400, { headers: { CSeq: '11 BYE' } }],
  ['CSeq of another case', 400, { headers: { CSeq: '11 invite' } }],
  ['an unknown method and CSeq of another', 501, { start: 'FLY sip:8001@parley.example SIP/2.0' }],
  ['Max-Forwards of 256', 400, { headers: { 'Max-Forwards': '256' } }],
  ['Max-Forwards that is no number', 400, { headers: { 'Max-Forwards': '7e1' } }],
  ['Expires of 2**32', 400, { lines: ['Expires: 4294967296'] }],
  ['two Tos', 400, { lines: ['t: <sip:8002@parley.example>'] }],
  ['two Froms', 400, { lines: ['From: <sip:8002@parley.example>'] }],
  ['two Call-IDs', 400, { lines: ['I: other'] }],
  ['two CSeqs', 400, { lines: ['CSeq: 12 INVITE'] }],
  ['two Max-Forwards', 400, { lines: ['Max-Forwards: 70'] }],
  ['a Call-ID with a space', 400, { headers: { 'Call-ID': 'a b' } }],
  ['a quote that never closes', 400, { headers: { To: '"Ada <sip:8001@parley.example>' } }],
  ['a quote whose end is escaped', 400, { headers: { To: '"Ada\\" <sip:8001@parley.example>' } }],
  ['a bracket that never closes', 400, { headers: { To: 'Ada <sip:8001@parley.example' } }],
  ['a comma in an unquoted name', 400, { headers: { To: 'Lovelace, Ada <sip:8001@parley.example>' } }],
  ['spaces within the brackets', 400, { headers: { To: '< sip:8001@parley.example >' } }],
  ['a To without scheme', 400, { headers: { To: '8001' } }],
  ['a To without host', 400, { headers: { To: '<sip:8001@>' } }],
  ['a From with two @', 400, { headers: { From: '<sip:a@b@parley.example>;tag=1' } }],
  ['empty Contact parameters', 400, { lines: ['Contact: <sip:ada@parley.example>;;'] }],
  ['a bare Contact with headers', 400, { lines: ['Contact: sip:ada@parley.example?Subject=x'] }],
  ['a Route that is no address', 400, { lines: ['Route: <sip:a.example;lr>, nonsense'] }],
  ['a Request-URI in brackets', 400, { start: 'INVITE <sip:8001@parley.example> SIP/2.0' }],
  ['a Request-URI with a space', 400, { start: 'INVITE sip:8001@parley.example; lr SIP/2.0' }],
  ['a Request-URI with headers', 400, { start: 'INVITE sip:8001@parley.example?Route=x SIP/2.0' }],
  ['a Request-URI without scheme', 400, { start: 'INVITE parley.example SIP/2.0' }],
  ['two spaces in the start line', 400, { start: 'INVITE  sip:8001@parley.example  SIP/2.0' }],
  ['a space after the start line', 400, { start: 'INVITE sip:8001@parley.example SIP/2.0 ' }],
  ['SIP/7.0', 505, { start: 'INVITE sip:8001@parley.example SIP/7.0' }],
  ['SIP/2.01', 505, { start: 'INVITE sip:8001@parley.example SIP/2.01' }],
  ['a line without colon', 400, { lines: ['no colon here'] }],
  ['a line without name', 400, { lines: [': nameless'] }],
  ['a name with a space in it', 400, { lines: ['X Y: z'] }],
  ['a lone LF', 400, { lines: ['Z: a\nContact: <sip:evil.example>'] }],
  ['a lone CR', 400, { lines: ['Z: a\rY: b'] }],
  ['a line of more than 8 KiB', 513, { lines: [`Z: ${'x'.repeat(8190)}`] }],
  ['folds of more than 8 KiB', 513, { lines: [`Z: a${'\r\n 0123456789'.repeat(1000)}`] }],
  ['more than 256 headers', 513, { lines: Array<string>(251).fill('Z: y') }],
  ['more than 64 KiB', 513, { body: 'x'.repeat(65_536) }],
];

for (const [title, status, changes] of broken) {
  test(`${title}: ${status}`, () => {
    const error = refused(changes);
    assert.is(error.status, status, error.message);
    assert.match(error.reason, /^[A-Za-z0-9 @-]+$/);
    const partial = error.partial;
    assert.ok(partial, 'can be answered');
    assert.is(
      partial?.headers.get('Via'),
      changes.headers?.Via ?? 'SIP/2.0/UDP desk7.parley.example:5070;branch=z9hG4bKp1;rport',
    );
    assert.is(partial?.method, (changes.start ?? 'INVITE').split(' ')[0]);
  });
}

const dropped: [title: string, message: Changes | Buffer][] = [
  ['nothing', Buffer.alloc(0)],
  ['line breaks only', Buffer.from('\r\n\r\n')],
  ['binary', Buffer.from([0x80, 0x00, 0x0d, 0x0a, 0xff, 0x0d, 0x0a, 0x0d, 0x0a])],
  ['a start line of one word', { start: 'INVITE' }],
  ['a method that is no token', { start: 'INV(ITE sip:8001@parley.example SIP/2.0' }],
  ['HTTP', { start: 'GET / HTTP/1.1' }],
  ['no From', { headers: { From: null } }],
  ['no To', { headers: { To: null } }],
  ['no Call-ID', { headers: { 'Call-ID': null } }],
  ['no CSeq', { headers: { CSeq: null } }],
  ['no Via', { headers: { Via: null } }],
  ['an empty To', { headers: { To: '' } }],
  ['a Via that cannot be read', { headers: { Via: 'somewhere' } }],
  ['a Via with junk after its host', { headers: { Via: 'SIP/2.0/UDP a.example junk' } }],
  ['a Via port above 65535', { headers: { Via: 'SIP/2.0/UDP a.example:65536' } }],
  ['a broken ACK', { start: 'ACK sip:8001@parley.example SIP/2.0' }],
  ['a status above 699', { start: 'SIP/2.0 700 Too Far' }],
  ['a status of two digits', { start: 'SIP/2.0 99 Too Short' }],
  ['a status that would wrap', { start: 'SIP/2.0 4294967496 OK' }],
  ['a response of SIP/3.0', { start: 'SIP/3.0 200 OK' }],
  ['a response with an overlarge CSeq', { start: 'SIP/2.0 200 OK', headers: { CSeq: '9999999999 INVITE' } }],
  ['a response with two Tos', { start: 'SIP/2.0 200 OK', lines: ['To: <sip:b@parley.example>'] }],
];

for (const [title, message] of dropped) {
  test(`${title}: dropped`, () => assert.is(refused(message).partial, undefined));
}

test('a message without its empty line is answered, wherever it was cut', () => {
  const whole = octets();
  const cut = refused(whole.subarray(0, whole.length - 2));
  assert.is(cut.status, 400);
  assert.ok(cut.partial);
  for (let length = 0; length < whole.length; length += 1) refused(whole.subarray(0, length));
});

test('exactly 64 KiB, 256 headers and 8 KiB lines are let pass', () => {
  const head = octets().length;
  assert.is(request({ body: 'x'.repeat(65_536 - head) }).body.length, 65_536 - head);
  assert.is(request({ lines: Array<string>(250).fill('Z: y') }).headers.size, 256);
  assert.is(request({ lines: [`Z: ${'x'.repeat(8189)}`] }).headers.get('Z')?.length, 8189);
});

test('hostile lengths are refused in good time', () => {
  const gap = ' '.repeat(4000);
  const heads = [
    'a\r\n'.repeat(21_000),
    ' \r\n'.repeat(21_000),
    `Z: ${'"\\'.repeat(4000)}\r\n`.repeat(7),
    `Contact: ${'<,'.repeat(4000)}\r\n`.repeat(7),
    `Contact: ${';a '.repeat(2700)}\r\n`.repeat(7),
    `Contact: ${'"'.repeat(8000)}\r\n`.repeat(7),
    `Via: SIP/2.0/UDP a${' '.repeat(8100)}x\r\n`.repeat(7),
    `Authorization: Digest ${'a = b,'.repeat(1300)}\r\n`.repeat(7),
  ];
  const starts = [
    `A${gap}${gap}`,
    `A${gap}b${gap}c`,
    `A b${gap}${gap}SIP/2.0`,
    `SIP/2.0 200${gap}${gap}`,
    gap,
  ];
  const messages = [
    ...heads.map((head) => octets({ lines: [head] })),
    ...starts.map((start) => octets({ start })),
  ];
  const began = performance.now();
  for (const message of messages) for (let i = 0; i < 5; i += 1) attempt(message);
  assert.ok(performance.now() - began < 2000, `${performance.now() - began} ms`);
});

test.run();

/** The user agent by messages alone: no socket, a clock turned by hand. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseAuth, parseMessage, serializeMessage, type SipRequest, type SipResponse } from 'sip-parser';
import type { Endpoint } from '../../firmware/sip/transport.js';
import { Bench, peer } from '../support/sip-bench.js';

const test = suite('user agent');

test('OPTIONS is answered without a challenge, to where it came from', () => {
  const bench = new Bench();
  const ok = bench.request('OPTIONS');
  assert.is(ok.status, 200);
  assert.match(ok.headers.get('Via')!, /rport=5062/);
  assert.match(ok.headers.get('Via')!, /received=192\.0\.2\.9/);
  bench.done();
});

test('a phone that gives up at SHA-256 is offered MD5 alone', () => {
  const bench = new Bench();
  const algorithms = (lines: string[]) =>
    bench
      .request('REGISTER', { uri: 'sip:box.example', lines })
      .headers.all('WWW-Authenticate')
      .map((value) => parseAuth(value).params.get('algorithm'));
  assert.equal(algorithms(['User-Agent: baresip v1.0.0 (x86_64/linux)']), ['MD5']);
  assert.equal(algorithms(['User-Agent: baresip v3.9.0']), ['SHA-256', 'MD5']);
});

const refused: [
  title: string,
  method: string,
  options: Parameters<Bench['request']>[1],
  status: number,
  header?: string,
][] = [
  ['a method nobody knows', 'DANCE', {}, 501, 'Allow'],
  ['a method not for us', 'MESSAGE', {}, 405, 'Allow'],
  ['an address of another kind', 'OPTIONS', { uri: 'tel:+15551234' }, 416],
  ['an extension we lack', 'INVITE', { lines: ['Require: 100rel, precondition'] }, 420, 'Unsupported'],
  ['BYE of no call', 'BYE', { to: '<sip:800@192.0.2.1>;tag=x' }, 481],
  ['CANCEL of no call', 'CANCEL', {}, 481],
  ['INVITE without credentials', 'INVITE', {}, 401, 'WWW-Authenticate'],
  ['REGISTER without credentials', 'REGISTER', { uri: 'sip:box.example' }, 401, 'WWW-Authenticate'],
];
for (const [title, method, options, status, header] of refused)
  test(`refused: ${title}`, () => {
    const bench = new Bench();
    const response = bench.request(method, options);
    assert.is(response.status, status);
    if (header) assert.ok(response.headers.has(header));
    if (method === 'INVITE') bench.request('ACK', { ...options, branch: 'z9hG4bK1' });
    bench.done();
  });

test('a phone registers its own extension and no other', () => {
  const bench = new Bench();
  const uri = 'sip:box.example';
  const ok = bench.authenticated('REGISTER', { uri, to: '<sip:101@box.example>' });
  assert.is(ok.status, 200);
  assert.equal(ok.headers.all('Contact'), ['<sip:101@192.0.2.9:5062>;expires=3600']);
  assert.is(bench.authenticated('REGISTER', { uri, to: '<sip:102@box.example>', seq: 5 }).status, 403);
  bench.done();
});

test('a call comes in, is answered, keyed by INFO, held by re-INVITE, and ended by the phone', () => {
  const bench = new Bench();
  const to = bench.establish();
  const info = {
    to,
    seq: 3,
    lines: ['Content-Type: application/dtmf-relay'],
    body: 'Signal=5\r\nDuration=160\r\n',
  };
  assert.is(bench.request('INFO', info).status, 200);
  const held = bench.request('INVITE', {
    to,
    seq: 4,
    lines: ['Content-Type: application/sdp'],
    body: 'hold',
  });
  assert.is(held.body.toString(), 'answer to hold');
  bench.request('ACK', { to, seq: 4 });
  assert.is(bench.request('BYE', { to, seq: 3 }).status, 500, 'out of order');
  assert.is(bench.request('BYE', { to, seq: 5 }).status, 200);
  assert.equal(bench.told, ['101 dials 800', 'answered', 'digit 5', 'ended peer']);
  bench.done();
});

test('an offerless INVITE gets our offer; the answer comes with the ACK', () => {
  const bench = new Bench();
  bench.authenticated('INVITE');
  assert.is(bench.call!.offer, undefined);
  bench.call!.answer(Buffer.from('our offer'));
  const to = (bench.sent.at(-1) as SipResponse).headers.get('To')!;
  bench.request('ACK', { to, seq: 2, lines: ['Content-Type: application/sdp'], body: 'their answer' });
  assert.equal(bench.told, ['101 dials 800', 'agreed their answer', 'answered']);
  bench.call!.hangUp();
  const bye = bench.sent.at(-1) as SipRequest;
  assert.is(bye.method, 'BYE');
  assert.is(bye.uri, 'sip:101@192.0.2.9:5062');
  bench.done();
});

test('an offerless re-INVITE gets our offer; the answer comes with its ACK, a body in any other ACK is none', () => {
  const bench = new Bench();
  const to = bench.establish('no answer: the offer was theirs');
  const sdp = ['Content-Type: application/sdp'];
  assert.is(bench.request('INVITE', { to, seq: 3 }).body.toString(), 'answer to nothing');
  bench.request('ACK', { to, seq: 3, lines: sdp, body: 'their answer' });
  assert.equal(bench.told, ['101 dials 800', 'answered', 'agreed their answer']);
  bench.request('BYE', { to, seq: 4 });
  bench.done();
});

for (const when of ['INVITE', 're-INVITE'])
  test(`our offer in the 200 to an offerless ${when} stays without answer: the call ends`, () => {
    const bench = new Bench();
    if (when === 'INVITE') {
      bench.authenticated('INVITE');
      bench.call!.answer(Buffer.from('our offer'));
    } else bench.request('INVITE', { to: bench.establish(), seq: 3 });
    const to = (bench.sent.at(-1) as SipResponse).headers.get('To')!;
    bench.request('ACK', { to, seq: when === 'INVITE' ? 2 : 3 });
    assert.is((bench.sent.at(-1) as SipRequest).method, 'BYE');
    assert.is(bench.told.at(-1), 'ended us 488');
    bench.done();
  });

test('a re-INVITE that is refused leaves the call as it was', () => {
  const bench = new Bench();
  const to = bench.establish();
  bench.call!.handlers.reoffered = () => undefined;
  assert.is(bench.request('INVITE', { to, seq: 3, body: 'x', branch: 'z9hG4bKre' }).status, 488);
  bench.request('ACK', { to, seq: 3, branch: 'z9hG4bKre' });
  assert.is(bench.request('INFO', { to, seq: 4 }).status, 200);
  assert.is(bench.request('BYE', { to, seq: 5 }).status, 200);
  bench.done();
});

test('a caller who gives up: 200 to the CANCEL, 487 to the INVITE', () => {
  const bench = new Bench();
  bench.authenticated('INVITE');
  bench.call!.ring();
  bench.request('CANCEL', { seq: 2, branch: 'z9hG4bK2' });
  assert.equal(bench.statuses().slice(-3), [180, 200, 487]);
  assert.equal(bench.told, ['101 dials 800', 'ended peer 487']);
  bench.request('ACK', { seq: 2, branch: 'z9hG4bK2' });
  bench.done();
});

test('a 2xx is repeated until it is acknowledged; never acknowledged, the call ends', () => {
  const bench = new Bench();
  bench.authenticated('INVITE');
  bench.call!.answer(Buffer.from('x'));
  bench.clock.advance(1500);
  assert.equal(bench.statuses().slice(-3), [200, 200, 200]);
  bench.clock.advance(40_000);
  assert.equal(bench.told, ['101 dials 800', 'ended network']);
  bench.done();
});

test('we call a phone, it rings, answers and is hung up; a repeated 2xx is acknowledged again', () => {
  const bench = new Bench();
  const call = bench.dial();
  const invite = bench.last;
  assert.match(invite.headers.get('From')!, /^"Bo \\"B\\"" <sip:102@192\.0\.2\.1:5060>;tag=/);
  bench.respond(180);
  bench.respond(200, { request: invite, body: 'their answer' });
  bench.respond(200, { request: invite, body: 'their answer' });
  const methods = bench.sent.map((message) => (message as SipRequest).method);
  assert.equal(methods, ['INVITE', 'ACK', 'ACK']);
  assert.equal(bench.told, ['ringing', 'agreed their answer', 'answered']);
  call.hangUp();
  assert.is((bench.sent.at(-1) as SipRequest).method, 'BYE');
  bench.done();
});

test('while the box goes down, new calls are refused', () => {
  const bench = new Bench();
  bench.agent.stopTakingCalls();
  assert.is(bench.request('INVITE').status, 503);
  bench.request('ACK', { branch: 'z9hG4bK1' });
  bench.done();
});

test('who has proven nothing costs no memory, whatever is asked', () => {
  const bench = new Bench();
  for (const method of ['REGISTER', 'INVITE', 'OPTIONS', 'MESSAGE', 'DANCE', 'BYE', 'CANCEL']) {
    bench.request(method);
    assert.is(bench.agent.layer.open, 0, method);
  }
  assert.is(bench.sent.length, 7, 'one answer each');
  assert.is(bench.clock.pending, 0);
});

test('over UDP nobody gets more than two octets for one', () => {
  const bench = new Bench();
  const answer = (octets: number, source: Endpoint = peer): SipResponse | undefined => {
    const text = [
      'OPTIONS sip:a SIP/2.0',
      'Via: SIP/2.0/UDP a;branch=z9hG4bK1',
      'From: <sip:a>;tag=1',
      'To: <sip:a>',
      'Call-ID: 1',
      'CSeq: 1 OPTIONS',
      '',
      '',
    ].join('\r\n');
    bench.sent.length = 0;
    bench.agent.receive(parseMessage(Buffer.from(text)), source, octets);
    return bench.sent[0] as SipResponse | undefined;
  };
  const full = answer(1000)!;
  const { length } = serializeMessage(full);
  assert.equal(answer(length / 2)?.headers.get('Allow'), full.headers.get('Allow'));
  const short = answer(length / 2 - 1)!;
  assert.is(short.status, 200);
  assert.not(short.headers.has('Allow'), 'what it tells of us is left out');
  assert.is(answer(serializeMessage(short).length / 2 - 1), undefined);
  assert.ok(answer(1, { ...peer, transport: 'tcp' })?.headers.has('Allow'), 'who connects is who they are');
});

test('who guesses is not answered for a while; a phone that only lacks the challenge is', () => {
  const bench = new Bench();
  const uri = 'sip:box.example';
  const to = '<sip:101@box.example>';
  for (let n = 0; n < 20; n++) assert.is(bench.request('REGISTER', { uri, to }).status, 401);
  for (let n = 0; n < 5; n++)
    assert.is(bench.authenticated('REGISTER', { uri, to, seq: 2 * n + 1 }, 'guess').status, 401);
  assert.is(bench.guard.refused, 1);
  const { length } = bench.sent;
  bench.request('REGISTER', { uri, to });
  bench.request('INVITE');
  assert.is(bench.sent.length, length, 'silence');
  assert.is(bench.request('OPTIONS').status, 200);
  bench.clock.advance(60_000);
  assert.is(bench.authenticated('REGISTER', { uri, to, seq: 50 }).status, 200);
  bench.done();
});

test('calls of a refused source go on', () => {
  const bench = new Bench();
  const to = bench.establish();
  for (let n = 0; n < 5; n++) bench.authenticated('INVITE', { seq: 10 + 2 * n }, 'guess');
  assert.is(bench.guard.refused, 1);
  assert.is(bench.request('BYE', { to, seq: 30 }).status, 200);
  bench.done();
});

test('a phone that had to connect again gets our BYE where it is now; Contact names the transport', () => {
  const bench = new Bench();
  const to = bench.establish();
  const again = { address: '192.0.2.9', port: 40_001, transport: 'tls' } as const;
  bench.request('INFO', { to, seq: 3, lines: ['Content-Type: application/dtmf'], body: '1', source: again });
  bench.request('INVITE', { to, seq: 4, source: again });
  const ok = bench.sent.at(-1) as SipResponse;
  assert.is(ok.headers.get('Contact'), '<sip:192.0.2.1:5060;transport=tls>');
  bench.request('ACK', { to, seq: 4, source: again });
  bench.call!.hangUp();
  assert.match(bench.sent.at(-1)!.headers.get('Via')!, /^SIP\/2\.0\/TLS/);
  assert.equal(bench.sentTo.at(-1), again);
  bench.done();
});

test.run();

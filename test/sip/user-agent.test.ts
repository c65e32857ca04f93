/** The user agent by messages alone: no socket, a clock turned by hand. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseAuth, type SipRequest, type SipResponse } from 'sip-parser';
import { Bench } from '../support/sip-bench.js';

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

test.run();

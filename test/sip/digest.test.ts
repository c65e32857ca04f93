import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Headers, parseAuth, type SipRequest } from 'sip-parser';
import { ManualClock } from '../../firmware/clock.js';
import { DigestAuthenticator, digestResponse, type Verdict } from '../../firmware/sip/digest.js';
import { digestAnswer } from '../support/digest-answer.js';
import { heldBytes } from '../support/heap.js';

const test = suite('digest');

// RFC 7616 §3.9.1, the examples for both algorithms.
for (const [algorithm, expected] of [
  ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
  ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
] as const)
  test(`RFC 7616 §3.9.1 ${algorithm}`, () => {
    const response = digestResponse(
      {
        username: 'Mufasa',
        realm: 'http-auth@example.org',
        nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
        uri: '/dir/index.html',
        algorithm,
        qop: 'auth',
        cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
        nc: '00000001',
      },
      'GET',
      'Circle of Life',
    );
    assert.is(response, expected);
  });

function start() {
  const clock = new ManualClock();
  const passwords: Record<string, string> = { '101': 'secret' };
  const authenticator = new DigestAuthenticator(
    'parley',
    (username) => passwords[username],
    clock,
    () => ['SHA-256', 'MD5'],
  );
  const check = (request: SipRequest, from = '192.0.2.9') => authenticator.check(request, from);
  return { clock, authenticator, digest: { check } };
}

function request(authorization?: string): SipRequest {
  const headers = new Headers();
  if (authorization) headers.append('Authorization', authorization);
  return { kind: 'request', method: 'REGISTER', uri: 'sip:box.example', headers, body: Buffer.alloc(0) };
}

/** Answers a challenge as a phone does. */
function answer(
  verdict: Verdict,
  { username = '101', password = 'secret', nc = 1, pick = 0, uri = 'sip:box.example' } = {},
) {
  if (verdict.ok) throw new Error('no challenge');
  return request(digestAnswer(verdict.challenge[pick], { method: 'REGISTER', uri, username, password, nc }));
}

const word = (verdict: Verdict) =>
  verdict.ok
    ? `ok ${verdict.username}`
    : `${verdict.guessed ? 'guessed' : 'challenge'}${/stale=true/.test(verdict.challenge[0]) ? ' stale' : ''}`;

test('a nonce is good for the address it was sent to: nobody guesses in another’s name', () => {
  const { digest } = start();
  for (const password of ['secret', 'x']) {
    const moved = digest.check(answer(digest.check(request()), { password }), '192.0.2.66');
    assert.is(word(moved), 'challenge stale', 'whatever the password');
  }
  const moved = digest.check(answer(digest.check(request())), '192.0.2.66');
  assert.is(word(digest.check(answer(moved), '192.0.2.66')), 'ok 101', 'a phone that moved tries again');
  assert.is(word(digest.check(answer(digest.check(request())))), 'ok 101');
});

test('challenges SHA-256 first and MD5 last, and takes either', () => {
  const { digest } = start();
  const verdict = digest.check(request());
  assert.equal(verdict.ok ? [] : verdict.challenge.map((value) => parseAuth(value).params.get('algorithm')), [
    'SHA-256',
    'MD5',
  ]);
  assert.is(word(digest.check(answer(verdict, { pick: 0 }))), 'ok 101');
  assert.is(word(digest.check(answer(digest.check(request()), { pick: 1 }))), 'ok 101');
});

test('a wrong password and an unknown user are told the same', () => {
  const { digest } = start();
  const wrong = digest.check(answer(digest.check(request()), { password: 'guess' }));
  const unknown = digest.check(answer(digest.check(request()), { username: '999', password: 'guess' }));
  assert.is(word(wrong), 'guessed');
  assert.is(word(unknown), 'guessed');
  const shape = (verdict: Verdict) =>
    verdict.ok ? '' : verdict.challenge.join().replace(/nonce="[^"]*"/g, '');
  assert.is(shape(wrong), shape(unknown));
});

test('a replayed count is refused, a growing one accepted', () => {
  const { digest } = start();
  const challenge = digest.check(request());
  const first = answer(challenge, { nc: 1 });
  assert.is(word(digest.check(first)), 'ok 101');
  assert.is(word(digest.check(first)), 'challenge stale');
  assert.is(word(digest.check(answer(challenge, { nc: 2 }))), 'ok 101');
});

test('an old nonce with the right password is stale, not wrong', () => {
  const { clock, digest } = start();
  const challenge = digest.check(request());
  clock.advance(300_001);
  assert.is(word(digest.check(answer(challenge))), 'challenge stale');
});

test('an invented nonce, another realm, another target and junk are challenged', () => {
  const { digest } = start();
  const good = answer(digest.check(request()));
  const value = good.headers.get('Authorization')!;
  assert.is(word(digest.check(request(value.replace(/nonce="./, 'nonce="x')))), 'challenge');
  assert.is(word(digest.check(request(value.replace('realm="parley"', 'realm="other"')))), 'challenge');
  assert.is(word(digest.check(request('Digest ,,,='))), 'challenge');
  assert.is(word(digest.check(answer(digest.check(request()), { uri: 'sip:elsewhere' }))), 'guessed');
});

test('nonce counts are forgotten with their nonces', () => {
  const { clock, digest, authenticator } = start();
  for (let i = 0; i < 50; i += 1) digest.check(answer(digest.check(request())));
  assert.is(authenticator.remembered, 50);
  clock.advance(300_001);
  digest.check(answer(digest.check(request())));
  assert.is(authenticator.remembered, 1);
});

test('of large messages that were right no more is remembered than nonces', () => {
  const { digest, authenticator } = start();
  const before = heldBytes();
  for (let i = 0; i < 200; i += 1) {
    const { headers } = answer(digest.check(request()));
    const message = Buffer.from(`${headers.get('Authorization')!}${' '.repeat(60_000)}`).toString();
    assert.ok(digest.check(request(message.slice(0, -59_000))).ok);
  }
  const grown = heldBytes() - before;
  assert.is(authenticator.remembered, 200);
  assert.ok(grown < 1e6, `${grown} octets`);
});

test.run();

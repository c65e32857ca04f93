/** A trunk by messages alone: registers with digest, fails over, says what is wrong. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { SipMessage, SipRequest } from 'sip-parser';
import { ManualClock } from '../../firmware/clock.js';
import { DigestAuthenticator } from '../../firmware/sip/digest.js';
import { responseTo } from '../../firmware/sip/server-transactions.js';
import { TransactionLayer } from '../../firmware/sip/transaction-layer.js';
import type { Endpoint } from '../../firmware/sip/transport.js';
import { Trunk, type TrunkSettings } from '../../firmware/sip/trunk.js';

const test = suite('trunk');

const settings: TrunkSettings = {
  name: 'main',
  type: 'register',
  server: 'provider.example',
  username: '4930123',
  password: 'right',
  qualifySeconds: 60,
  addresses: [],
};

/** A trunk and the provider's servers, at 192.0.2.1 and so on. */
class Bench {
  readonly clock = new ManualClock();
  readonly asked: string[] = [];
  readonly trunk: Trunk;
  readonly layer: TransactionLayer;
  /** What a server does with a request; nothing: it does not answer. */
  answer: (request: SipRequest, to: Endpoint) => [status: number, headers?: [string, string][]] | undefined;

  constructor(change: Partial<TrunkSettings> = {}, servers = ['192.0.2.1', '192.0.2.2']) {
    const digest = new DigestAuthenticator(
      'provider',
      () => 'right',
      this.clock,
      () => ['SHA-256', 'MD5'],
    );
    this.answer = (request) => {
      if (request.method === 'OPTIONS') return [200];
      const verdict = digest.check(request, '192.0.2.99');
      return verdict.ok
        ? [200, [['Contact', `${request.headers.get('Contact')};expires=100`]]]
        : [401, verdict.challenge.map((value) => ['WWW-Authenticate', value])];
    };
    const transport = {
      send: (message: SipMessage, to: Endpoint) => this.#sent(message, to),
      localFor: () => ({ address: '192.0.2.99', port: 5060 }),
    };
    this.layer = new TransactionLayer(transport, this.clock, {
      request: () => {},
      ack: () => {},
      cancel: () => {},
    });
    this.trunk = new Trunk(
      { ...settings, ...change },
      {
        layer: this.layer,
        clock: this.clock,
        contactFor: (_, user) => `<sip:${user ? `${user}@` : ''}192.0.2.99:5060>`,
        locate: () => Promise.resolve(servers.map((address) => ({ address, port: 5060 }))),
      },
    );
  }

  /** Lets what is pending happen, then moves time on. */
  async pass(ms = 0): Promise<void> {
    for (let n = 0; n < 5; n++) await Promise.resolve();
    for (let left = ms; left > 0; left -= 500) {
      this.clock.advance(Math.min(500, left));
      for (let n = 0; n < 5; n++) await Promise.resolve();
    }
  }

  #sent(message: SipMessage, to: Endpoint): void {
    if (message.kind !== 'request') return;
    this.asked.push(`${message.method} ${to.address}`);
    const answer = this.answer(message, to);
    if (!answer) return;
    const response = responseTo(message, answer[0], 'Test');
    for (const [name, value] of answer[1] ?? []) response.headers.append(name, value);
    void Promise.resolve().then(() => this.layer.receive(response, to));
  }
}

test('registers with digest, refreshes in time, takes it back at the end', async () => {
  const bench = new Bench({ qualifySeconds: 0 });
  await bench.trunk.start();
  await bench.pass();
  assert.equal(bench.trunk.status, {
    name: 'main',
    state: 'registered',
    at: 'udp 192.0.2.1:5060',
    lastError: undefined,
  });
  assert.equal(bench.asked, ['REGISTER 192.0.2.1', 'REGISTER 192.0.2.1']);
  await bench.pass(81_000);
  assert.is(bench.asked.length, 3, 'the refresh bears credentials at once');
  assert.ok(bench.trunk.owns({ address: '192.0.2.2', port: 1234 }));
  assert.not(bench.trunk.owns({ address: '198.51.100.1', port: 5060 }));
  bench.trunk.stop();
  await bench.pass(40_000);
  assert.is(bench.asked.length, 4);
  assert.is(bench.clock.pending, 0, 'no timer left');
});

test('a wrong password is said in words, and not tried again at once', async () => {
  const bench = new Bench({ password: 'wrong', qualifySeconds: 0 });
  await bench.trunk.start();
  await bench.pass(10_000);
  assert.is(bench.trunk.status.state, 'refused');
  assert.match(bench.trunk.status.lastError!, /refuses user name or password \(401\)/);
  assert.not(bench.trunk.usable);
  assert.is(bench.asked.length, 2);
  bench.trunk.stop();
});

test('a server that does not answer: the next one is registered at', async () => {
  const bench = new Bench({ qualifySeconds: 0 });
  const good = bench.answer;
  bench.answer = (request, to) => (to.address === '192.0.2.1' ? undefined : good(request, to));
  await bench.trunk.start();
  await bench.pass(33_000);
  assert.equal(bench.trunk.status.at, 'udp 192.0.2.2:5060');
  assert.is(bench.trunk.status.state, 'registered');
  bench.trunk.stop();
});

test('a peer is asked whether it is there; one that vanishes is unreachable until it is back', async () => {
  const bench = new Bench({ type: 'peer', username: undefined, password: undefined }, ['192.0.2.1']);
  await bench.trunk.start();
  await bench.pass();
  assert.is(bench.trunk.status.state, 'reachable');
  const good = bench.answer;
  bench.answer = () => undefined;
  await bench.pass(93_000);
  assert.is(bench.trunk.status.state, 'unreachable');
  assert.match(bench.trunk.status.lastError!, /no answer to OPTIONS from 192\.0\.2\.1:5060/);
  bench.answer = good;
  await bench.pass(61_000);
  assert.is(bench.trunk.status.state, 'reachable');
  assert.is(bench.trunk.status.lastError, undefined);
  bench.trunk.stop();
});

test('its calls come from where it was found, and from the addresses and networks that it names', async () => {
  const { trunk } = new Bench({ addresses: ['198.51.100.7', '2001:db8:7::/48'], qualifySeconds: 0 });
  await trunk.start();
  for (const [address, owned] of [
    ['192.0.2.1', true],
    ['198.51.100.7', true],
    ['2001:db8:7:1::9', true],
    ['198.51.100.8', false],
    ['2001:db8:8::9', false],
  ] as const)
    assert.is(trunk.owns({ address, port: 5060 }), owned, address);
  trunk.stop();
});

test('a certificate that is agreed goes with every endpoint', async () => {
  const tlsFingerprint = Array(32).fill('AB').join(':');
  const { trunk } = new Bench({ tlsFingerprint, qualifySeconds: 0 });
  await trunk.start();
  assert.ok(trunk.endpoints.every(({ fingerprint }) => fingerprint === tlsFingerprint));
  trunk.stop();
});

test.run();

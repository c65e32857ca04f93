/** Which address of the box a peer is told. */
import { networkInterfaces } from 'node:os';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ManualClock } from '../../firmware/clock.js';
import { ExternalAddress } from '../../firmware/sip/external-address.js';
import { sourceOf } from '../../firmware/sip/networks.js';
import { boundAddresses, OwnAddresses } from '../../firmware/sip/own-addresses.js';

const test = suite('own addresses');

const localNetworks = ['192.168.0.0/16', 'fe80::/10'];

test('one that is bound, of the family of the peer', () => {
  const own = new OwnAddresses(['192.0.2.1', '2001:db8::1']);
  assert.is(own.localFor('198.51.100.7'), '192.0.2.1');
  assert.is(own.localFor('2001:db8::7'), '2001:db8::1');
  assert.is(own.from('2001:db8::7'), '2001:db8::1');
  assert.not(new OwnAddresses(['192.0.2.1']).reaches('2001:db8::7'));
});

test('bound to all: that of the interface in the network of the peer', () => {
  const own = new OwnAddresses(boundAddresses('::'));
  assert.is(own.localFor('127.0.0.9'), '127.0.0.1');
  assert.is(own.localFor('::1'), '::1');
  assert.is(own.from('::1'), undefined);
  const outward = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal);
  assert.is(own.localFor('203.0.113.7'), outward?.address ?? '127.0.0.1');
  assert.equal(boundAddresses(['192.0.2.1', '::']), ['192.0.2.1', '::']);
});

test('a peer outside is told the external address of its family, one inside is not', async () => {
  const external = new ExternalAddress({ host: '203.0.113.5', localNetworks, clock: new ManualClock() });
  await external.start();
  const own = new OwnAddresses(['192.168.1.2', '2001:db8::1'], external);
  assert.is(own.shownTo('198.51.100.7'), '203.0.113.5');
  assert.is(own.shownTo('192.168.9.9'), '192.168.1.2');
  assert.is(own.shownTo('2001:db8::7'), '2001:db8::1');
  assert.is(own.shownTo('fe80::7%eth0'), '2001:db8::1');
  assert.is(own.localFor('198.51.100.7'), '192.168.1.2', 'where audio is received');
});

test('a name is looked up again and again; while it cannot be found the address known before is told', async () => {
  const clock = new ManualClock();
  let answer = Promise.resolve(['203.0.113.5', '2001:db8::5']);
  const host = 'box.dyn.example';
  const external = new ExternalAddress({ host, localNetworks, clock, lookup: () => answer });
  const turn = async (seconds: number, next: typeof answer) => {
    answer = next;
    clock.advance(seconds * 1000);
    await next.catch(() => {});
    await new Promise(setImmediate);
    return external.for('198.51.100.7');
  };
  await external.start();
  assert.is(external.for('198.51.100.7'), '203.0.113.5');
  assert.is(external.for('2001:db8::7'), '2001:db8::5');
  assert.is(await turn(300, Promise.reject(new Error('SERVFAIL'))), '203.0.113.5');
  assert.match(external.alarms[0].text, /no address for box.dyn.example: SERVFAIL; the one known before/);
  assert.is(await turn(29, Promise.resolve(['203.0.113.6'])), '203.0.113.5');
  assert.is(await turn(1, Promise.resolve(['203.0.113.6'])), '203.0.113.6');
  assert.equal(external.alarms, []);
  external.stop();
  assert.is(clock.pending, 0);
});

test('a name that cannot be found is an alarm', async () => {
  const clock = new ManualClock();
  const lookup = () => Promise.resolve([]);
  const external = new ExternalAddress({ host: 'nowhere.example', localNetworks, clock, lookup });
  await external.start();
  assert.is(external.for('198.51.100.7'), undefined);
  assert.match(external.alarms[0].text, /nowhere.example/);
  external.stop();
});

test('an IPv6 source is its /64', () => {
  for (const [address, source] of [
    ['192.0.2.1', '192.0.2.1'],
    ['::1', '0:0:0:0::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['2001:db8:1::2:3:4', '2001:db8:1:0::/64'],
  ])
    assert.is(sourceOf(address), source);
});

test.run();

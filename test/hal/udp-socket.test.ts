import { networkInterfaces } from 'node:os';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Readiness } from '../../hal/ffi/readiness.js';
import { portOf, sameAddress, sameHost, socketAddress } from '../../hal/ffi/socket-address.js';
import { UdpSocket } from '../../hal/ffi/udp-socket.js';

const test = suite('udp-socket');
const HOST = '127.0.0.1';
const open = (host = HOST) => UdpSocket.open(host, [0, 0]);
const at = (socket: UdpSocket, host = HOST) => socketAddress(host, socket.localPort)!;

test('addresses', () => {
  const address = socketAddress('10.1.2.3', 5004)!;
  assert.is(portOf(address), 5004);
  assert.ok(sameHost(address, socketAddress('10.1.2.3', 1)!));
  assert.not(sameHost(address, socketAddress('10.1.2.4', 5004)!));
  assert.not(sameAddress(address, socketAddress('10.1.2.3', 1)!));
  assert.is(socketAddress('example.org', 1), null);
});

const ipv6: [host: string, bytes: string][] = [
  ['::', '00000000000000000000000000000000'],
  ['::1', '00000000000000000000000000000001'],
  ['2001:db8::ff00:42:8329', '20010db8000000000000ff0000428329'],
  ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
  ['fe80::', 'fe800000000000000000000000000000'],
  ['fe80::1%eth0', 'fe800000000000000000000000000001'],
  ['::ffff:10.1.2.3', '00000000000000000000ffff0a010203'],
  ['64:ff9b::192.0.2.33', '0064ff9b0000000000000000c0000221'],
];
for (const [host, bytes] of ipv6)
  test(`address ${host}`, () => {
    const address = socketAddress(host, 5004)!;
    assert.is(Buffer.from(address.subarray(8, 24)).toString('hex'), bytes);
    assert.is(portOf(address), 5004);
    assert.ok(sameHost(address, socketAddress(host, 1)!));
    assert.not(sameHost(address, socketAddress('2001:db8::2', 5004)!));
    assert.not(sameHost(address, socketAddress('10.1.2.3', 5004)!));
    assert.not(sameAddress(address, socketAddress(host, 1)!));
  });

test('IPv6: a datagram goes over with its source; connected, only the peer is heard, until disconnected', () => {
  if (!networkInterfaces().lo?.some(({ address }) => address === '::1'))
    return console.log('SKIPPED: no IPv6 on this machine');
  const [a, b, stranger] = [open('::1'), open('::1'), open('::1')];
  const one = Uint8Array.of(1);
  assert.ok(a.sendTo(at(b, '::1'), one, 1));
  assert.is(b.receiveFrom(), 1);
  assert.ok(sameAddress(b.source, at(a, '::1')));
  assert.ok(b.connect(b.source));
  stranger.sendTo(at(b, '::1'), one, 1);
  assert.is(b.receive(), -1);
  assert.ok(b.send(one, 1));
  assert.is(a.receive(), 1);
  b.disconnect();
  stranger.sendTo(at(b, '::1'), one, 1);
  assert.is(b.receive(), 1);
  assert.not(a.sendTo(at(b, '127.0.0.1'), one, 1), 'an IPv6 socket is of IPv6 alone');
  for (const socket of [a, b, stranger]) socket.close();
});

test('a datagram goes over with its source', () => {
  const a = open();
  const b = open();
  assert.is(b.receive(), -1);
  assert.ok(a.sendTo(at(b), Uint8Array.from([1, 2, 3, 4]), 3));
  assert.is(b.receiveFrom(), 3);
  assert.equal([...b.datagram.subarray(0, 3)], [1, 2, 3]);
  assert.ok(sameAddress(b.source, at(a)));
  a.close();
  b.close();
});

test('a connected socket hears only its peer until it is disconnected', () => {
  const [a, b, stranger] = [open(), open(), open()];
  assert.ok(a.connect(at(b)));
  const one = Uint8Array.of(1);
  stranger.sendTo(at(a), one, 1);
  assert.is(a.receive(), -1);
  assert.ok(a.send(one, 1));
  assert.is(b.receive(), 1);
  a.disconnect();
  stranger.sendTo(at(a), one, 1);
  assert.is(a.receive(), 1);
  for (const socket of [a, b, stranger]) socket.close();
});

test('takes even ports of the range until it is full', () => {
  const probe = open();
  const low = probe.localPort - (probe.localPort % 2) - 1;
  probe.close();
  const sockets: UdpSocket[] = [];
  let why = '';
  try {
    for (let i = 0; i < 4; i++) sockets.push(UdpSocket.open(HOST, [low, low + 4]));
  } catch (error) {
    why = String(error);
  }
  assert.match(why, 'no free port');
  assert.ok(sockets.every((socket) => socket.localPort % 2 === 0));
  assert.is(new Set(sockets.map((socket) => socket.localPort)).size, sockets.length);
  for (const socket of sockets) socket.close();
});

test('an address that is not ours is refused', () => {
  assert.throws(() => UdpSocket.open('192.0.2.1', [0, 0]), /bind/);
  assert.throws(() => UdpSocket.open('nonsense', [0, 0]), /not an IP address/);
});

test('the socket of the next port; none where that is taken; what has come is told in one call', () => {
  const [one, other] = [open(), open()];
  const next = one.next()!;
  assert.is(next.localPort, one.localPort + 1);
  assert.is(one.next(), null);
  const readiness = new Readiness();
  readiness.add(next.handle, 2 ** 31 - 1);
  readiness.add(other.handle, 5);
  assert.is(readiness.poll(), 0);
  one.sendTo(at(next), new Uint8Array(8), 8);
  assert.equal([readiness.poll(), readiness.nameAt(0)], [1, 2 ** 31 - 1]);
  one.sendTo(at(other), new Uint8Array(8), 8);
  assert.is(new Readiness(readiness.handle).poll(), 2);
  assert.is(next.receive(), 8);
  assert.equal([readiness.poll(), readiness.nameAt(0)], [1, 5]);
  other.close();
  assert.is(readiness.poll(), 0, 'closed is forgotten');
  next.close();
  one.close();
  readiness.close();
});

test.run();

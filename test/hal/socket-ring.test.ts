/** Sockets served together: the same is received and sent as one by one. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sameAddress, socketAddress } from '../../hal/ffi/socket-address.js';
import { SocketRing } from '../../hal/ffi/socket-ring.js';
import { UdpSocket } from '../../hal/ffi/udp-socket.js';

const test = suite('socket-ring');
const HOST = '127.0.0.1';
const at = (socket: UdpSocket) => socketAddress(HOST, socket.localPort)!;
const plain = () => UdpSocket.open(HOST, [0, 0]);

function withRing(body: (ring: SocketRing) => void): void {
  const ring = SocketRing.open();
  if (!ring) return console.log('SKIPPED: this kernel has no io_uring for us');
  try {
    body(ring);
  } finally {
    ring.close();
  }
}

/** Everything that waits, as first bytes. */
function receiveAll(socket: UdpSocket): number[] {
  const heard = [];
  while (socket.receive() >= 0) heard.push(socket.datagram[0]);
  return heard;
}

/** A socket in the ring, and its peer. */
function pair(ring: SocketRing): [socket: UdpSocket, peer: UdpSocket] {
  const socket = UdpSocket.open(HOST, [0, 0], 0, ring);
  const peer = plain();
  socket.connect(at(peer));
  peer.connect(at(socket));
  assert.equal(receiveAll(socket), []);
  return [socket, peer];
}

test('each socket gets what was sent to it, in order, more than a round holds too', () =>
  withRing((ring) => {
    const pairs = Array.from({ length: 20 }, () => pair(ring));
    for (let round = 0; round < 300; round++) {
      const waiting = pairs.map((_, index) => (round + index) % 6);
      for (const [index, [, peer]] of pairs.entries())
        for (let n = 0; n < waiting[index]; n++) peer.send(Uint8Array.of(index + n, round), 2);
      // A second datagram after ticks with one each may be found some rounds later.
      const heard = pairs.map((): number[] => []);
      for (let again = 0; again < 8; again++) {
        ring.receive();
        for (const [index, [socket]] of pairs.entries()) heard[index].push(...receiveAll(socket));
      }
      for (const index of pairs.keys())
        assert.equal(
          heard[index],
          Array.from({ length: waiting[index] }, (_, n) => index + n),
        );
    }
    for (const sockets of pairs) for (const socket of sockets) socket.close();
  }));

test('one a tick is asked for once, and the one that is ahead is found within eight ticks', () =>
  withRing((ring) => {
    const [socket, peer] = pair(ring);
    const heardIn = (sent: number) => {
      for (let n = 0; n < sent; n++) peer.send(Uint8Array.of(n), 1);
      ring.receive();
      return receiveAll(socket).length;
    };
    for (let tick = 0; tick < 20; tick++) assert.is(heardIn(1), 1);
    const heard = [heardIn(2), ...Array.from({ length: 8 }, () => heardIn(1))];
    assert.is(
      heard.reduce((sum, count) => sum + count),
      10,
    );
    assert.is(heardIn(0), 0);
    assert.is(heardIn(4), 4, 'who was late is asked for all that comes');
    for (const one of [socket, peer]) one.close();
  }));

test('an error of the network is passed over, what came after it is heard', () =>
  withRing((ring) => {
    const [socket, peer] = pair(ring);
    const [port, sockets] = [peer.localPort, at(socket)];
    peer.close();
    socket.post(Uint8Array.of(1), 1);
    ring.flush();
    const again = UdpSocket.open(HOST, [port, port]);
    again.connect(sockets);
    again.send(Uint8Array.of(5), 1);
    ring.receive();
    assert.equal(receiveAll(socket), [5]);
    for (const one of [socket, again]) one.close();
  }));

test('what a socket sends leaves with the flush', () =>
  withRing((ring) => {
    const pairs = Array.from({ length: 20 }, () => pair(ring));
    const packets = pairs.map((_, index) => Uint8Array.of(index, 0));
    for (let round = 0; round < 300; round++) {
      for (const [index, [socket]] of pairs.entries()) {
        packets[index][1] = round;
        assert.ok(socket.post(packets[index], 2));
      }
      for (const [, peer] of pairs) assert.is(peer.receive(), -1);
      ring.flush();
      for (const [index, [, peer]] of pairs.entries()) {
        assert.is(peer.receive(), 2);
        assert.equal([...peer.datagram.subarray(0, 2)], [index, round & 0xff]);
      }
    }
    for (const sockets of pairs) for (const socket of sockets) socket.close();
  }));

test('a stranger who came before the connection is told by its source; after its end all are heard', () =>
  withRing((ring) => {
    const socket = UdpSocket.open(HOST, [0, 0], 0, ring);
    const [peer, stranger, other] = [plain(), plain(), plain()];
    stranger.sendTo(at(socket), Uint8Array.of(9), 1);
    socket.connect(at(peer));
    assert.is(socket.receiveFrom(), 1);
    assert.ok(sameAddress(socket.source, at(stranger)));
    assert.equal(receiveAll(socket), []);
    stranger.sendTo(at(socket), Uint8Array.of(8), 1);
    ring.receive();
    assert.equal(receiveAll(socket), []);
    socket.disconnect();
    other.sendTo(at(socket), Uint8Array.of(7), 1);
    ring.receive();
    assert.is(socket.receiveFrom(), 1);
    assert.is(socket.datagram[0], 7);
    assert.ok(sameAddress(socket.source, at(other)));
    for (const one of [socket, peer, stranger, other]) one.close();
  }));

test('a closed socket gives its port back; the others are served on', () =>
  withRing((ring) => {
    const [first, firstPeer] = pair(ring);
    const [second, secondPeer] = pair(ring);
    const port = first.localPort;
    ring.receive();
    first.close();
    const again = UdpSocket.open(HOST, [port, port]);
    firstPeer.send(Uint8Array.of(4), 1);
    secondPeer.send(Uint8Array.of(5), 1);
    ring.receive();
    assert.equal(receiveAll(second), [5]);
    assert.equal(receiveAll(again), [4], 'though the number of the closed file is used again');
    for (const one of [again, firstPeer, second, secondPeer]) one.close();
  }));

test.run();

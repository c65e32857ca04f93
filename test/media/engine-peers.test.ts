import * as assert from 'uvu/assert';
import { suite } from 'uvu';
import { portOf, sameAddress, socketAddress } from '../../hal/ffi/socket-address.js';
import { readPlaneStats, readPortStats } from '../../firmware/media/stats.js';
import { rtpPacket } from './fake-socket.js';
import { Bench } from './engine-bench.js';

const test = suite('engine: peers');

test('symmetric RTP: the first source port is learned, strangers are dropped', () => {
  const bench = new Bench();
  const port = bench.party(null);
  const [socket] = bench.sockets;
  const packet = (sequence: number) => rtpPacket({ payload: new Uint8Array(160).fill(0x90), sequence });
  bench.tick();
  assert.equal(socket.sent[0].to, socketAddress('10.0.0.1', 4000));
  socket.arrive(packet(1), '10.6.6.6', 4000);
  socket.arrive(Uint8Array.from([1, 2, 3]), '10.0.0.1', 4444);
  socket.arrive(packet(1), '10.0.0.1', 4800);
  socket.arrive(packet(2), '10.6.6.6', 4800);
  socket.arrive(packet(2), '10.0.0.1', 4802);
  bench.tick();
  assert.is(portOf(socket.connectedTo!), 4800);
  assert.equal(socket.sent[1].to, socketAddress('10.0.0.1', 4800));
  const { rxPackets, rxDropped } = readPortStats(bench.stats, port)!;
  assert.equal([rxPackets, rxDropped], [1, 4]);
  bench.connect(port);
  assert.is(portOf(socket.connectedTo!), 4800);
  bench.connect(port, { peer: { address: '10.0.0.2', port: 6000, allowed: ['10.0.0.2'] } });
  assert.is(socket.connectedTo, null);
  bench.tick();
  assert.equal(socket.sent[2].to, socketAddress('10.0.0.2', 6000));
});

test('before the peer is known nothing is taken or sent', () => {
  const bench = new Bench();
  bench.tell({ type: 'openPort', port: 0, address: '10.0.0.9', rtpPorts: [0, 0] });
  bench.sockets[0].arrive(rtpPacket({ payload: new Uint8Array(160), sequence: 1 }));
  bench.tick();
  assert.is(bench.sockets[0].sent.length, 0);
  assert.is(readPlaneStats(bench.stats).packetsDropped, 1);
});

test('0.0.0.0 as address means hold, not this machine', () => {
  const bench = new Bench();
  const port = bench.party(null);
  bench.connect(port, { peer: { address: '0.0.0.0', port: 4000, allowed: ['10.0.0.1'] } });
  bench.tick();
  assert.is(bench.sockets[0].sent.length, 0);
});

test('events of opening and closing; commands to a port that is gone do nothing', () => {
  const bench = new Bench();
  bench.tell({ type: 'openPort', port: 3, address: '10.0.0.8', rtpPorts: [0, 0] });
  bench.tell({ type: 'openPort', port: 4, address: '10.0.0.9', rtpPorts: [0, 0] });
  bench.tell({ type: 'closePort', port: 4 });
  assert.equal(bench.events, [
    { type: 'portFailed', port: 3, reason: 'no such address' },
    { type: 'portOpened', port: 4, localPort: 5000 },
    { type: 'portClosed', port: 4 },
  ]);
  assert.ok(bench.sockets[0].closed);
  assert.is(readPortStats(bench.stats, 4), undefined);
  bench.connect(4);
  for (const type of ['leave', 'closePort'] as const) bench.tell({ type, port: 4 });
  bench.tell({ type: 'join', port: 4, mix: 1 });
  bench.tell({ type: 'mute', port: 4, muted: true });
  bench.tell({ type: 'stopPlay', play: 77 });
  bench.tick();
});

test('IPv6: sent where the description says, then where the peer really is; strangers are refused', () => {
  const bench = new Bench();
  const port = bench.party(null);
  const peer = { address: '2001:db8::1', port: 4000, allowed: ['2001:db8::1'] };
  bench.connect(port, { peer });
  bench.tick();
  const [socket] = bench.sockets;
  assert.ok(sameAddress(socket.sent.at(-1)!.to, socketAddress('2001:db8::1', 4000)!));
  const packet = rtpPacket({ payload: new Uint8Array(160), sequence: 1 });
  socket.arrive(packet, '2001:db8::2', 4000);
  socket.arrive(packet, '10.0.0.1', 4000);
  bench.tick();
  assert.is(readPortStats(bench.stats, port)!.rxDropped, 2);
  assert.is(socket.connectedTo, null);
  socket.arrive(packet, '2001:db8::1', 4712);
  bench.tick();
  assert.is(readPortStats(bench.stats, port)!.rxPackets, 1);
  assert.ok(sameAddress(socket.sent.at(-1)!.to, socketAddress('2001:db8::1', 4712)!));
  const sent = socket.sent.length;
  bench.connect(port, { peer: { ...peer, address: '::' } });
  bench.tick();
  assert.is(socket.sent.length, sent);
});

test.run();

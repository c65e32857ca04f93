import { readdirSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Readiness } from '../../hal/ffi/readiness.js';
import { SocketRing } from '../../hal/ffi/socket-ring.js';
import { UdpSocket } from '../../hal/ffi/udp-socket.js';
import { rehearse } from '../../firmware/media/rehearsal.js';
import type { PacketSocket } from '../../firmware/media/rtp-port.js';

const test = suite('rehearsal');

const adopt = (handle: number) => UdpSocket.adopt(handle);
const watch = (handle: number) => new Readiness(handle);

test('the ports hear each other, and nothing is left open', () => {
  const before = readdirSync('/proc/self/fd').length;
  let packets = 0;
  const ring = SocketRing.open();
  const open = (address: string, range: readonly [number, number], start: number): PacketSocket => {
    const socket = UdpSocket.open(address, range, start, ring);
    const receive = socket.receive.bind(socket);
    socket.receive = () => {
      const length = receive();
      if (length > 0) packets++;
      return length;
    };
    return socket;
  };
  rehearse({ open, adopt, watch, ring });
  ring?.close();
  assert.ok(packets > 500, `${packets} packets were received`);
  assert.is(readdirSync('/proc/self/fd').length, before);
});

test('no loopback, no rehearsal', () => {
  const open = () => {
    throw new Error('EADDRNOTAVAIL');
  };
  rehearse({ open, adopt, watch, ring: null });
});

test.run();

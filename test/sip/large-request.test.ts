/** What is too large for a datagram goes by TCP, and by UDP all the same where there is no TCP (RFC 3261 §18.1.1). */
import { Headers, type SipMessage, type SipRequest } from 'sip-parser';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ManualClock } from '../../firmware/clock.js';
import { responseTo } from '../../firmware/sip/server-transactions.js';
import { TransactionLayer } from '../../firmware/sip/transaction-layer.js';
import type { Endpoint } from '../../firmware/sip/transport.js';

const test = suite('large requests');
const peer = { address: '192.0.2.9', port: 5062 };

function start() {
  const clock = new ManualClock();
  const sent: { message: SipMessage; to: Endpoint; failed?: () => void }[] = [];
  const layer = new TransactionLayer(
    {
      send: (message, to, failed) => void sent.push({ message, to, failed }),
      localFor: () => ({ address: '192.0.2.1', port: 5060 }),
    },
    clock,
    { request: () => {}, ack: () => {}, cancel: () => {} },
  );
  const heard: string[] = [];
  const send = (bytes: number, to: Endpoint = peer) => {
    const headers = new Headers()
      .append('From', '<sip:a@b>;tag=1')
      .append('To', '<sip:b>')
      .append('Call-ID', 'x')
      .append('CSeq', '1 INVITE');
    const request: SipRequest = {
      kind: 'request',
      method: 'INVITE',
      uri: 'sip:b',
      headers,
      body: Buffer.alloc(bytes),
    };
    return layer.send(request, to, {
      response: ({ status }) => heard.push(String(status)),
      failed: (why) => heard.push(why),
    });
  };
  const vias = () =>
    sent.map(({ message, to }) => `${message.headers.get('Via')!.split(' ')[0]} ${to.transport ?? 'udp'}`);
  return { clock, sent, layer, heard, send, vias };
}

test('a small one goes by UDP and is repeated, a large one by TCP and is not', () => {
  const small = start();
  small.send(100);
  small.clock.advance(600);
  assert.equal(small.vias(), ['SIP/2.0/UDP udp', 'SIP/2.0/UDP udp']);
  const large = start();
  large.send(1300);
  large.clock.advance(600);
  assert.equal(large.vias(), ['SIP/2.0/TCP tcp']);
});

test('a peer that cannot be reached by TCP gets it by UDP, repeated; nobody is told of the detour', () => {
  const { clock, sent, heard, send, vias, layer } = start();
  const transaction = send(1300);
  sent[0].failed!();
  clock.advance(600);
  assert.equal(vias(), ['SIP/2.0/TCP tcp', 'SIP/2.0/UDP udp', 'SIP/2.0/UDP udp']);
  assert.match(transaction.request.headers.get('Via')!, /UDP/);
  assert.equal(heard, []);
  assert.is(layer.open, 1);
});

test('once something was heard by TCP, a failure is one', () => {
  const { sent, heard, send, layer } = start();
  const { request } = send(1300);
  layer.receive(responseTo(request, 100, 'Trying'), { ...peer, transport: 'tcp' });
  sent[0].failed!();
  assert.equal(heard, ['100', 'transport']);
  assert.is(sent.length, 1);
});

test('a large one over a connection of any kind stays there', () => {
  const { send, vias } = start();
  send(5000, { ...peer, transport: 'tls' });
  assert.equal(vias(), ['SIP/2.0/TLS tls']);
});

test.run();

/** A phone's connection is gone: its Contact is tried, and nobody waits for what cannot come. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { Headers, serializeMessage, type SipMessage, type SipRequest } from 'sip-parser';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ManualClock, systemClock } from '../../firmware/clock.js';
import { OwnAddresses } from '../../firmware/sip/own-addresses.js';
import { responseTo } from '../../firmware/sip/server-transactions.js';
import { TransactionLayer } from '../../firmware/sip/transaction-layer.js';
import type { Endpoint } from '../../firmware/sip/transport.js';
import { SipTransports } from '../../firmware/sip/transports.js';

const test = suite('lost connection');

const request = (method: string, uri: string): SipRequest => ({
  kind: 'request',
  method,
  uri,
  headers: new Headers()
    .append('Via', 'SIP/2.0/TCP 127.0.0.1;branch=z9hG4bK1')
    .append('From', '<sip:a@b>;tag=1')
    .append('To', '<sip:x>')
    .append('Call-ID', '1')
    .append('CSeq', `1 ${method}`),
  body: Buffer.alloc(0),
});

/** A phone connects to the box, says OPTIONS, and its connection breaks: where the box knows it by. */
async function broken(box: SipTransports): Promise<Endpoint> {
  const came = new Promise<Endpoint>((resolve) => {
    const closed = new Promise<void>((gone) =>
      box.listen({
        message: (_, source) => void closed.then(() => resolve(source)),
        broken: () => {},
        closed: () => gone(),
      }),
    );
  });
  const socket = connect(box.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.end(serializeMessage(request('OPTIONS', 'sip:box')));
  return came;
}

test('a request goes over a new connection to where the Contact says that the phone listens', async () => {
  const open = () =>
    SipTransports.open({ own: new OwnAddresses(['127.0.0.1']), port: 0, clock: systemClock });
  const [box, phone] = [await open(), await open()];
  const known = await broken(box);
  const came = new Promise<SipMessage>((resolve) => phone.listen({ message: resolve, broken: () => {} }));
  box.send(request('INVITE', `sip:101@127.0.0.1:${phone.port};transport=tcp`), known, assert.unreachable);
  assert.is(((await came) as SipRequest).method, 'INVITE');
  box.send(request('ACK', `sip:101@127.0.0.1:${phone.port};transport=tcp`), known, assert.unreachable);
  assert.is(box.counters().connections.open, 1, 'the new one is kept');

  await phone.close();
  for (const contact of [`sip:101@127.0.0.1:${phone.port}`, 'sip:101@192.168.1.7', 'sip:101@phone.example'])
    await new Promise<void>((resolve) => box.send(request('INVITE', contact), known, resolve));
  await box.close();
});

for (const method of ['INVITE', 'BYE'])
  test(`${method}: failed at once when its connection breaks before any response, else not`, () => {
    const sent: SipMessage[] = [];
    const clock = new ManualClock();
    const layer = new TransactionLayer(
      {
        send: (message) => void sent.push(message),
        localFor: () => ({ address: '192.0.2.1', port: 5060 }),
      },
      clock,
      { request: () => {}, ack: () => {}, cancel: () => {} },
    );
    const to: Endpoint = { address: '192.0.2.9', port: 40_000, transport: 'tcp', accepted: true };
    const told: string[] = [];
    const ask = () =>
      layer.send(request(method, 'sip:101@192.0.2.9'), to, {
        response: ({ status }) => told.push(String(status)),
        failed: (why) => told.push(why),
      });
    ask();
    layer.connectionClosed({ ...to, port: 40_001 });
    assert.equal(told, []);
    layer.connectionClosed(to);
    assert.equal(told, ['transport']);
    ask();
    layer.receive(responseTo(sent.at(-1) as SipRequest, 180, 'Ringing'), to);
    layer.connectionClosed(to);
    assert.equal(told, ['transport', '180']);
    layer.stop();
    assert.is(clock.pending, 0);
  });

test.run();

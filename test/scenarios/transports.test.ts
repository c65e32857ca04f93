/** Phones over TCP and TLS: they register, talk, are called over their own connection; who is slow or greedy is let go. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import { connect as connectTls } from 'node:tls';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Box, phones, type Status } from '../support/box.js';
import { Refused, TestPhone } from '../support/test-phone.js';

const test = suite('transports');

const config = {
  version: 1,
  extensions: phones(3),
  conferences: [{ number: '800', description: '', type: 'static' }],
};

let box: Box;
test.before(async () => {
  box = await Box.start(config);
});
test.after(() => box.stop());
test.after.each(async () => {
  await box.nothingIsLeft();
  await box.until<Status>('status', ({ sip }) => sip.connections.open === 0);
});

/** A connection to the box from one of the addresses of the loopback network. */
async function caller(localAddress = '127.0.0.1'): Promise<Socket> {
  const socket = connect({ port: box.sip.port, host: box.sip.address, localAddress });
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

const options = (callId: string) =>
  [
    'OPTIONS sip:box SIP/2.0',
    `Via: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bK${callId}`,
    'From: <sip:a@b>;tag=1',
    'To: <sip:box>',
    `Call-ID: ${callId}`,
    'CSeq: 1 OPTIONS',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');

for (const transport of ['tcp', 'tls'] as const)
  test(`a phone over ${transport} meets one over UDP, and is called over its own connection`, async () => {
    const phone = await box.phone('101', await box.by(transport));
    const other = await box.phone('102');
    const meeting = await phone.dial('800');
    await other.dial('800');
    await box.inside(2);
    await meeting.hangUp();

    const { open } = (await box.get<Status>('status')).sip.connections;
    await (await other.dial('101')).hangUp();
    assert.is((await box.get<Status>('status')).sip.connections.open, open, 'no other connection');
  });

test('a phone whose connection is gone is called where its Contact says, or not at all and at once', async () => {
  const { box: at } = await box.by('tcp');
  const phone = { box: at, username: '102', password: 'secret-102' };
  const listening = await TestPhone.open(phone);
  const caller = await box.phone('101');
  for (const [contact, status] of [
    [listening.contact.slice(1, -1), 200],
    ['sip:102@192.168.77.1:5060;transport=tcp', 480],
  ] as const) {
    const gone = await TestPhone.open({ ...phone, contact });
    await gone.register();
    await gone.close();
    await box.until<Status>('status', ({ sip }) => sip.connections.open === 0);
    const startMs = performance.now();
    const call = await caller.dial('102').catch((error: unknown) => error as Refused);
    assert.ok(performance.now() - startMs < 10_000, 'at once');
    assert.is(call instanceof Refused ? call.status : 200, status);
    if (call instanceof Refused) continue;
    await call.hangUp();
    await listening.close();
  }
});

test('TLS below 1.2 is refused, and a client that does not know the certificate refuses the box', async () => {
  const { tlsPort: port } = (await box.get<Status>('status')).sip;
  const host = box.sip.address;
  const ca = readFileSync(path.join(box.directory, 'tls.pem'), 'utf8');
  const old = connectTls({
    host,
    port,
    ca,
    maxVersion: 'TLSv1.1',
    minVersion: 'TLSv1',
    ciphers: 'ALL:@SECLEVEL=0',
  });
  assert.match(await failureOf(old), /PROTOCOL_VERSION/);
  const strange = connectTls({ host, port });
  assert.match(await failureOf(strange), /SELF_SIGNED/);
  const good = connectTls({ host, port, ca, maxVersion: 'TLSv1.2' });
  await once(good, 'secureConnect');
  good.destroy();
});

/** The code of the error by which a connection fails. */
async function failureOf(socket: Socket): Promise<string> {
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
  return error.code ?? error.message;
}

test('two line breaks are answered with one (RFC 5626)', async () => {
  const socket = await caller();
  socket.write('\r\n');
  socket.write('\r\n');
  const [pong] = (await once(socket, 'data')) as [Buffer];
  assert.is(pong.toString(), '\r\n');
  socket.destroy();
});

test('an address has 20 connections and no more; others still get in', async () => {
  const sockets = await Promise.all(Array.from({ length: 20 }, () => caller()));
  const extra = await caller();
  await once(extra, 'close');
  const other = await caller('127.0.0.2');
  other.write(options('x'));
  assert.match(String(await once(other, 'data')), /^SIP\/2\.0 200/);
  const { connections } = (await box.get<Status>('status')).sip;
  assert.is(connections.refused, 1);
  sockets[0].destroy();
  await box.until<Status>('status', ({ sip }) => sip.connections.open === 20);
  const again = await caller();
  again.write(options('y'));
  assert.match(String(await once(again, 'data')), /^SIP\/2\.0 200/);
  for (const socket of [...sockets, other, again]) socket.destroy();
});

test('500 slow connections are closed within 15 s; a new phone registers over TCP meanwhile', async () => {
  const startMs = performance.now();
  const drip = Buffer.from(options('slow').slice(0, -4));
  const sockets = await Promise.all(
    Array.from({ length: 500 }, (_, at) => caller(`127.0.1.${1 + Math.floor(at / 20)}`)),
  );
  let at = 0;
  const dripping = setInterval(() => {
    for (const socket of sockets) if (socket.writable) socket.write(drip.subarray(at, at + 1));
    at += 1;
  }, 200);
  const closed = Promise.all(sockets.map((socket) => once(socket.resume(), 'close')));
  await box.until<Status>('status', ({ sip }) => sip.connections.open === 500);
  await box.phone('101', { box: { ...box.sip, transport: 'tcp' } });
  await closed;
  clearInterval(dripping);
  const seconds = (performance.now() - startMs) / 1000;
  assert.ok(seconds < 15, `${seconds} s`);
  const { connections } = await box
    .until<Status>('status', ({ sip }) => sip.connections.open === 1)
    .then(({ sip }) => sip);
  assert.is(connections.slow, 500);
});

test('who does not read is let go', async () => {
  const socket = await caller();
  socket.pause();
  const flood = Buffer.from(options('z').repeat(200));
  const pump = (): void => void (socket.write(flood) ? setImmediate(pump) : socket.once('drain', pump));
  pump();
  await box.until<Status>('status', ({ sip }) => sip.connections.open === 0);
  socket.destroy();
});

test.run();

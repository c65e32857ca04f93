/** Two ends on loopback: over which connection messages go, and what is told when they cannot. */
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Headers, type SipMessage, type SipRequest } from 'sip-parser';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock as clock } from '../../firmware/clock.js';
import { tlsCertificate } from '../../firmware/config/tls-certificate.js';
import { responseTo } from '../../firmware/sip/server-transactions.js';
import type { Endpoint } from '../../firmware/sip/transport.js';
import { OwnAddresses } from '../../firmware/sip/own-addresses.js';
import { SipTransports } from '../../firmware/sip/transports.js';
import { freePort } from '../support/program.js';

const test = suite('transports of two ends');
const bind = { own: new OwnAddresses(['127.0.0.1']), port: 0 };
const addressOf = ({ port }: SipTransports) => ({ address: '127.0.0.1', port });

const request = (): SipRequest => ({
  kind: 'request',
  method: 'OPTIONS',
  uri: 'sip:x',
  headers: new Headers()
    .append('Via', 'SIP/2.0/TCP 127.0.0.1;branch=z9hG4bK1')
    .append('From', '<sip:a@b>;tag=1')
    .append('To', '<sip:x>')
    .append('Call-ID', '1')
    .append('CSeq', '1 OPTIONS'),
  body: Buffer.alloc(0),
});

type Came = { message: SipMessage; source: Endpoint };

class End {
  #came: Came[] = [];
  #wake?: () => void;

  constructor(readonly transports: SipTransports) {
    transports.listen({
      message: (message, source) => {
        this.#came.push({ message, source });
        this.#wake?.();
      },
      broken: () => {},
    });
  }

  async next(): Promise<Came> {
    if (this.#came.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.#came.shift()!;
  }

  /** Resolves when no connection is open. */
  async alone(): Promise<void> {
    while (this.transports.counters().connections.open > 0) await new Promise(setImmediate);
  }

  failureTo(to: Endpoint): Promise<void> {
    return new Promise((resolve) => this.transports.send(request(), to, resolve));
  }
}

test('UDP and TCP share a port number; what comes over a connection is answered there, and asked there', async () => {
  const [a, b] = [
    new End(await SipTransports.open({ ...bind, clock })),
    new End(await SipTransports.open({ ...bind, clock })),
  ];
  a.transports.send(request(), { ...addressOf(b.transports), transport: 'tcp' });
  const { message, source } = await b.next();
  assert.is(source.transport, 'tcp');
  b.transports.send(responseTo(message as SipRequest, 200, 'OK'), source);
  const answer = await a.next();
  assert.is(answer.message.kind, 'response');
  b.transports.send(request(), source);
  assert.is((await a.next()).message.kind, 'request');
  assert.is(a.transports.counters().connections.open, 1);
  assert.is(b.transports.counters().connections.open, 1);

  a.transports.send(request(), addressOf(b.transports));
  assert.is((await b.next()).source.transport, undefined, 'UDP');
  await a.transports.close();
  await b.alone();
  await b.failureTo(source);
  await b.transports.close();
});

test('nobody listens: failed; an answer whose connection is gone is not worth a new one', async () => {
  const end = new End(await SipTransports.open({ ...bind, clock }));
  const nowhere = { address: '127.0.0.1', port: await freePort(), transport: 'tcp' } as const;
  await end.failureTo(nowhere);
  await end.failureTo({ ...nowhere, port: 70_000 });
  await new Promise<void>((resolve) =>
    end.transports.send(responseTo(request(), 200, 'OK'), nowhere, resolve),
  );
  await end.alone();
  await end.transports.close();
});

test('a TLS server is believed by its certificate and its name, or by the fingerprint alone', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'parley-ends-'));
  const { certificate } = await tlsCertificate(directory, undefined);
  rmSync(directory, { recursive: true });
  const server = new End(
    await SipTransports.open({ ...bind, tls: { port: 0, certificate: certificate! }, clock }),
  );
  const at = { address: '127.0.0.1', port: server.transports.tlsPort!, transport: 'tls' } as const;
  const knowing = new End(await SipTransports.open({ ...bind, clock, trusted: certificate!.cert }));
  const strange = new End(await SipTransports.open({ ...bind, clock }));
  await strange.failureTo(at);
  await knowing.failureTo({ ...at, host: 'other.example' });
  knowing.transports.send(request(), { ...at, host: 'localhost' });
  assert.is((await server.next()).source.transport, 'tls');
  const { fingerprint256 } = new X509Certificate(certificate!.cert);
  await strange.failureTo({
    ...at,
    fingerprint: fingerprint256.replace(/^../, (byte) => (byte === '00' ? '01' : '00')),
  });
  strange.transports.send(request(), { ...at, fingerprint: fingerprint256.toLowerCase() });
  assert.is((await server.next()).source.transport, 'tls', 'believed by its fingerprint');
  for (const { transports } of [knowing, strange, server]) await transports.close();
});

test.run();

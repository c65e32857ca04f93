/** The pages over TLS, and how one gets there. */
import { mkdtempSync, rmSync } from 'node:fs';
import { get as getPlain, type IncomingMessage } from 'node:http';
import { get as getSecure } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock as clock } from '../../firmware/clock.js';
import { tlsCertificate, type Certificate } from '../../firmware/config/tls-certificate.js';
import { AdministratorCheck } from '../../web-ui/administrator-check.js';
import { WebServer } from '../../web-ui/server.js';
import { Sessions } from '../../web-ui/sessions.js';
import { GuessGuard } from '../../firmware/guess-guard.js';
import { ApiTokens } from '../../web-ui/api-tokens.js';
import { Box } from '../support/box.js';

const test = suite('https');

const guard = new GuessGuard(clock);

let directory = '';
let certificate: Certificate;
test.before(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'parley-https-'));
  certificate = (await tlsCertificate(directory, undefined)).certificate!;
});
test.after(() => rmSync(directory, { recursive: true }));

/** A server with one page, which says how it was asked. */
function serve(plainFor: (address: string) => boolean, tls = true): Promise<WebServer> {
  return WebServer.open({
    addresses: ['127.0.0.1'],
    port: 0,
    tls: tls ? { port: 0, certificate } : undefined,
    plainFor,
    administrators: new AdministratorCheck(() => [], clock, guard),
    tokens: new ApiTokens(
      () => [],
      guard,
      () => 0,
    ),
    api: [],
    pages: {
      pages: [{ path: '/page', role: 'anybody', get: ({ host }) => ({ view: host }) }],
      sessions: new Sessions(() => [], clock),
      assets: new Map(),
      render: (view) => view,
    },
  });
}

const ask = (url: string, headers: Record<string, string> = {}) =>
  new Promise<IncomingMessage>((resolve, reject) => {
    const get = url.startsWith('https') ? getSecure : getPlain;
    get(url, { headers, ca: certificate.cert, agent: false }, resolve).on('error', reject);
  });

test('over HTTP one is led to the same page over HTTPS, by the name one came by', async () => {
  const web = await serve(() => false);
  const plain = `http://127.0.0.1:${web.port}`;
  for (const [host, where] of [
    ['box.example:8080', 'box.example'],
    ['192.0.2.1', '192.0.2.1'],
    ['[2001:db8::1]:8080', '[2001:db8::1]'],
  ]) {
    const answer = await ask(`${plain}/page?a=b%20c`, { host });
    assert.is(answer.statusCode, 307);
    assert.is(answer.headers.location, `https://${where}:${web.tlsPort}/page?a=b%20c`);
    assert.is(answer.headers['set-cookie'], undefined, 'nobody on the way gets a cookie');
  }
  assert.is((await ask(`${plain}/api/v1/status`)).statusCode, 307, 'the API too');
  assert.match(
    (await ask(`${plain}//evil.example/`)).headers.location!,
    /^https:\/\/127\.0\.0\.1:\d+\/\/evil/,
  );
  assert.is((await ask(`${plain}/page`, { host: 'a/b' })).statusCode, 400);
  await web.close();
});

test('over HTTPS the cookie is for HTTPS and this host alone; whom HTTP serves has one of another name', async () => {
  const web = await serve((address) => address === '127.0.0.1');
  const secure = await ask(`https://127.0.0.1:${web.tlsPort}/page`);
  assert.is(await text(secure), '127.0.0.1');
  assert.match(
    secure.headers['set-cookie']![0],
    /^__Host-parley=[\w-]{43}; path=\/; samesite=strict; secure; httponly$/,
  );
  assert.is(secure.headers['strict-transport-security'], undefined, 'the certificate is the box its own');
  const plain = await ask(`http://127.0.0.1:${web.port}/page`);
  assert.match(plain.headers['set-cookie']![0], /^parley=[\w-]{43}; path=\/; samesite=strict; httponly$/);
  await web.close();
});

test('a box that could make no certificate serves HTTP', async () => {
  const web = await serve(() => false, false);
  assert.is(web.tlsPort, undefined);
  assert.is((await ask(`http://127.0.0.1:${web.port}/page`)).statusCode, 200);
  await web.close();
});

test('the box shows the certificate of its SIP', async () => {
  const box = await Box.start({ version: 1 });
  try {
    const { trusted } = await box.by('tls');
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      getSecure(`${box.https}/sign-in`, { ca: trusted, agent: false }, resolve).on('error', reject);
    });
    assert.is(answer.statusCode, 200);
    assert.match(await text(answer), /For the administrators of this box/);
  } finally {
    await box.discard();
  }
});

test.run();

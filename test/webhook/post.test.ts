/** One message over HTTP: signed, bounded, to nobody else. */
import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { once } from 'node:events';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Message, Outcome } from '../../firmware/webhook/delivery.js';
import { newSecret, post, signature } from '../../firmware/webhook/post.js';

const test = suite('webhook post');

const secret = newSecret();
const message: Message = {
  id: 'msg_1',
  event: 'test',
  time: '',
  atMs: 0,
  body: '{"type":"test","name":"Zoë"}',
};

async function at(server: Server, path = '/hook'): Promise<Outcome> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  try {
    return await post({ url, secret }, message, 1_700_000_000_999, new AbortController().signal);
  } finally {
    server.close();
  }
}
const answering = (listener: RequestListener) => createServer(listener);

test('signed as Standard Webhooks says: its own example', () =>
  assert.is(
    signature(
      'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      'msg_p5jXN8AQM9LWM0D4loKWxJek',
      1614265330,
      '{"test": 2432232314}',
    ),
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  ));

test('what arrives is what was signed', async () => {
  let seen: IncomingMessage | undefined;
  let body = '';
  const outcome = await at(
    answering((request, response) => {
      seen = request;
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => response.writeHead(204).end());
    }),
  );
  assert.equal(outcome, { ok: true, status: 204, why: 'answered 204 No Content' });
  assert.is(body, message.body);
  const { headers, method, url } = seen!;
  assert.equal([method, url, headers['content-type']], ['POST', '/hook', 'application/json']);
  assert.equal([headers['webhook-id'], headers['webhook-timestamp']], ['msg_1', '1700000000']);
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  assert.is(key.length, 32);
  const expected = createHmac('sha256', key).update(`msg_1.1700000000.${body}`).digest('base64');
  assert.is(headers['webhook-signature'], `v1,${expected}`);
});

test('a redirect is not followed', async () => {
  const asked: string[] = [];
  const outcome = await at(
    answering((request, response) => {
      asked.push(request.url!);
      response.writeHead(307, { location: '/elsewhere' }).end();
    }),
  );
  assert.equal(asked, ['/hook']);
  assert.not(outcome.ok);
  assert.match(outcome.why, /307 Temporary Redirect: the box follows no redirects/);
});

test('an answer without end is cut off', async () => {
  let sent = 0;
  const outcome = await at(
    answering((_, response) => {
      const more = () => {
        sent += 16_384;
        if (!response.destroyed) response.write(Buffer.alloc(16_384), more);
      };
      more();
    }),
  );
  assert.ok(outcome.ok);
  assert.ok(sent < 8 << 20, `${sent} bytes were taken`);
});

test('who closes, who speaks no HTTP, who is not there, who refuses: in words', async () => {
  const closing = await at(createTcpServer((socket) => void socket.destroy()));
  const rubbish = await at(createTcpServer((socket) => void socket.end('220 mail.example ESMTP\r\n')));
  const refusing = await at(answering((_, response) => void response.writeHead(500).end()));
  const nobody = await post({ url: 'http://127.0.0.1:1/', secret }, message, 0, new AbortController().signal);
  for (const { ok, why } of [closing, rubbish, refusing, nobody]) {
    assert.not(ok);
    assert.ok(why.length > 5, why);
  }
  assert.is(refusing.why, 'answered 500 Internal Server Error');
  assert.match(nobody.why, /ECONNREFUSED/);
});

test('who says nothing is left after ten seconds; a webhook that is removed at once', async () => {
  const silent = createTcpServer(() => {});
  const startMs = performance.now();
  assert.match((await at(silent)).why, /no answer within 10 s/);
  assert.ok(performance.now() - startMs < 12_000);
  const closing = new AbortController();
  const other = createTcpServer(() => closing.abort());
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;
  assert.not((await post({ url, secret }, message, 0, closing.signal)).ok);
  other.close();
});

test.run();

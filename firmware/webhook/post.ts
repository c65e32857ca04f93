/** Sends one message to one webhook, signed as Standard Webhooks 1.0 says (standardwebhooks.com). */
import { createHmac, randomBytes } from 'node:crypto';
import * as http from 'node:http';
import * as https from 'node:https';
import type { Message, Outcome } from './delivery.js';

/** A receiver has so long for everything, and may say so much. */
const LIMIT_MS = 10_000;
const MAX_ANSWER_BYTES = 64 << 10;

/** A secret for a new webhook: 256 random bits. */
export function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

/** HMAC-SHA256 over id, time in seconds and body, by the key in the secret. */
export function signature(secret: string, id: string, seconds: number, body: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`;
}

/** Never rejects. Redirects are not followed: whoever is addressed is who the administrator wrote down. */
export function post(
  { url, secret }: { url: string; secret: string },
  { id, body }: Message,
  nowMs: number,
  signal: AbortSignal,
): Promise<Outcome> {
  const seconds = Math.floor(nowMs / 1000);
  return new Promise((resolve) => {
    const { request } = url.toLowerCase().startsWith('https:') ? https : http;
    const sending = request(url, {
      method: 'POST',
      agent: false,
      signal,
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'Parley',
        'webhook-id': id,
        'webhook-timestamp': seconds,
        'webhook-signature': signature(secret, id, seconds, body),
      },
    });
    const failed = (why: string) => resolve({ ok: false, why });
    const limit = setTimeout(() => {
      failed(`no answer within ${LIMIT_MS / 1000} s`);
      sending.destroy();
    }, LIMIT_MS);
    sending.once('response', (response) => {
      const { statusCode: status = 0 } = response;
      let bytes = 0;
      response.on('data', (data: Buffer) => {
        bytes += data.length;
        if (bytes > MAX_ANSWER_BYTES) response.destroy();
      });
      response.on('error', () => {});
      response.once('close', () =>
        resolve({ ok: status >= 200 && status < 300, status, why: inWords(status) }),
      );
    });
    sending.once('error', (error: NodeJS.ErrnoException) =>
      failed(error.message || (error.code ?? 'failed')),
    );
    sending.once('close', () => clearTimeout(limit));
    sending.end(body);
  });
}

function inWords(status: number): string {
  const name = http.STATUS_CODES[status];
  const text = `answered ${status}${name === undefined ? '' : ` ${name}`}`;
  return status >= 300 && status < 400 ? `${text}: the box follows no redirects` : text;
}

/** Reads what a form of a page sends. */
import type { IncomingMessage } from 'node:http';

/** What was filled in, or in words why it cannot be read. */
export type Form = URLSearchParams | string;

const MAX_BYTES = 64 << 10;

export async function readForm(request: IncomingMessage): Promise<Form> {
  if (!/^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? ''))
    return 'This is not what a form of a page sends.';
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MAX_BYTES) return 'This is more than any form of a page sends.';
    parts.push(part);
  }
  return new URLSearchParams(Buffer.concat(parts).toString('utf8'));
}

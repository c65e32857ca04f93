/** What browsers send to pages, and what is no form at all. The first line of an input is its Content-Type. */
import fc from 'fast-check';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { readForm } from '../../../web-ui/form.js';
import { octetList } from '../pieces.js';
import { holds, type Target } from '../target.js';

const PLAIN = 'application/x-www-form-urlencoded';
const UPLOAD = 'multipart/form-data; boundary=x';
const part = (name: string, value: string, more = '') =>
  `--x\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`;

const words = [
  '--x\r\n',
  '--x--\r\n',
  '--x--',
  '\r\n',
  '\r\n\r\n',
  'Content-Disposition: form-data; name="a"',
  "; filename*=UTF-8''%e2%82",
  '; filename="../x"',
  'Content-Type: application/json\r\n',
  'Content-Transfer-Encoding: base64\r\n',
  'charset=utf-16le',
  'name=',
  '"',
  '\\',
  '%',
  '%zz',
  '&',
  '=',
  '+',
  '__proto__',
  '; boundary=',
  '; ',
];
const piece = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...words) },
  fc
    .tuple(fc.string({ maxLength: 8 }), fc.string({ maxLength: 12 }))
    .map(([name, value]) => part(name, value)),
  fc.string({ maxLength: 6 }),
);
const type = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(PLAIN, UPLOAD) },
  fc.array(piece, { maxLength: 3 }).map((all) => `multipart/form-data; ${all.join('')}`),
);

export const forms: Target = {
  name: 'forms',
  seeds: [
    Buffer.from(`${PLAIN}\ntoken=abc&name=%C3%A4+b&to=%2F`),
    Buffer.from(
      `${UPLOAD}\n${part('token', 'abc')}${part('backup', '{}', '; filename="a.json"\r\nContent-Type: application/json')}--x--\r\n`,
    ),
  ],
  words,
  grammar: fc
    .tuple(type, fc.array(piece, { maxLength: 14 }), octetList(8))
    .map(([kind, all, rest]) =>
      Buffer.concat([Buffer.from(`${kind.replaceAll('\n', '')}\n${all.join('')}`), rest]),
    ),
  async take(input) {
    const end = input.indexOf('\n');
    const contentType = input.toString('latin1', 0, Math.max(0, end)).replace(/[^\t -~]/g, '');
    const body = input.subarray(end + 1);
    const half = body.length >> 1;
    const stream = Readable.from([body.subarray(0, half), body.subarray(half)], { objectMode: false });
    const request = Object.assign(stream, { headers: { 'content-type': contentType } });
    const form = await readForm(request as unknown as IncomingMessage, true);
    if (typeof form === 'string') return holds(form.endsWith('.'), 'a refusal without words');
    holds(
      /^(application\/x-www-form-urlencoded|multipart\/form-data)\b/i.test(contentType),
      'another type is read',
    );
    if (contentType.startsWith('multipart')) holds([...form].length <= 20, 'more fields than there may be');
  },
};

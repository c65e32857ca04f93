/** Forms with files: read whole, or refused in words; whatever is sent, an answer comes. */
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readMultipart } from '../../web-ui/form.js';

const test = suite('form');

const TYPE = 'multipart/form-data; boundary=x';
const part = (name: string, value: string, file = '') =>
  `--x\r\nContent-Disposition: form-data; name="${name}"${file && `; filename="${file}"\r\nContent-Type: application/json`}\r\n\r\n${value}\r\n`;
const body = [part('token', 'abc'), part('backup', '{"a": "ä"}', 'parley.json'), '--x--\r\n'].join('');
const read = (text: string, type = TYPE) => readMultipart(type, Buffer.from(text));

test('fields and a file, as text', async () => {
  const form = await read(body);
  assert.instance(form, URLSearchParams);
  assert.equal(
    [...(form as URLSearchParams)],
    [
      ['token', 'abc'],
      ['backup', '{"a": "ä"}'],
    ],
  );
});

test('more than there may be is refused', async () => {
  const many = Array.from({ length: 30 }, (_, at) => part(`f${at}`, 'x')).join('');
  for (const text of [`${many}--x--\r\n`, part('backup', 'y'.repeat((4 << 20) + 1), 'f') + '--x--\r\n'])
    assert.is(await read(text), 'This is more than any form of a page sends.');
});

test('what is no such form is refused', async () => {
  for (const type of ['multipart/form-data', 'multipart/form-data; boundary='])
    assert.is(await read(body, type), 'This is not what a form of a page sends.');
  assert.is(await read(body.slice(0, -20)), 'This is not what a form of a page sends.');
});

test('whatever is cut off or put in, an answer comes', async () => {
  const change = fc.record({ at: fc.nat(body.length), cut: fc.nat(40), put: fc.string() });
  await fc.assert(
    fc.asyncProperty(change, async ({ at, cut, put }) => {
      const form = await read(body.slice(0, at) + put + body.slice(at + cut));
      assert.ok(typeof form === 'string' || form instanceof URLSearchParams);
    }),
    { numRuns: 500 },
  );
});

test.run();

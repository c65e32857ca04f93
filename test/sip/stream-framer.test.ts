/** Messages out of a stream, however it is sliced. */
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StreamFramer, type Framed } from '../../firmware/sip/stream-framer.js';

const test = suite('stream framer');

const message = (body: string, lines: string[] = [`Content-Length: ${body.length}`]) =>
  ['OPTIONS sip:box SIP/2.0', ...lines, '', body].join('\r\n');

/** One word for each thing found. */
function words(found: Framed[]): string[] {
  return found.map((one) => {
    if (one.type === 'message') return one.octets.toString('latin1');
    return one.type === 'ping' ? 'ping' : `broken ${one.status} ${one.reason}`;
  });
}

function whole(text: string): string[] {
  return words(new StreamFramer().push(Buffer.from(text, 'latin1')));
}

function octetByOctet(text: string): string[] {
  const framer = new StreamFramer();
  return [...Buffer.from(text, 'latin1')].flatMap((octet) => words(framer.push(Buffer.of(octet))));
}

const scripts: [title: string, stream: string, found: string[]][] = [
  ['one message', message('v=0'), [message('v=0')]],
  ['two in a row', message('a') + message(''), [message('a'), message('')]],
  ['line breaks before a message are no part of it', `\r\n${message('a')}`, [message('a')]],
  ['two line breaks are a ping', '\r\n\r\n', ['ping']],
  [
    'pings between messages',
    `${message('a')}\r\n\r\n\r\n\r\n${message('')}`,
    [message('a'), 'ping', 'ping', message('')],
  ],
  ['a single line break is no half of a later ping', `\r\n${message('')}\r\n`, [message('')]],
  ['the compact name', message('abc', ['l : 3']), [message('abc', ['l : 3'])]],
  ['a folded header', message('abc', ['Content-Length:\r\n 3']), [message('abc', ['Content-Length:\r\n 3'])]],
  ['an empty line within a body', message('a\r\n\r\nb'), [message('a\r\n\r\nb')]],
  ['no Content-Length', message('abc', ['To: a']) + message(''), ['broken 400 Missing Content-Length']],
  ['a negative one', message('', ['Content-Length: -9']), ['broken 400 Malformed Content-Length']],
  [
    'two of them',
    message('', ['Content-Length: 5', 'l: 7']) + message(''),
    ['broken 400 More Than One Content-Length'],
  ],
  [
    'a line feed that hides another',
    message('', ['Subject: a\nContent-Length: 5', 'Content-Length: 0']),
    ['broken 400 Stray CR or LF'],
  ],
  ['too large a body', message('', ['Content-Length: 65536']), ['broken 513 Message Too Large']],
  ['a head without end', 'x'.repeat(65_536), ['broken 513 Message Too Large']],
  ['what is not complete yet', message('ab', ['Content-Length: 3']), []],
];
for (const [title, stream, found] of scripts)
  test(title, () => {
    assert.equal(whole(stream), found, 'in one piece');
    assert.equal(octetByOctet(stream), found, 'octet by octet');
  });

test('any slicing finds the same', () => {
  const part = fc.oneof(
    fc.constantFrom('\r\n', '\r\n\r\n', message('')),
    fc.string().map((s) => message(s.replace(/[^\x20-\x7e]/g, '?'))),
  );
  fc.assert(
    fc.property(fc.array(part), fc.array(fc.nat(80)), (parts, cuts) => {
      const stream = Buffer.from(parts.join(''), 'latin1');
      const framer = new StreamFramer();
      const found: Framed[] = [];
      let at = 0;
      for (const cut of [...cuts, stream.length]) {
        found.push(...framer.push(stream.subarray(at, at + cut)));
        at += cut;
      }
      assert.equal(words(found), whole(stream.toString('latin1')));
      assert.ok(framer.held.length < 2, 'nothing is held');
    }),
  );
});

test('a large message octet by octet costs no more than its octets', () => {
  const large = Buffer.from(message('x'.repeat(60_000)));
  const framer = new StreamFramer();
  const startMs = performance.now();
  let found = 0;
  for (const octet of large) found += framer.push(Buffer.of(octet)).length;
  assert.is(found, 1);
  assert.ok(performance.now() - startMs < 1000);
});

test.run();

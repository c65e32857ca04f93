/** Input that was once taken wrongly, or took long: each is taken rightly now, and soon. docs/security.md tells of each. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseMessage } from 'sip-parser';
import { threadCpuMs } from '../../hal/ffi/thread-cpu.js';
import { LineReader } from '../../firmware/console/line-reader.js';
import { duplexPair } from '../support/duplex-pair.js';
import { Bench, peer } from '../support/sip-bench.js';
import { MAX_MS, run } from './run.js';
import type { Target } from './target.js';
import { config } from './targets/config.js';
import { forms } from './targets/forms.js';
import { rtp } from './targets/rtp.js';
import { sdp } from './targets/sdp.js';
import { serial } from './targets/serial.js';

const test = suite('found by fuzzers');

const PLAIN = 'application/x-www-form-urlencoded\n';
const UPLOAD = 'multipart/form-data; boundary=x\n';
const json = (document: object) => Buffer.from(JSON.stringify({ version: 1, ...document }));
const numbers = Array.from({ length: 8000 }, (_, at) => String(at));

const found: [name: string, target: Target, input: Buffer | string][] = [
  [
    'a packet from before the first one: 1500 % of the packets were lost',
    rtp,
    'AAyAAAAAAAAAAAECAwQADIAA//AAAAAAAQIDBA==',
  ],
  [
    'timestamps that ran ahead: a delay of -200 ms',
    rtp,
    'AA2AAAu4AAAAAAECAwQAABCAZf//AAAfQAECAwQACgAAAA2AAAAAAAAZAAECAwQA',
  ],
  [
    'Ctrl-C while nothing was read: what was half typed stood before the next line',
    serial,
    'DXkbA3kbA3lieXkbA3kbA3lbRGM=',
  ],
  [
    'Ctrl-U, then Ctrl-Y twice, again and again: the line doubled each time, until the box ended',
    serial,
    Buffer.from(`abcdefgh${'\x15\x19\x19'.repeat(30)}\r`),
  ],
  [
    'a part without a name, 64 KiB long: the form was never answered',
    forms,
    Buffer.from(`${UPLOAD}--x\r\nContent-Dispos${'\r\n'.repeat(32_000)}`),
  ],
  ['13,000 parts: a second', forms, Buffer.from(UPLOAD + '--x\r\n'.repeat(13_000))],
  ['16,000 fields: 0.2 s', forms, Buffer.from(PLAIN + '&%zz'.repeat(16_000))],
  ['a list of 8,000 codecs: a second', config, json({ trunks: [{ codecs: numbers }] })],
  ['8,000 extensions that lack everything: 80 ms', config, json({ extensions: numbers.map(() => ({})) })],
  [
    'lists in lists, 30,000 deep: an error of the box, not of the document',
    config,
    Buffer.from('['.repeat(30_000) + ']'.repeat(30_000)),
  ],
  ['2,000 formats with 500 attributes: 10 ms, and again for each answer', sdp, sdp.baits![1]],
];

for (const [name, target, input] of found)
  test(`${target.name}: ${name}`, () =>
    run(target, typeof input === 'string' ? Buffer.from(input, 'base64') : input));

test('serial octets: half a line of odd letters, drawn anew by as many Ctrl-K: it held everything up for 80 ms', async () => {
  let least = Infinity;
  for (let tries = 0; tries < 5 && least >= MAX_MS; tries += 1) {
    const [box, terminal] = duplexPair();
    const reader = new LineReader(box, (line) => Promise.resolve([[], line]));
    terminal.resume();
    let isRead = false;
    void reader.read('> ', 'command').then(() => (isRead = true));
    terminal.write(`${'\xff'.repeat(450)}${'\v'.repeat(450)}\r`, 'latin1');
    let longest = 0;
    while (!isRead) {
      const beforeMs = threadCpuMs();
      await new Promise((resolve) => setImmediate(resolve));
      longest = Math.max(longest, threadCpuMs() - beforeMs);
    }
    reader.close();
    least = Math.min(least, longest);
  }
  assert.ok(least < MAX_MS, `${least.toFixed(1)} ms`);
});

for (const start of ['SIP/2.0 200 OK', 'OPTIONS sip:a@b SIP/2.0'])
  test(`an empty Via before the real one, ${start.slice(0, 7)}: one datagram ended the box`, () => {
    for (const empty of ['', ',', ' , ,']) {
      const bench = new Bench();
      const head = [
        `Via: ${empty}`,
        'Via: SIP/2.0/UDP a;branch=z9hG4bK1, SIP/2.0/UDP b',
        'From: <sip:a@b>;tag=1',
      ];
      const rest = [
        'To: <sip:c@d>',
        'Call-ID: x',
        `CSeq: 1 ${start.startsWith('SIP') ? 'INVITE' : 'OPTIONS'}`,
      ];
      bench.agent.receive(parseMessage(Buffer.from([start, ...head, ...rest, '', ''].join('\r\n'))), peer);
      if (start.startsWith('OPTIONS'))
        assert.match(bench.sent[0].headers.get('Via')!, /^SIP\/2.0\/UDP a;.*received=/);
      bench.done();
    }
  });

test('REGISTER with 4,800 Contacts: it took two seconds', () => {
  const bench = new Bench();
  const contacts = Array.from({ length: 4800 }, (_, at) => `<sip:${at}@a>`);
  const lines = Array.from(
    { length: 8 },
    (_, at) => `Contact: ${contacts.slice(600 * at, 600 * at + 600).join()}`,
  );
  const beforeMs = threadCpuMs();
  const { status } = bench.authenticated('REGISTER', {
    uri: 'sip:box.example',
    to: '<sip:101@box.example>',
    lines,
  });
  assert.is(status, 503);
  // Two requests, each parsed and answered.
  assert.ok(threadCpuMs() - beforeMs < 10 * MAX_MS);
  bench.done();
});

test.run();

import * as assert from 'uvu/assert';
import { suite } from 'uvu';
import type { PlayItem } from '../../firmware/media/contract.js';
import { toAlaw, ulawToLinear } from '../../firmware/media/codecs/g711.js';
import { readPlaneStats, readPortStats } from '../../firmware/media/stats.js';
import { Bench, coded, MIX } from './engine-bench.js';

const test = suite('engine');

test('everybody hears all the others and never itself', () => {
  const bench = new Bench();
  for (const sample of [1000, 2000, 4000, null, null]) bench.party(sample);
  bench.tick(3);
  const [a, b, c] = [1000, 2000, 4000].map(coded);
  assert.equal(
    bench.heard(),
    [b + c, a + c, a + b, a + b + c, a + b + c].map((sample) => coded(sample)),
  );
});

test('talkers at 30000, 30000 and -30000: exact mix-minus', () => {
  const bench = new Bench();
  for (const sample of [30000, 30000, -30000, null]) bench.party(sample);
  bench.tick(3);
  const loud = coded(30000);
  assert.equal(bench.heard(), [0, 0, coded(32767), loud]);
});

test('two mixes do not hear each other; a port in none hears silence', () => {
  const bench = new Bench();
  bench.party(1000, 1);
  bench.party(null, 1);
  bench.party(3000, 2);
  bench.party(null, 2);
  bench.party(5000, null);
  bench.tick(3);
  assert.equal(bench.heard(), [0, coded(1000), 0, coded(3000), 0]);
});

test('a port moves to another mix and out of it', () => {
  const bench = new Bench();
  const [talker, listener] = [bench.party(1000, 1), bench.party(null, 2)];
  bench.tick(3);
  bench.tell({ type: 'join', port: talker, mix: 2 });
  bench.tick();
  assert.equal(bench.heard(), [0, coded(1000)]);
  bench.tell({ type: 'leave', port: listener });
  bench.tick();
  assert.equal(bench.heard(), [0, 0]);
});

test('muted, held and silenced ones are not heard', () => {
  const bench = new Bench();
  const talker = bench.party(1000);
  bench.party(null);
  bench.tick(3);
  bench.tell({ type: 'mute', port: talker, muted: true });
  bench.tick();
  assert.equal(bench.heard(), [0, 0]);
  bench.tell({ type: 'mute', port: talker, muted: false });
  bench.tick();
  assert.equal(bench.heard(), [0, coded(1000)]);
  bench.connect(talker, { receiving: false });
  bench.tick(4);
  assert.equal(bench.heard(), [0, 0]);
});

test('one made louder is louder for the others, shown as it came, and does not hear itself', () => {
  const bench = new Bench();
  const talker = bench.party(1000);
  bench.party(null);
  bench.tick(3);
  const { levelDbm0 } = readPortStats(bench.stats, talker)!;
  bench.tell({ type: 'volume', port: talker, gainDb: 12 });
  bench.tick(2);
  assert.equal(bench.heard(), [0, coded(3916)]);
  assert.is(readPortStats(bench.stats, talker)!.levelDbm0, levelDbm0);
  bench.tell({ type: 'volume', port: talker, gainDb: 0 });
  bench.tick(2);
  assert.equal(bench.heard(), [0, coded(1000)]);
});

test('nothing is sent while held; then the sequence goes on with a marker and a later timestamp', () => {
  const bench = new Bench();
  const port = bench.party(null);
  const [socket] = bench.sockets;
  bench.tick(2);
  bench.connect(port, { sending: false });
  bench.tick(5);
  assert.is(socket.sent.length, 2);
  bench.connect(port);
  bench.tick(2);
  const headers = [0, 1, 2, 3].map((at) => socket.header(at));
  assert.equal(
    headers.map((header) => header.marker),
    [true, false, true, false],
  );
  assert.equal(
    headers.map((header) => (header.sequence - headers[0].sequence) & 0xffff),
    [0, 1, 2, 3],
  );
  assert.equal(
    headers.map((header) => (header.timestamp - headers[0].timestamp) >>> 0),
    [0, 160, 7 * 160, 8 * 160],
  );
});

test('PCMA and PCMU parties hear each other', () => {
  const bench = new Bench();
  bench.party(8000);
  const port = bench.party(null);
  bench.connect(port, { format: { codec: 'PCMA', payloadType: 8 } });
  bench.tick(3);
  assert.is(bench.sockets[1].header(-1).payloadType, 8);
  const [byte] = bench.sockets[1].sent.at(-1)!.bytes.subarray(12);
  assert.is(byte, toAlaw(coded(8000)));
});

const tone: PlayItem = { frequenciesHz: [2000], ms: 60, levelDbm0: -10 };

test('a playback to a port in no mix is all it hears, then silence', () => {
  const bench = new Bench();
  const port = bench.party(null, null);
  bench.play({
    type: 'play',
    play: 1,
    to: { port },
    items: [{ prompt: 'hello' }, { silenceMs: 10 }, tone],
    loop: false,
  });
  bench.tick(3);
  const pcm = [0, 1, 2].flatMap((at) => bench.sockets[0].pcm(at));
  const hello = Array.from({ length: 400 }, (_, i) => ulawToLinear[0x80 + (i % 100)]);
  assert.equal(pcm.slice(0, 400), hello);
  assert.equal(pcm.slice(400, 480), new Array(80).fill(0));
  bench.tick(2);
  assert.equal(
    bench.events.filter(({ type }) => type === 'played'),
    [],
  );
  bench.tick();
  assert.equal(bench.events.at(-1), { type: 'played', play: 1 });
  bench.tick();
  assert.is(bench.heard()[0], 0);
  assert.is(bench.events.filter(({ type }) => type === 'played').length, 1);
});

test('a playback to a mix is heard by all but one, and by that one not', () => {
  const bench = new Bench();
  bench.party(300);
  const except = bench.party(null);
  bench.party(null);
  bench.tick(3);
  bench.play({ type: 'play', play: 1, to: { mix: MIX, except }, items: [{ prompt: 'hello' }], loop: true });
  bench.tick();
  const hello = Array.from({ length: 160 }, (_, i) => ulawToLinear[0x80 + (i % 100)]);
  assert.equal(bench.sockets[0].pcm(), hello);
  assert.equal(new Set(bench.sockets[1].pcm()), new Set([coded(300)]));
  assert.equal(
    bench.sockets[2].pcm(),
    hello.map((sample) => coded(Math.min(32767, sample + coded(300)))),
  );
});

test('a loop goes on until it is stopped, and then says nothing', () => {
  const bench = new Bench();
  const port = bench.party(null, null);
  bench.play({ type: 'play', play: 5, to: { port }, items: [{ prompt: 'hello' }], loop: true });
  bench.tick(5);
  assert.equal(bench.sockets[0].pcm(0), bench.sockets[0].pcm(0));
  assert.equal(
    [0, 1, 2, 3, 4].flatMap((at) => bench.sockets[0].pcm(at)).slice(400),
    [0, 1, 2].flatMap((at) => bench.sockets[0].pcm(at)).slice(0, 400),
  );
  bench.tell({ type: 'stopPlay', play: 5 });
  bench.tick(5);
  assert.is(bench.heard()[0], 0);
  assert.equal(
    bench.events.filter(({ type }) => type === 'played'),
    [],
  );
});

test('a prompt that is not there has ended at once, also in a loop', () => {
  const bench = new Bench();
  const port = bench.party(null, null);
  bench.play({ type: 'play', play: 1, to: { port }, items: [{ prompt: 'none' }], loop: false });
  bench.play({
    type: 'play',
    play: 2,
    to: { port },
    items: [{ prompt: 'none' }, { silenceMs: 0 }],
    loop: true,
  });
  bench.tick();
  assert.equal(
    bench.events.filter(({ type }) => type === 'played'),
    [
      { type: 'played', play: 1 },
      { type: 'played', play: 2 },
    ],
  );
});

test('the stats tell level and speaking', () => {
  const bench = new Bench();
  bench.party(3000);
  bench.party(null);
  bench.tick(10);
  const talker = readPortStats(bench.stats, 0)!;
  assert.ok(talker.speaking);
  // A constant of 3000 has the power of a sine of 3000 * sqrt(2).
  assert.is(talker.levelDbm0, Math.round(20 * Math.log10((coded(3000) * Math.SQRT2) / 22827)));
  assert.not(readPortStats(bench.stats, 1)!.speaking);
  const { ticks, packetsIn, packetsOut, ports } = readPlaneStats(bench.stats);
  assert.equal([ticks, packetsIn, packetsOut, ports], [10, 10, 20, 2]);
});

test.run();

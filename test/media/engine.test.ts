import * as assert from 'uvu/assert';
import { suite } from 'uvu';
import { portOf, sameAddress, socketAddress } from '../../hal/ffi/socket-address.js';
import type { MediaCommand, MediaEvent, PlayItem } from '../../firmware/media/contract.js';
import { Engine } from '../../firmware/media/engine.js';
import { toAlaw, toUlaw, ulawToLinear } from '../../firmware/media/codecs/g711.js';
import { createRecordingBlock } from '../../firmware/media/recording-ring.js';
import { createStatsBlock, readPlaneStats, readPortStats } from '../../firmware/media/stats.js';
import { goodKey, keySamples, seeded } from '../support/key-tones.js';
import { FakeReadiness, FakeSocket, rtpPacket } from './fake-socket.js';

/** Nothing is recorded here. */
const recordings = createRecordingBlock();

const test = suite('engine');
const MIX = 7;
const toByte = (sample: number) => toUlaw(sample);
/** The samples as they are after mu-law. */
const coded = (sample: number) => ulawToLinear[toByte(sample)];

class Bench {
  events: MediaEvent[] = [];
  sockets: FakeSocket[] = [];
  stats = createStatsBlock();
  tones = new Map<number, number>();
  #ticks = 0;
  #next = 0;
  engine = new Engine({
    sockets: {
      open: (address) => {
        if (address !== '10.0.0.9') throw new Error('no such address');
        const socket = new FakeSocket(5000 + 2 * this.sockets.length);
        this.sockets.push(socket);
        return socket;
      },
      adopt: () => null!,
      watch: () => new FakeReadiness(),
      ring: null,
    },
    emit: (event) => this.events.push(event),
    prompts: new Map([['hello', Int16Array.from({ length: 400 }, (_, i) => ulawToLinear[0x80 + (i % 100)])]]),
    stats: this.stats,
    recordings,
  });
  tell(command: MediaCommand): void {
    this.engine.handle(command);
  }
  connect(port: number, more: Partial<MediaCommand & { type: 'connectPort' }> = {}): void {
    this.tell({
      type: 'connectPort',
      port,
      peer: { address: '10.0.0.1', port: 4000, allowed: ['10.0.0.1'] },
      format: { codec: 'PCMU', payloadType: 0, eventPayloadType: 101 },
      sending: true,
      receiving: true,
      ...more,
    });
  }
  /** Opens and connects a port; `sample` is what the party says all the time. */
  party(sample: number | null, mix: number | null = MIX): number {
    const port = this.#next++;
    this.tell({ type: 'openPort', port, address: '10.0.0.9', rtpPorts: [0, 0] });
    this.connect(port);
    if (mix !== null) this.tell({ type: 'join', port, mix });
    if (sample !== null) this.tones.set(port, sample);
    return port;
  }
  /** A tick in which this party alone says something. */
  say(port: number, payload: Uint8Array): void {
    this.#ticks++;
    this.sockets[port].arrive(
      rtpPacket({ payload, sequence: this.#ticks & 0xffff, timestamp: this.#ticks * 160 }),
    );
    this.engine.tick();
  }
  play(target: MediaCommand & { type: 'play' }): void {
    this.tell(target);
  }
  tick(count = 1): void {
    for (let i = 0; i < count; i++) {
      this.#ticks++;
      for (const [port, sample] of this.tones) {
        const payload = new Uint8Array(160).fill(toByte(sample));
        this.sockets[port].arrive(rtpPacket({ payload, sequence: this.#ticks & 0xffff }));
      }
      this.engine.tick();
    }
  }
  /** The one sample that the last packet to each party is made of. */
  heard(): number[] {
    return this.sockets.map((socket) => {
      const pcm = socket.pcm();
      assert.is(new Set(pcm).size, 1);
      return pcm[0] + 0;
    });
  }
}

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

test('a key is told once and its audio is not mixed', () => {
  const bench = new Bench();
  bench.party(1000);
  bench.party(null);
  bench.tick(3);
  bench.tones.clear();
  [160, 320, 480, 480].forEach((duration, i) => {
    const payload = Uint8Array.from([11, (i < 2 ? 0 : 0x80) | 10, duration >> 8, duration & 255]);
    bench.sockets[0].arrive(rtpPacket({ payload, sequence: 4 + i, timestamp: 640, payloadType: 101 }));
    bench.tick();
    assert.is(bench.heard()[1], 0);
  });
  assert.equal(
    bench.events.filter(({ type }) => type === 'digit'),
    [{ type: 'digit', port: 0, digit: '#' }],
  );
  bench.tones.set(0, 1000);
  const after = [0, 1, 2].map(() => {
    bench.tick();
    return bench.heard()[1];
  });
  assert.equal(after, [0, coded(1000), coded(1000)]);
  assert.is(readPortStats(bench.stats, 0)!.rxLost, 0);
});

test('what a phone says during a key is not mixed, however late the network makes it', () => {
  for (const lateTicks of [0, 1, 3, 6]) {
    const bench = new Bench();
    const [phone, other] = [bench.party(null), bench.party(null)];
    const [press, end, ticks] = [200, 210, 230];
    const due: Uint8Array[][] = Array.from({ length: ticks + lateTicks }, () => []);
    for (let at = 0; at < ticks; at++) {
      const payload = new Uint8Array(160).fill(
        toByte(at >= press && at <= end ? 9000 : at > end + 1 ? 500 : 0),
      );
      // The network holds everything back for so long, again and again.
      const held = Math.max(0, lateTicks - (at % 8));
      due[at + held].push(rtpPacket({ payload, sequence: 2 * at, timestamp: 160 * at }));
      if (at < press || at > end) continue;
      const duration = 160 * (at - press + 1);
      const event = Uint8Array.from([5, at === end ? 0x8a : 10, duration >> 8, duration & 255]);
      const timestamp = 160 * press;
      due[at].push(rtpPacket({ payload: event, sequence: 2 * at + 1, timestamp, payloadType: 101 }));
    }
    const heard: number[] = [];
    for (const packets of due.slice(0, ticks)) {
      for (const packet of packets) bench.sockets[phone].arrive(packet);
      bench.tick();
      heard.push(...bench.sockets[other].pcm());
    }
    const { keys } = pressed(bench, phone, other);
    assert.is(keys, '5');
    assert.ok(Math.max(...heard) <= coded(500), `${lateTicks} ticks late: ${Math.max(...heard)}`);
    assert.is(bench.sockets[other].pcm()[80], coded(500), `${lateTicks} ticks late: not heard again`);
  }
});

const hundredKeys = '0123456789*#ABCD'.repeat(7).slice(0, 100);

/** What the port was heard to press, and the loudest 20 ms of all that the other one heard, dBm0. */
function pressed(bench: Bench, from: number, other: number) {
  const keys = bench.events.flatMap((event) =>
    event.type === 'digit' && event.port === from ? [event.digit] : [],
  );
  const powers = bench.sockets[other].sent.map(
    (_, at) => bench.sockets[other].pcm(at).reduce((sum, sample) => sum + sample * sample, 0) / 160,
  );
  return { keys: keys.join(''), loudest: 10 * Math.log10(Math.max(...powers) / (22827 ** 2 / 2)) };
}

test('a hundred keys by telephone events: each is told, the others hear nothing', () => {
  const bench = new Bench();
  const [phone, other] = [bench.party(null), bench.party(null)];
  let sequence = 1;
  for (const key of hundredKeys) {
    const timestamp = sequence * 160;
    const event = '0123456789*#ABCD'.indexOf(key);
    for (const [end, duration] of [
      [0, 160],
      [0, 320],
      [0, 480],
      [0x80, 480],
      [0x80, 480],
      [0x80, 480],
    ]) {
      const payload = Uint8Array.from([event, end | 10, duration >> 8, duration & 255]);
      bench.sockets[phone].arrive(rtpPacket({ payload, sequence, timestamp, payloadType: 101 }));
      sequence++;
      bench.tick();
    }
  }
  const { keys, loudest } = pressed(bench, phone, other);
  assert.is(keys, hundredKeys);
  assert.ok(loudest < -50, `${loudest} dBm0`);
});

for (const [name, law] of [
  ['PCMU', toUlaw],
  ['PCMA', toAlaw],
] as const)
  for (const [ms, pauseMs] of [
    [40, 41.5],
    [70, 57],
    [100, 100],
    [300, 77],
  ])
    test(`a hundred keys as tones of ${ms} ms, ${name}: each is told, the others hear nothing`, () => {
      const bench = new Bench();
      const [phone, other] = [bench.party(null), bench.party(null)];
      bench.connect(phone, { format: { codec: name, payloadType: 0 } });
      const random = seeded(ms);
      for (const level of [0, -20]) {
        const tone = { ...goodKey, ms, pauseMs, rowDbm0: level - 3, columnDbm0: level };
        const samples = keySamples(hundredKeys, 8000, random, tone);
        bench.events.length = 0;
        for (let at = 0; at < samples.length + 1600; at += 160) {
          const payload = Uint8Array.from({ length: 160 }, (_, i) => law(samples[at + i] ?? 0));
          bench.say(phone, payload);
        }
        const { keys, loudest } = pressed(bench, phone, other);
        assert.is(keys, hundredKeys, `${level} dBm0`);
        assert.ok(loudest < -50, `${loudest} dBm0 of ${level}`);
      }
    });

test('whoever sends keys as tones is heard 20 ms later than whoever has telephone events, and whole', () => {
  const bench = new Bench();
  const [phone, other] = [bench.party(null), bench.party(null)];
  const heardAfter = (eventPayloadType?: number) => {
    bench.connect(phone, { format: { codec: 'PCMU', payloadType: 0, eventPayloadType } });
    for (let i = 0; i < 10; i++) bench.say(phone, new Uint8Array(160).fill(toByte(0)));
    for (let ticks = 1; ; ticks++) {
      bench.say(phone, new Uint8Array(160).fill(toByte(1000)));
      const pcm = bench.sockets[other].pcm();
      if (pcm.every((sample) => sample === coded(1000))) return ticks;
    }
  };
  const withEvents = heardAfter(101);
  assert.is(heardAfter(undefined), withEvents + 1);
  assert.is(heardAfter(101), withEvents);
});

test('symmetric RTP: the first source port is learned, strangers are dropped', () => {
  const bench = new Bench();
  const port = bench.party(null);
  const [socket] = bench.sockets;
  const packet = (sequence: number) => rtpPacket({ payload: new Uint8Array(160).fill(0x90), sequence });
  bench.tick();
  assert.equal(socket.sent[0].to, socketAddress('10.0.0.1', 4000));
  socket.arrive(packet(1), '10.6.6.6', 4000);
  socket.arrive(Uint8Array.from([1, 2, 3]), '10.0.0.1', 4444);
  socket.arrive(packet(1), '10.0.0.1', 4800);
  socket.arrive(packet(2), '10.6.6.6', 4800);
  socket.arrive(packet(2), '10.0.0.1', 4802);
  bench.tick();
  assert.is(portOf(socket.connectedTo!), 4800);
  assert.equal(socket.sent[1].to, socketAddress('10.0.0.1', 4800));
  const { rxPackets, rxDropped } = readPortStats(bench.stats, port)!;
  assert.equal([rxPackets, rxDropped], [1, 4]);
  bench.connect(port);
  assert.is(portOf(socket.connectedTo!), 4800);
  bench.connect(port, { peer: { address: '10.0.0.2', port: 6000, allowed: ['10.0.0.2'] } });
  assert.is(socket.connectedTo, null);
  bench.tick();
  assert.equal(socket.sent[2].to, socketAddress('10.0.0.2', 6000));
});

test('before the peer is known nothing is taken or sent', () => {
  const bench = new Bench();
  bench.tell({ type: 'openPort', port: 0, address: '10.0.0.9', rtpPorts: [0, 0] });
  bench.sockets[0].arrive(rtpPacket({ payload: new Uint8Array(160), sequence: 1 }));
  bench.tick();
  assert.is(bench.sockets[0].sent.length, 0);
  assert.is(readPlaneStats(bench.stats).packetsDropped, 1);
});

test('0.0.0.0 as address means hold, not this machine', () => {
  const bench = new Bench();
  const port = bench.party(null);
  bench.connect(port, { peer: { address: '0.0.0.0', port: 4000, allowed: ['10.0.0.1'] } });
  bench.tick();
  assert.is(bench.sockets[0].sent.length, 0);
});

test('events of opening and closing; commands to a port that is gone do nothing', () => {
  const bench = new Bench();
  bench.tell({ type: 'openPort', port: 3, address: '10.0.0.8', rtpPorts: [0, 0] });
  bench.tell({ type: 'openPort', port: 4, address: '10.0.0.9', rtpPorts: [0, 0] });
  bench.tell({ type: 'closePort', port: 4 });
  assert.equal(bench.events, [
    { type: 'portFailed', port: 3, reason: 'no such address' },
    { type: 'portOpened', port: 4, localPort: 5000 },
    { type: 'portClosed', port: 4 },
  ]);
  assert.ok(bench.sockets[0].closed);
  assert.is(readPortStats(bench.stats, 4), undefined);
  bench.connect(4);
  for (const type of ['leave', 'closePort'] as const) bench.tell({ type, port: 4 });
  bench.tell({ type: 'join', port: 4, mix: 1 });
  bench.tell({ type: 'mute', port: 4, muted: true });
  bench.tell({ type: 'stopPlay', play: 77 });
  bench.tick();
});

test('IPv6: sent where the description says, then where the peer really is; strangers are refused', () => {
  const bench = new Bench();
  const port = bench.party(null);
  const peer = { address: '2001:db8::1', port: 4000, allowed: ['2001:db8::1'] };
  bench.connect(port, { peer });
  bench.tick();
  const [socket] = bench.sockets;
  assert.ok(sameAddress(socket.sent.at(-1)!.to, socketAddress('2001:db8::1', 4000)!));
  const packet = rtpPacket({ payload: new Uint8Array(160), sequence: 1 });
  socket.arrive(packet, '2001:db8::2', 4000);
  socket.arrive(packet, '10.0.0.1', 4000);
  bench.tick();
  assert.is(readPortStats(bench.stats, port)!.rxDropped, 2);
  assert.is(socket.connectedTo, null);
  socket.arrive(packet, '2001:db8::1', 4712);
  bench.tick();
  assert.is(readPortStats(bench.stats, port)!.rxPackets, 1);
  assert.ok(sameAddress(socket.sent.at(-1)!.to, socketAddress('2001:db8::1', 4712)!));
  const sent = socket.sent.length;
  bench.connect(port, { peer: { ...peer, address: '::' } });
  bench.tick();
  assert.is(socket.sent.length, sent);
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

import * as assert from 'uvu/assert';
import { suite } from 'uvu';
import { toAlaw, toUlaw } from '../../firmware/media/codecs/g711.js';
import { readPortStats } from '../../firmware/media/stats.js';
import { goodKey, keySamples, seeded } from '../support/key-tones.js';
import { rtpPacket } from './fake-socket.js';
import { Bench, coded, toByte } from './engine-bench.js';

const test = suite('engine: keys');

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

test.run();

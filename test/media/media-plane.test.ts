/**
 * A media worker with callers.
 * In real time: its ticks are to come when they are due.
 */
import * as assert from 'uvu/assert';
import { randomBytes } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { suite } from 'uvu';
import { UdpSocket } from '../../hal/ffi/udp-socket.js';
import type { PlayItem, PortId } from '../../firmware/media/contract.js';
import { MediaPlane, type MediaSettings } from '../../firmware/media/media-plane.js';
import { Caller } from './caller.js';
import { rtpPacket } from './fake-socket.js';
import { WorkerDebugger } from './worker-debugger.js';

const test = suite('media-plane');
const HOST = '127.0.0.1';
const TONES = [500, 900, 1700];
const format = { codec: 'PCMU', payloadType: 0, eventPayloadType: 101 } as const;

/** Those of the test that runs. */
const callers: Caller[] = [];

async function openCaller(toneHz: number, address: string): Promise<Caller> {
  const caller = await Caller.open(toneHz, address);
  callers.push(caller);
  return caller;
}

type Party = { caller: Caller; port: PortId; localPort: number };

async function withPlane(body: (plane: MediaPlane) => Promise<void>): Promise<void> {
  const plane = MediaPlane.begin({ settings: { promptsDir: 'no-such-folder', rtpPorts: [0, 0] } });
  await plane.ready;
  plane.standBy();
  try {
    await body(plane);
  } finally {
    for (const caller of callers.splice(0)) await caller.close();
    await plane.close();
  }
}

async function party(plane: MediaPlane, toneHz: number, host = HOST, peer = host): Promise<Party> {
  const caller = await openCaller(toneHz, host);
  const { port, localPort } = await plane.openPort(host);
  plane.connectPort(port, {
    peer: { address: peer, port: caller.port, allowed: [peer] },
    format,
    sending: true,
    receiving: true,
  });
  return { caller, port, localPort };
}

async function assertRejects(promise: Promise<unknown>, pattern: RegExp): Promise<void> {
  let why = 'resolved';
  await promise.catch((error: Error) => (why = error.message));
  assert.match(why, pattern);
}

/** Each hears the others' tones and 20 dB less, at least, of its own: what of this is not so. */
function mixFaults(parties: Party[]): string[] {
  return parties.flatMap(({ caller }) =>
    TONES.flatMap((toneHz) => {
      const amplitude = caller.amplitudeOf(toneHz);
      const isRight = toneHz === caller.toneHz ? amplitude < 300 : amplitude > 3000;
      return isRight ? [] : `${caller.toneHz} hears ${toneHz} at ${amplitude}`;
    }),
  );
}

function assertMixMinus(parties: Party[]): void {
  assert.equal(mixFaults(parties), []);
}

/** Which packet is the first one of another worker; -1 for none. */
function seamOf({ heard }: Caller): number {
  return heard.findIndex(({ marker }, i) => i > 0 && marker);
}

function assertNoGap({ heard }: Caller): void {
  for (let i = 1; i < heard.length; i++) {
    assert.is((heard[i].sequence - heard[i - 1].sequence) & 0xffff, 1);
    assert.is((heard[i].timestamp - heard[i - 1].timestamp) >>> 0, 160);
    assert.is(heard[i].ssrc, heard[0].ssrc);
    assert.is(heard[i].marker, false);
  }
  assert.is(heard[0].marker, true);
}

test('three callers: everybody hears the others, also after the main thread was blocked for 500 ms', () =>
  withPlane(async (plane) => {
    const parties = await Promise.all(TONES.map((toneHz) => party(plane, toneHz)));
    for (const { port } of parties) plane.join(port, 1);
    const all = (count: number) => Promise.all(parties.map(({ caller }) => caller.more(count)));
    await all(60);
    assertMixMinus(parties);

    const { ticks } = plane.counters();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    assert.ok(plane.counters().ticks > ticks + 1);
    await all(80);
    assertMixMinus(parties);
    for (const { caller } of parties) assertNoGap(caller);

    assert.ok(parties.every(({ port }) => plane.portState(port)!.speaking));
    const [first, ...others] = parties;
    plane.mute(first.port, true);
    await all(40);
    for (const { caller } of others) assert.ok(caller.amplitudeOf(first.caller.toneHz, 10) < 300);

    await plane.closePort(first.port);
    assert.is(plane.portState(first.port), undefined);
    const again = UdpSocket.open(HOST, [first.localPort, first.localPort]);
    again.close();
  }));

test('a stranger is neither heard nor answered, and does not take the port', () =>
  withPlane(async (plane) => {
    const { caller, port, localPort } = await party(plane, 500);
    const listener = await party(plane, 900);
    const stranger = await openCaller(1700, '127.0.0.2');
    plane.join(port, 1);
    plane.join(listener.port, 1);
    caller.talking = listener.caller.talking = false;
    await caller.more(1);
    for (let i = 0; i < 5; i++) stranger.say(localPort);
    while (plane.portState(port)!.rxDropped < 5) await caller.more(1);
    caller.talking = true;
    await caller.more(5);
    for (let i = 0; i < 20; i++) stranger.say(localPort);
    await listener.caller.more(40);
    assert.is(stranger.heard.length, 0);
    assert.ok(listener.caller.amplitudeOf(1700) < 100);
    assert.ok(listener.caller.amplitudeOf(500) > 3000);
  }));

test('IPv6 and IPv4 callers hear each other; a stranger of IPv6 is refused', () =>
  withPlane(async (plane) => {
    if (!networkInterfaces().lo?.some(({ address }) => address === '::1'))
      return console.log('SKIPPED: no IPv6 on this machine');
    const parties = [
      await party(plane, 500, '::1'),
      await party(plane, 900, '::1'),
      await party(plane, 1700),
    ];
    const stranger = await party(plane, 500, '::1', '2001:db8::1');
    for (const { port } of parties) plane.join(port, 1);
    await Promise.all(parties.map(({ caller }) => caller.more(60)));
    assertMixMinus(parties);
    for (const { caller } of parties) assertNoGap(caller);
    for (let i = 0; i < 5; i++) stranger.caller.say(stranger.localPort);
    while (plane.portState(stranger.port)!.rxDropped < 5) await parties[0].caller.more(1);
    assert.is(plane.portState(stranger.port)!.rxPackets, 0);
  }));

test('a thousand random datagrams do no harm', () =>
  withPlane(async (plane) => {
    const parties = await Promise.all(TONES.map((toneHz) => party(plane, toneHz)));
    for (const { port } of parties) plane.join(port, 1);
    await Promise.all(parties.map(({ caller }) => caller.more(5)));
    for (let i = 0; i < 1000; i++) {
      const { caller, localPort } = parties[i % 3];
      const bytes = randomBytes(i % 400);
      if (i % 2 && bytes.length > 1) bytes.set([0x80, [0, 101, 8][(i % 5) % 3]]);
      caller.socket.send(bytes, localPort, HOST);
      if (i % 30 === 0) await caller.more(1);
    }
    // A delay that was made longer is taken back sample by sample: until then a tone has no clear pitch.
    for (let n = 0; n < 50 && (n === 0 || mixFaults(parties).length > 0); n++)
      await Promise.all(parties.map(({ caller }) => caller.more(20)));
    assertMixMinus(parties);
    for (const { caller } of parties) {
      assertNoGap(caller);
    }
  }));

test('keys are told and playbacks end', () =>
  withPlane(async (plane) => {
    const { caller, port, localPort } = await party(plane, 500);
    const digit = new Promise((resolve) => (plane.onDigit = (of, key) => resolve([of, key])));
    await caller.more(3);
    const payload = Uint8Array.from([5, 0x8a, 0, 160]);
    caller.socket.send(rtpPacket({ payload, sequence: 3, payloadType: 101 }), localPort, HOST);
    assert.equal(await digit, [port, '5']);

    let stopped = false;
    const looping = plane.play({ port }, [{ silenceMs: 20 }], { loop: true, ended: () => (stopped = true) });
    await new Promise<void>((ended) =>
      plane.play({ port }, [{ prompt: 'none' }, { frequenciesHz: [900], ms: 400, levelDbm0: -10 }], {
        ended,
      }),
    );
    await caller.more(1);
    assert.ok(caller.amplitudeOf(900, 10) > 5000);
    plane.stopPlay(looping);
    await plane.closePort(port);
    assert.not(stopped);
  }));

test('opening fails with a reason, and so does everything after the end', async () => {
  const before = process.getActiveResourcesInfo().sort();
  const plane = MediaPlane.begin({ settings: { promptsDir: 'no-such-folder', rtpPorts: [0, 0] } });
  await plane.ready;
  plane.standBy();
  await assertRejects(plane.openPort('192.0.2.1'), /bind/);
  const open = await plane.openPort(HOST);
  await plane.close();
  await plane.close();
  assert.equal(process.getActiveResourcesInfo().sort(), before);
  const again = UdpSocket.open(HOST, [open.localPort, open.localPort]);
  again.close();
  await plane.closePort(open.port);
  plane.join(open.port, 1);
  await assertRejects(plane.openPort(HOST), /closed/);
});

test('a plane whose settings cannot be had ends, and so does one that is closed before they are there', async () => {
  const before = process.getActiveResourcesInfo().sort();
  const plane = MediaPlane.begin({ settings: Promise.reject(new Error('no configuration')) });
  await assertRejects(plane.ready, /no configuration/);
  let settle: (settings: MediaSettings) => void = () => {};
  const early = MediaPlane.begin({ settings: new Promise((resolve) => (settle = resolve)) });
  const closed = early.close();
  settle({ promptsDir: 'no-such-folder', rtpPorts: [0, 0] });
  await closed;
  assert.equal(process.getActiveResourcesInfo().sort(), before);
});

test('a worker that dies before another stands by is replaced', async () => {
  const before = process.getActiveResourcesInfo().sort();
  const plane = MediaPlane.begin({ settings: { promptsDir: 'no-such-folder', rtpPorts: [0, 0] } });
  await plane.ready;
  const { port } = await plane.openPort(HOST);
  const harming = await WorkerDebugger.open();
  const replaced = new Promise((resolve) => (plane.onReplaced = resolve));
  await harming.run('process.exit()');
  await replaced;
  harming.close();
  plane.standBy();
  await plane.closePort(port);
  await plane.close();
  assert.equal(process.getActiveResourcesInfo().sort(), before);
});

for (const [how, harm] of [
  ['dies', 'process.exit()'],
  ['hangs', 'for (;;);'],
])
  test(`a worker that ${how} is replaced: ports, rooms, counters and playbacks are what they were`, () =>
    withPlane(async (plane) => {
      const parties: Party[] = [];
      for (let i = 0; i < 20; i++) parties.push(await party(plane, TONES[i % 3]));
      for (const [at, { port }] of parties.entries()) plane.join(port, 1 + Math.floor(at / 3));
      // One alone, to whom a tone is played.
      const tone: PlayItem[] = [{ frequenciesHz: [2500], ms: 60_000, levelDbm0: -10 }];
      plane.play({ port: parties[19].port }, tone);
      plane.mute(parties[18].port, true);
      plane.volume(parties[0].port, -12);
      await Promise.all(parties.map(({ caller }) => caller.more(30)));
      const before = plane.counters();
      const harming = await WorkerDebugger.open();
      const replaced = new Promise((resolve) => (plane.onReplaced = resolve));
      await harming.run(harm);
      await replaced;
      harming.close();
      const hearsAgain = async ({ caller }: Party): Promise<void> => {
        // What the old one sent may wait here yet.
        while (seamOf(caller) < 0) await caller.more(1);
        await caller.more(40);
      };
      await Promise.all(parties.map(hearsAgain));
      assert.is(plane.counters().ports, 20);
      assert.ok(plane.counters().packetsIn > before.packetsIn, 'counters go on');
      for (const { caller } of parties) {
        const seam = seamOf(caller);
        const [before, after] = [caller.heard[seam - 1], caller.heard[seam]];
        assert.is(after.ssrc, before.ssrc);
        const skipped = (after.sequence - before.sequence) & 0xffff;
        assert.ok(skipped > 0 && skipped < 100, `sequence goes on by ${skipped}`);
        const passed = (after.timestamp - before.timestamp) >>> 0;
        assert.ok(passed >= 160 && passed < 8000 * 10, `the timestamp counts the gap: ${passed}`);
      }
      const soft = parties[1].caller.amplitudeOf(500, 10);
      const loud = parties[4].caller.amplitudeOf(500, 10);
      assert.ok(Math.abs(loud / soft - 4) < 0.3, `the one made softer is: ${loud} and ${soft}`);
      assertMixMinus(parties.slice(3, 6));
      assertMixMinus(parties.slice(15, 18));
      assert.ok(parties[19].caller.amplitudeOf(2500, 10) > 5000);
      assert.ok(parties[19].caller.amplitudeOf(500, 10) < 100, 'the muted one is muted');
      assert.ok(plane.alarms.some(({ code }) => code === 'media-replaced'));
      for (const { port } of parties) await plane.closePort(port);
    }));

test.run();

/** Streams that a kernel serves sound, and are counted, as if each port had been attended to: the same packets to two engines. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Readiness } from '../../hal/ffi/readiness.js';
import { socketAddress } from '../../hal/ffi/socket-address.js';
import { SocketRing } from '../../hal/ffi/socket-ring.js';
import { UdpSocket } from '../../hal/ffi/udp-socket.js';
import type { CodecName } from '../../firmware/codec-formats.js';
import { codecs } from '../../firmware/media/codec.js';
import type { MediaCommand, PlayItem } from '../../firmware/media/contract.js';
import { Engine } from '../../firmware/media/engine.js';
import { createRecordingBlock } from '../../firmware/media/recording-ring.js';
import { createStatsBlock, readPortStats } from '../../firmware/media/stats.js';
import { receiveHere, type Ring } from '../../firmware/media/steady-streams.js';
import { seeded } from '../support/key-tones.js';
import { rtpPacket } from './fake-socket.js';

const test = suite('steady-streams');
const HOST = '127.0.0.1';
const EVENTS = 101;

const ring = SocketRing.open(receiveHere());
/** One in whose memory no kernel looks. */
const plainRing = SocketRing.open();
/** Packets that the kernel made. */
let made = 0;

class Bench {
  readonly stats = createStatsBlock();
  readonly peers: UdpSocket[] = [];
  readonly engine: Engine;
  /** Of each party the numbers of the first packet that it got. */
  #first: { sequence: number; timestamp: number }[] = [];

  constructor(ring: SocketRing) {
    const localPorts: number[] = [];
    const counted: Ring = {
      received: ring.received,
      receive: () => ring.receive(),
      flush: () => ring.flush(),
      sendAgain: (place) => (made++, ring.sendAgain(place)),
    };
    this.engine = new Engine({
      sockets: {
        open: (address, range, start) => UdpSocket.open(address, range, start, ring),
        adopt: (handle) => UdpSocket.adopt(handle),
        watch: (handle) => new Readiness(handle),
        ring: counted,
      },
      emit: (event) => event.type === 'portOpened' && localPorts.push(event.localPort),
      prompts: new Map(),
      stats: this.stats,
      recordings: createRecordingBlock(),
    });
    this.#localPorts = localPorts;
  }
  #localPorts: number[];

  join(codec: CodecName, mix: number): void {
    const port = this.peers.length;
    this.engine.handle({ type: 'openPort', port, address: HOST, rtpPorts: [0, 0] });
    const peer = UdpSocket.open(HOST, [0, 0]);
    peer.connect(socketAddress(HOST, this.#localPorts[port])!);
    this.peers.push(peer);
    this.engine.handle({
      type: 'connectPort',
      port,
      peer: { address: HOST, port: peer.localPort, allowed: [HOST] },
      format: { codec, payloadType: 96, eventPayloadType: EVENTS },
      sending: true,
      receiving: true,
    });
    this.engine.handle({ type: 'join', port, mix, settings: { levelling: false, gate: false } });
  }

  /** What each party gets in a tick: payload type, sequence number and timestamp counted from its first packet, payload. */
  tick(): string[] {
    this.engine.tick();
    return this.peers.map((peer, port) => {
      const got = [];
      for (let length = peer.receive(); length >= 0; length = peer.receive()) {
        const packet = Buffer.from(peer.datagram.subarray(0, length));
        const [sequence, timestamp] = [packet.readUint16BE(2), packet.readUint32BE(4)];
        const first = (this.#first[port] ??= { sequence, timestamp });
        const numbers = [(sequence - first.sequence) & 0xffff, (timestamp - first.timestamp) >>> 0];
        got.push(`${packet[1]} ${numbers.join(' ')} ${packet.toString('hex', 12)}`);
      }
      return got.join(', ');
    });
  }

  close(): void {
    this.engine.close();
    for (const peer of this.peers) peer.close();
  }
}

/** What the network and people do to a party, each so often in a thousand ticks; delays are told in ticks. */
type Fate = { lost?: number; late?: number; junk?: number; key?: number; hush?: number; command?: number };

/** A party that says a sawtooth of its own. */
class Voice {
  #encoder;
  #samples: number;
  #sequence: number;
  #timestamp: number;
  #tick = 0;
  #hushed = false;
  /** Packets on their way. */
  #held: Uint8Array[] = [];

  constructor(
    codec: CodecName,
    private readonly index: number,
    private readonly fate: Fate,
    private readonly random: () => number,
  ) {
    this.#encoder = codecs[codec].createEncoder();
    this.#samples = codecs[codec].sampleRate / 50;
    // Both wrap soon.
    this.#sequence = 65500 + index;
    this.#timestamp = 2 ** 32 - 4000 * (index + 1);
  }

  /** What arrives of it in a tick. */
  next(): Uint8Array[] {
    if (this.#does(this.fate.hush)) this.#hushed = !this.#hushed;
    const pcm = Int16Array.from({ length: this.#samples }, (_, i) =>
      this.#hushed ? 0 : (((this.#tick * this.#samples + i) * (37 + 11 * this.index)) % 24000) - 12000,
    );
    this.#tick++;
    const bytes = new Uint8Array(160);
    this.#encoder.encode(pcm, pcm.length, bytes, 0);
    const key = this.#does(this.fate.key);
    const payload = key ? Uint8Array.of(5, 0x80 | 10, 3, 0x20) : bytes;
    const packet = rtpPacket({
      payload,
      sequence: this.#sequence & 0xffff,
      timestamp: this.#timestamp >>> 0,
      payloadType: key ? EVENTS : 96,
      ssrc: 0x89abcdef + this.index,
    });
    this.#sequence++;
    this.#timestamp += 160;
    if (this.#does(this.fate.lost)) return [];
    this.#held.push(packet);
    if (this.#does(this.fate.junk)) {
      const junk = Uint8Array.from(
        { length: 8 + Math.floor(400 * this.random()) },
        () => 256 * this.random(),
      );
      junk.set([0x80, this.random() < 0.5 ? 8 : 13 + 64]);
      this.#held.push(junk);
    }
    return this.#does(this.fate.late) ? [] : this.#held.splice(0);
  }

  #does(often = 0): boolean {
    return this.random() < often / 1000;
  }
}

const CODECS: CodecName[] = ['PCMU', 'G722', 'PCMA', 'G722', 'PCMU', 'PCMU', 'G722', 'PCMU'];
/** The window of delays is not full yet: until then it is the same tick in which a delay is taken back. */
const TICKS = 300;

/** Something is set for one party, is played to all others, or somebody comes to, or leaves, the others. */
function someCommand(tick: number, random: () => number): MediaCommand {
  const port = Math.floor(random() * CODECS.length);
  const mix = random() < 0.5 ? 1 : 2;
  const items: PlayItem[] = [{ frequenciesHz: [440], ms: 200, levelDbm0: -20 }];
  const commands: MediaCommand[] = [
    { type: 'mute', port, muted: random() < 0.5 },
    { type: 'volume', port, gainDb: random() < 0.5 ? 0 : 6 },
    { type: 'play', play: tick, to: { mix, except: port }, items, loop: false },
    { type: 'play', play: tick, to: { port }, items, loop: false },
    { type: 'join', port, mix, settings: { levelling: false, gate: false } },
    { type: 'leave', port },
  ];
  return commands[Math.floor(random() * commands.length)];
}

function compare(fate: Fate, seed: number): void {
  if (!ring || !plainRing) return console.log('SKIPPED: this kernel has no io_uring for us');
  const random = seeded(seed);
  const benches = [new Bench(ring), new Bench(plainRing)];
  try {
    for (const [index, codec] of CODECS.entries())
      for (const bench of benches) bench.join(codec, index < 5 ? 1 : 2);
    const voices = CODECS.map((codec, index) => new Voice(codec, index, fate, random));
    for (let tick = 0; tick < TICKS; tick++) {
      if (random() < (fate.command ?? 0) / 1000) {
        const command = someCommand(tick, random);
        for (const { engine } of benches) engine.handle(command);
      }
      const arriving = voices.map((voice) => voice.next());
      for (const { peers } of benches)
        for (const [port, packets] of arriving.entries())
          for (const packet of packets) peers[port].send(packet, packet.length);
      const [served, attended] = benches.map((bench) => bench.tick());
      assert.equal(served, attended, `tick ${tick}`);
    }
    for (const port of CODECS.keys()) {
      // A command has the books written.
      for (const { engine } of benches) engine.handle({ type: 'volume', port, gainDb: 0 });
      const [served, attended] = benches.map(({ stats }) => {
        const { quality, ...counted } = readPortStats(stats, port)!;
        // When reports are due is left to chance.
        return { ...counted, isJudged: quality.rxMos !== undefined };
      });
      assert.equal({ ...served, isJudged: true }, { ...attended, isJudged: true });
    }
  } finally {
    for (const bench of benches) bench.close();
  }
}

test('all is usual: nearly all packets are the kernel’s, and they are the same', () => {
  made = 0;
  compare({}, 1);
  if (ring) assert.ok(made > 0.9 * TICKS * CODECS.length, `${made}`);
});

for (const [what, fate] of Object.entries<Fate>({
  'packets are lost': { lost: 20 },
  'packets are late, and come several at a time': { late: 50 },
  'parties fall silent and begin again': { hush: 20 },
  'keys are pressed': { key: 10 },
  'parties are muted and made louder, come and leave, and are played to': { command: 50 },
  'strangers send junk': { junk: 50 },
  'all of this': { lost: 10, late: 20, hush: 10, key: 5, command: 10 },
}))
  test(`${what}: the same is heard and counted`, () => {
    made = 0;
    for (const seed of [2, 3]) compare(fate, seed);
    if (ring) assert.ok(made > 0.1 * 2 * TICKS * CODECS.length, `${made} packets were the kernel’s`);
  });

test.after(() => {
  ring?.close();
  plainRing?.close();
});
test.run();

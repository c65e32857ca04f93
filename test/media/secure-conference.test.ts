/** SRTP and plain legs in one mix, on the engine: keys, new keys, forged packets. */
import { randomBytes } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { MediaEvent, SrtpKeys } from '../../firmware/media/contract.js';
import { Engine } from '../../firmware/media/engine.js';
import { toUlaw, ulawToLinear } from '../../firmware/media/codecs/g711.js';
import { Srtp } from '../../firmware/media/srtp.js';
import { createRecordingBlock } from '../../firmware/media/recording-ring.js';
import { createStatsBlock, readPlaneStats, readPortStats } from '../../firmware/media/stats.js';
import { beginSrtp } from '../../hal/ffi/srtp-library.js';
import { FakeReadiness, FakeSocket, rtpPacket } from './fake-socket.js';

/** Nothing is recorded here. */
const recordings = createRecordingBlock();

beginSrtp();

const test = suite('secure conference');
const coded = (sample: number) => ulawToLinear[toUlaw(sample)];
const newKeys = (): SrtpKeys => ({ rx: randomBytes(30), tx: randomBytes(30) });

/** A phone in the conference, saying one sample all the time; `secure` is SRTP seen from the phone. */
class Phone {
  readonly socket: FakeSocket;
  #secure: Srtp | null = null;
  #sequence = 65_500;
  #read = 0;

  constructor(
    readonly port: number,
    readonly sample: number,
  ) {
    this.socket = new FakeSocket(5000 + 2 * port);
  }

  use(keys: SrtpKeys): void {
    this.#secure ??= new Srtp();
    this.#secure.use({ rx: keys.tx, tx: keys.rx });
  }

  packet(): Uint8Array {
    const payload = new Uint8Array(160).fill(toUlaw(this.sample));
    const sequence = this.#sequence++;
    const plain = rtpPacket({ payload, sequence: sequence & 0xffff, timestamp: sequence * 160 });
    if (!this.#secure) return plain;
    const bytes = new Uint8Array(plain.length + 10);
    bytes.set(plain);
    assert.is(this.#secure.protect(bytes, plain.length), bytes.length);
    return bytes;
  }

  /** The sample that the packets since the last call are made of; null if there were none or one is unreadable. */
  heard(): number | null {
    let sample: number | null = null;
    for (const { bytes } of this.socket.sent.slice(this.#read)) {
      const packet = Uint8Array.from(bytes);
      const length = this.#secure ? this.#secure.unprotect(packet, packet.length) : packet.length;
      if (length !== 172) return null;
      sample = ulawToLinear[packet[100]] + 0;
    }
    this.#read = this.socket.sent.length;
    return sample;
  }
}

class Bench {
  readonly phones: Phone[] = [];
  readonly stats = createStatsBlock();
  readonly events: MediaEvent[] = [];
  readonly engine = new Engine({
    sockets: {
      open: () => this.phones.at(-1)!.socket,
      adopt: () => null!,
      watch: () => new FakeReadiness(),
      ring: null,
    },
    emit: (event) => this.events.push(event),
    prompts: new Map(),
    stats: this.stats,
    recordings,
  });

  phone(sample: number, srtp?: SrtpKeys): Phone {
    const port = this.phones.length;
    const phone = new Phone(port, sample);
    this.phones.push(phone);
    this.engine.handle({ type: 'openPort', port, address: '10.0.0.9', rtpPorts: [0, 0] });
    if (srtp) phone.use(srtp);
    this.connect(phone, srtp);
    this.engine.handle({ type: 'join', port, mix: 1 });
    return phone;
  }

  connect({ port }: Phone, srtp?: SrtpKeys): void {
    this.engine.handle({
      type: 'connectPort',
      port,
      peer: { address: '10.0.0.1', port: 4000, allowed: ['10.0.0.1'] },
      format: { codec: 'PCMU', payloadType: 0, eventPayloadType: 101, srtp },
      sending: true,
      receiving: true,
    });
  }

  tick(count = 1): void {
    for (let i = 0; i < count; i++) {
      for (const phone of this.phones) phone.socket.arrive(phone.packet());
      this.engine.tick();
    }
  }

  get failures(): number {
    return readPlaneStats(this.stats).srtpFailures;
  }
}

test('secured and plain legs hear each other, also beyond the wrap of the sequence number', () => {
  const bench = new Bench();
  for (const [sample, keys] of [
    [1000, newKeys()],
    [2000, newKeys()],
    [4000, undefined],
  ] as const)
    bench.phone(sample, keys);
  bench.tick(100);
  for (const phone of bench.phones) phone.heard();
  bench.tick(3);
  const [a, b, c] = [1000, 2000, 4000].map(coded);
  assert.equal(
    bench.phones.map((phone) => phone.heard()),
    [b + c, a + c, a + b].map(coded),
  );
  assert.is(bench.failures, 0);
});

test('a re-offer with the same key goes on without a gap; with a new key too', () => {
  const bench = new Bench();
  const keys = newKeys();
  const [phone, other] = [bench.phone(1000, keys), bench.phone(0)];
  bench.tick(10);
  other.heard();
  bench.connect(phone, { rx: Uint8Array.from(keys.rx), tx: Uint8Array.from(keys.tx) });
  for (let i = 0; i < 10; i++) {
    bench.tick();
    assert.is(other.heard(), coded(1000));
  }
  assert.is(readPortStats(bench.stats, phone.port)!.rxLost, 0);
  assert.ok(phone.heard() !== null);
  const next = newKeys();
  bench.connect(phone, next);
  phone.use(next);
  for (let i = 0; i < 10; i++) {
    bench.tick();
    assert.is(other.heard(), coded(1000));
    assert.ok(phone.heard() !== null);
  }
  assert.is(bench.failures, 0);
});

test('forged, repeated and plain packets on a secured leg are counted and never heard', () => {
  const bench = new Bench();
  const keys = newKeys();
  const [phone, other] = [bench.phone(1000, keys), bench.phone(0)];
  const good = phone.packet();
  phone.socket.arrive(rtpPacket({ payload: new Uint8Array(160), sequence: 1 }));
  phone.socket.arrive(Uint8Array.from(good, (byte, at) => (at === 50 ? byte ^ 1 : byte)));
  phone.socket.arrive(new Uint8Array(8));
  bench.engine.tick();
  assert.is(bench.failures, 3);
  assert.is(phone.socket.connectedTo, null, 'the source is learned from a genuine packet only');
  phone.socket.arrive(good);
  phone.socket.arrive(good);
  bench.engine.tick();
  assert.is(bench.failures, 4);
  assert.is(readPortStats(bench.stats, phone.port)!.rxDropped, 4);
  assert.is(readPortStats(bench.stats, phone.port)!.rxPackets, 1);
  assert.ok(phone.socket.connectedTo);
  bench.tick(3);
  other.heard();
  bench.tick();
  assert.is(other.heard(), coded(1000));
});

test('a leg whose keys cannot be used sends nothing at all', () => {
  const bench = new Bench();
  const phone = bench.phone(1000);
  phone.socket.sent.length = 0;
  bench.connect(phone, { rx: new Uint8Array(30), tx: new Uint8Array(16) });
  bench.tick(3);
  assert.is(phone.socket.sent.length, 0);
});

test.run();

/** RTCP of a call between two boxes, on their engines, over a network with a delay and with losses. */
import { randomBytes } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { portOf, sameAddress, socketAddress } from '../../hal/ffi/socket-address.js';
import { beginSrtp } from '../../hal/ffi/srtp-library.js';
import type { MediaEvent, RtpFormat, RtpPeer, SrtpKeys } from '../../firmware/media/contract.js';
import { Engine } from '../../firmware/media/engine.js';
import { createRecordingBlock } from '../../firmware/media/recording-ring.js';
import { isRtcp, RtcpReport } from '../../firmware/media/rtcp.js';
import {
  createStatsBlock,
  readPlaneStats,
  readPortStats,
  type PortStats,
} from '../../firmware/media/stats.js';
import { FakeReadiness, FakeSocket } from './fake-socket.js';

/** Nothing is recorded here. */
const recordings = createRecordingBlock();

beginSrtp();

const test = suite('rtcp session');

const MIX = 3;
const ADDRESSES = ['10.0.0.1', '10.0.0.2'];
/** The first report is due after 2.5 s, times 0.5 to 1.5, by 1.218; later ones after 5 s likewise: in ticks. */
const [FIRST, LAST_FIRST] = [51, 154];
const [LEAST, MOST] = [102, 308];

type Packet = { bytes: Uint8Array; sentAt: number };

/** One end: an engine with a port that hears itself say something, so that it sends. */
class End {
  readonly socket = new FakeSocket(4000);
  readonly events: MediaEvent[] = [];
  readonly stats = createStatsBlock();
  readonly engine = new Engine({
    sockets: {
      open: () => this.socket,
      adopt: () => this.socket,
      watch: () => new FakeReadiness(),
      ring: null,
    },
    emit: (event) => this.events.push(event),
    prompts: { get: () => undefined },
    stats: this.stats,
    recordings,
  });
  readonly #their: string;

  constructor(at: number, format: Partial<RtpFormat>) {
    this.#their = ADDRESSES[1 - at];
    this.engine.handle({ type: 'openPort', port: 1, address: ADDRESSES[at], rtpPorts: [0, 0] });
    this.connect(format);
    this.engine.handle({ type: 'join', port: 1, mix: MIX });
  }
  connect(format: Partial<RtpFormat>, sending = true, peer: Partial<RtpPeer> = {}): void {
    this.engine.handle({
      type: 'connectPort',
      port: 1,
      peer: { address: this.#their, port: 4000, allowed: [this.#their], ...peer },
      format: { codec: 'PCMU', payloadType: 0, eventPayloadType: 101, rtcpMux: true, ...format },
      sending,
      receiving: true,
    });
  }
  arrive(bytes: Uint8Array, from = this.#their): void {
    this.socket.arrive(bytes, from, 4000);
  }
  get state(): PortStats {
    return readPortStats(this.stats, 1)!;
  }
  /** Ticks at which it sent RTCP, and what. */
  readonly reports: { tick: number; bytes: Uint8Array }[] = [];
}

class Call {
  readonly ends: [End, End];
  tick = 0;
  /** Whether a packet from this end arrives; `count` of those that it sent. */
  arrives: (from: number, count: number) => boolean = () => true;
  #wires: [Packet[], Packet[]] = [[], []];
  #sent = [0, 0];

  constructor(
    formats: [Partial<RtpFormat>, Partial<RtpFormat>] = [{}, {}],
    readonly delayTicks = 0,
  ) {
    this.ends = [new End(0, formats[0]), new End(1, formats[1])];
  }

  run(ticks: number): void {
    for (const end = this.tick + ticks; this.tick < end; this.tick++)
      for (const [at, one] of this.ends.entries()) {
        const { control } = one.socket;
        for (const { bytes, to } of control?.sent.splice(0) ?? []) {
          one.reports.push({ tick: this.tick, bytes });
          assert.is(portOf(to), 4001);
          this.ends[1 - at].socket.control?.arrive(bytes, ADDRESSES[at], 4001);
        }
        const due = this.#wires[1 - at].findIndex(({ sentAt }) => sentAt + this.delayTicks >= this.tick);
        for (const { bytes } of this.#wires[1 - at].splice(0, due < 0 ? Infinity : due)) one.arrive(bytes);
        const before = one.socket.sent.length;
        one.engine.tick();
        for (const { bytes } of one.socket.sent.slice(before)) {
          if (isRtcp(bytes, bytes.length)) one.reports.push({ tick: this.tick, bytes });
          else if (!this.arrives(at, this.#sent[at]++)) continue;
          this.#wires[at].push({ bytes, sentAt: this.tick });
        }
      }
  }
}

function read({ bytes }: { bytes: Uint8Array }): RtcpReport {
  const report = new RtcpReport();
  assert.ok(report.read(bytes, bytes.length, 0));
  return report;
}

test('reports are due by RFC 3550 §6.2, and not all at once', () => {
  const firsts = new Set<number>();
  for (let n = 0; n < 20; n++) {
    const call = new Call();
    call.run(1000);
    for (const { reports } of call.ends) {
      firsts.add(reports[0].tick);
      assert.ok(reports[0].tick >= FIRST - 1 && reports[0].tick <= LAST_FIRST, `${reports[0].tick}`);
      for (const [at, { tick }] of reports.slice(1).entries()) {
        const since = tick - reports[at].tick;
        assert.ok(since >= LEAST && since <= MOST, `${since}`);
      }
    }
  }
  assert.ok(firsts.size > 10);
});

test('without rtcp-mux nothing is said on the port of RTP; who does not send says so; the port leaves with a goodbye', () => {
  const silent = new Call([{ rtcpMux: false }, {}]);
  silent.run(1000);
  assert.is(silent.ends[0].socket.sent.filter(({ bytes }) => isRtcp(bytes, bytes.length)).length, 0);
  assert.is(silent.ends[0].state.quality.txLoss, undefined);
  const call = new Call();
  call.run(500);
  const [one] = call.ends;
  assert.ok(read(one.reports.at(-1)!).isSender);
  one.connect({}, false);
  call.run(800);
  assert.not(read(one.reports.at(-1)!).isSender);
  one.engine.handle({ type: 'closePort', port: 1 });
  const last = one.socket.sent.at(-1)!;
  assert.ok(read(last).saysGoodbye);
});

test('without rtcp-mux reports go from port to port one above, and both ends know', () => {
  const call = new Call([{ rtcpMux: false }, { rtcpMux: false }]);
  call.run(2000);
  for (const { state, socket, reports } of call.ends) {
    assert.is(socket.control!.localPort, 4001);
    assert.ok(reports.length > 5 && reports.every(({ bytes }) => isRtcp(bytes, bytes.length)));
    assert.is(state.quality.txLoss, 0);
    assert.ok(state.quality.roundTripMs! <= 61, `${state.quality.roundTripMs}`);
  }
  const [one] = call.ends;
  const { rxDropped } = one.state;
  one.socket.control!.arrive(randomBytes(100), ADDRESSES[1]);
  one.socket.control!.arrive(one.reports[0].bytes, '10.6.6.6');
  call.run(1);
  assert.is(one.state.rxDropped - rxDropped, 2);
  const { control } = one.socket;
  one.connect({});
  assert.ok(control!.closed, 'agreed anew, with rtcp-mux');
});

test('whose RTCP is elsewhere (RFC 3605) gets it there, and is heard from there', () => {
  const call = new Call([{ rtcpMux: false }, { rtcpMux: false }]);
  const [one, other] = call.ends;
  one.connect({ rtcpMux: false }, true, { rtcp: { address: '10.7.7.7', port: 5333 } });
  const { control } = one.socket;
  for (let tick = 0; control!.sent.length === 0; tick++) {
    assert.ok(tick <= LAST_FIRST, 'a report was due');
    one.engine.tick();
  }
  assert.ok(sameAddress(control!.sent[0].to, socketAddress('10.7.7.7', 5333)!));
  const dropped = one.state.rxDropped;
  for (const host of ['10.7.7.7', '10.6.6.6']) control!.arrive(control!.sent[0].bytes, host, 5333);
  one.engine.tick();
  assert.is(one.state.rxDropped - dropped, 1);
  other.engine.close();
});

test('a way of 60 ms there and 60 ms back, and no loss: both ends know, to a tick', () => {
  const call = new Call([{}, {}], 3);
  call.run(2000);
  for (const { state } of call.ends) {
    const { quality } = state;
    assert.ok(quality.roundTripMs! >= 119 && quality.roundTripMs! <= 161, `${quality.roundTripMs}`);
    assert.equal([quality.rxLoss, quality.txLoss, quality.rxJitterMs, quality.txJitterMs], [0, 0, 0, 0]);
    assert.ok(quality.rxMos! > 4.3 && quality.txMos! > 4.3);
    assert.ok(quality.delayMs! >= 10 && quality.delayMs! <= 50, `${quality.delayMs}`);
  }
});

test('one way in ten lost: one end hears it, the other is told, and the MOS falls', () => {
  const call = new Call();
  call.arrives = (from, count) => from === 1 || count % 10 !== 9;
  call.run(2000);
  const [one, other] = call.ends.map(({ state }) => state.quality);
  assert.ok(Math.abs(other.rxLoss! - 0.1) < 0.01 && other.rxMos! < 3.7);
  assert.ok(Math.abs(one.txLoss! - 0.1) < 0.02 && one.txMos! < 3.7);
  assert.equal([one.rxLoss, other.txLoss], [0, 0]);
});

test('G.722 has its losses told, but no MOS', () => {
  const format = { codec: 'G722', payloadType: 9 } as const;
  const call = new Call([format, format]);
  call.run(1000);
  const { quality } = call.ends[0].state;
  assert.equal([quality.rxLoss, quality.rxMos, quality.txMos], [0, undefined, undefined]);
});

test('under SRTP reports are encrypted, and a changed one is refused', () => {
  const keys: SrtpKeys = { rx: randomBytes(30), tx: randomBytes(30) };
  const call = new Call([{ srtp: keys }, { srtp: { rx: keys.tx, tx: keys.rx } }]);
  call.run(1000);
  const [one, other] = call.ends;
  assert.is(one.state.quality.txLoss, 0);
  assert.is(readPlaneStats(one.stats).srtpFailures, 0);
  const sent = other.reports.at(-1)!.bytes;
  assert.not(new RtcpReport().read(sent, sent.length, 0));
  const forged = Uint8Array.from(sent);
  forged[forged.length - 20] ^= 1;
  one.arrive(forged);
  call.run(1);
  assert.is(readPlaneStats(one.stats).srtpFailures, 1);
});

test('a forged goodbye, junk, and a stranger change nothing of the call', () => {
  const call = new Call();
  call.run(1000);
  const [one, other] = call.ends;
  const { rxPackets, rxDropped } = one.state;
  const goodbye = Uint8Array.from([0x80, 201, 0, 1, 0, 0, 0, 9, 0x81, 203, 0, 1, 0, 0, 0, 9]);
  one.arrive(goodbye);
  one.arrive(goodbye, '10.6.6.6');
  for (let n = 0; n < 20; n++)
    one.arrive(Uint8Array.from([0x80 | n, 200 + (n % 8), 0, n, ...randomBytes(4 * n)]));
  call.run(500);
  assert.ok(one.state.rxPackets - rxPackets >= 499);
  assert.ok(one.state.rxDropped - rxDropped >= 10);
  assert.equal(
    one.events.map(({ type }) => type),
    ['portOpened'],
  );
  assert.is(other.state.quality.rxLoss, 0);
});

test.run();

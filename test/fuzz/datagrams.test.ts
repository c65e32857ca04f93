/**
 * Datagrams of strangers and of phones gone mad, into all that receives them: none makes an error, none is kept, and a good
 * phone is served as before. PARLEY_FUZZ: so many times a million.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { RtpFormat } from '../../firmware/media/contract.js';
import { Engine } from '../../firmware/media/engine.js';
import { createRecordingBlock } from '../../firmware/media/recording-ring.js';
import { createStatsBlock, readPortStats } from '../../firmware/media/stats.js';
import { FairInbox } from '../../firmware/sip/fair-inbox.js';
import { readMessage } from '../../firmware/sip/read-message.js';
import type { Endpoint } from '../../firmware/sip/transport.js';
import { FakeReadiness, FakeSocket, rtpPacket } from '../media/fake-socket.js';
import { phones, withBox, type Status } from '../support/box.js';
import { hearEachOther } from '../support/hear-each-other.js';
import { seeded } from '../support/key-tones.js';
import { Bench, peer } from '../support/sip-bench.js';
import { changed } from './changed.js';
import { piecesOf } from './pieces.js';
import { rtcp } from './targets/rtcp.js';
import { rtp } from './targets/rtp.js';
import { sip } from './targets/sip.js';

const test = suite('datagrams');

const SIZE = Number(process.env.PARLEY_FUZZ ?? 0);
const COUNT = SIZE > 0 ? 1e6 * SIZE : 20_000;
const random = seeded(SIZE > 0 ? Date.now() % 2 ** 31 : 1);
const one = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)];
/** What a datagram can carry (RFC 768, and a header of IPv4). */
const MAX_DATAGRAM = 65_507;

function mad(good: Buffer, words: readonly string[], others: readonly Buffer[]): Buffer {
  let datagram = good;
  while (random() < 0.7) datagram = changed(datagram, words, others, random);
  return datagram.subarray(0, MAX_DATAGRAM);
}

test('SIP: of strangers, of a phone in a call, and answers to what was asked', () => {
  const bench = new Bench();
  const waiting: (() => void)[] = [];
  const faults: string[] = [];
  const inbox = new FairInbox<{ datagram: Buffer; source: Endpoint }>(
    ({ datagram, source }) =>
      readMessage(datagram, source, {
        message: (message, from, octets) => {
          try {
            bench.agent.receive(message, from, octets);
          } catch (error) {
            faults.push(`${String(error)} at ${datagram.toString('base64')}`);
          }
        },
        broken: (...request) => bench.agent.receiveBroken(...request),
      }),
    (work) => waiting.push(work),
  );
  /** Whatever became of the calls, of the phone and of the box. */
  const hangUp = () => {
    for (const call of bench.calls.splice(0)) call.hangUp();
    bench.clock.advance(40_000);
  };
  let failures = 0;
  const look = () => {
    for (const message of bench.sent)
      if (message.kind === 'response' && message.reason === 'Server Internal Error') failures += 1;
    bench.sent.length = bench.sentTo.length = bench.told.length = 0;
  };
  for (let count = 0; count < 0.6 * COUNT; count += 1) {
    if (count % 500 === 0) {
      hangUp();
      look();
      inDialog(bench);
    }
    const source = random() < 0.5 ? peer : { address: `10.0.${count % 200}.1`, port: 5060 };
    const known = source === peer ? talk : sip.seeds;
    const datagram = mad(one(known), sip.words, sip.seeds);
    inbox.put({ datagram, source }, source.address, datagram.length, source === peer);
    while (inbox.dropped === 0 && waiting.length > 0 && random() < 0.5) waiting.shift()!();
    if (count % 20 === 0) while (waiting.length > 0) waiting.shift()!();
  }
  while (waiting.length > 0) waiting.shift()!();
  look();
  assert.equal(faults.slice(0, 3), [], 'messages that threw');
  assert.is(failures, 0, 'requests that could not be served');
  hangUp();
  assert.is(
    bench.authenticated('REGISTER', { uri: 'sip:box.example', to: '<sip:101@box.example>' }).status,
    200,
  );
  bench.done();
});

/** What the phone at `peer` says in its call, and to the one that the box makes. */
let talk: Buffer[] = [];
function inDialog(bench: Bench): void {
  const to = bench.establish();
  const head = (start: string, cseq: string) =>
    [
      start,
      'Via: SIP/2.0/UDP 10.0.0.9:5062;branch=z9hG4bKx',
      'From: "Ann" <sip:101@box.example>;tag=theirs',
      `To: ${to}`,
      'Call-ID: c1',
      `CSeq: ${cseq}`,
      'Contact: <sip:101@192.0.2.9>',
      '',
    ].join('\r\n');
  const request = (method: string, at: number, rest: string) =>
    `${head(`${method} sip:800@192.0.2.1 SIP/2.0`, `${at} ${method}`)}${rest}`;
  bench.dial();
  const { headers } = bench.last;
  const echoed = ['Via', 'From', 'To', 'Call-ID', 'CSeq']
    .map((name) => `${name}: ${headers.get(name)}`)
    .join('\r\n');
  talk = [
    request('INVITE', 3, 'Content-Type: application/sdp\r\nContent-Length: 5\r\n\r\noffer'),
    request('INFO', 4, 'Content-Type: application/dtmf-relay\r\n\r\nSignal=5'),
    request('REFER', 5, 'Refer-To: <sip:102@box.example>\r\n\r\n'),
    request('UPDATE', 6, 'Session-Expires: 90;refresher=uac\r\n\r\n'),
    request('ACK', 3, 'Content-Type: application/sdp\r\n\r\nanswer'),
    request('PRACK', 7, 'RAck: 1 3 INVITE\r\n\r\n'),
    request('NOTIFY', 8, 'Event: refer\r\n\r\n'),
    request('BYE', 9, '\r\n'),
    ...['180 Ringing', '200 OK', '302 Moved', '401 No', '422 Small', '491 Pending', '503 No'].map(
      (status) =>
        `SIP/2.0 ${status}\r\n${echoed};tag=phone\r\nContact: <sip:103@192.0.2.9>\r\nMin-SE: 900\r\n\r\nanswer`,
    ),
  ].map((text) => Buffer.from(text));
}

test('RTP and RTCP: at ports of every kind; who speaks well is heard again after it', () => {
  const sockets: FakeSocket[] = [];
  const stats = createStatsBlock();
  const engine = new Engine({
    sockets: {
      open: () => sockets[sockets.push(new FakeSocket(5000 + 2 * sockets.length)) - 1],
      adopt: () => null!,
      watch: () => new FakeReadiness(),
      ring: null,
    },
    emit: () => {},
    prompts: new Map(),
    stats,
    recordings: createRecordingBlock(),
  });
  const srtp = { rx: Buffer.alloc(30, 1), tx: Buffer.alloc(30, 2) };
  const formats: Partial<RtpFormat>[] = [
    {},
    { rtcpMux: true },
    { codec: 'G722', payloadType: 9 },
    { rtcpMux: true, srtp },
  ];
  const connect = (port: number, format: Partial<RtpFormat>) =>
    engine.handle({
      type: 'connectPort',
      port,
      peer: { address: '10.0.0.1', port: 4000, allowed: ['10.0.0.1'] },
      format: { codec: 'PCMU', payloadType: 0, eventPayloadType: 101, ...format },
      sending: true,
      receiving: true,
    });
  [...formats, {}].forEach((format, port) => {
    engine.handle({ type: 'openPort', port, address: '10.0.0.9', rtpPorts: [0, 0] });
    connect(port, format);
    engine.handle({ type: 'join', port, mix: 1 });
  });
  const good = [...rtp.seeds, ...rtcp.seeds].flatMap(piecesOf);
  const words = [...rtp.words, ...rtcp.words];
  const taken = () => readPortStats(stats, 0)!.rxPackets;
  for (let count = 0; count < 0.35 * COUNT; count += 1) {
    const datagram = mad(one(good), words, good).subarray(0, 1500);
    const socket = sockets[count % formats.length];
    const to = random() < 0.2 ? (socket.control ?? socket) : socket;
    to.arrive(datagram, random() < 0.8 ? '10.0.0.1' : '10.6.6.6', 4000);
    if (count % 16 > 0) continue;
    engine.tick();
    for (const { sent, control } of sockets) sent.length = (control ?? { sent: [] }).sent.length = 0;
  }
  const before = taken();
  assert.ok(before > 0.01 * COUNT, `${before} were taken`);
  // A new source begins, as after a re-INVITE; what it says is heard by the last party, who never said a word.
  connect(0, {});
  for (let tick = 0; tick < 100; tick += 1) {
    const payload = new Uint8Array(160).fill(0x20);
    sockets[0].arrive(rtpPacket({ payload, sequence: tick, ssrc: 7 }), '10.0.0.1', 4000);
    engine.tick();
  }
  assert.ok(taken() >= before + 90, 'good packets are taken');
  assert.ok(Math.max(...sockets.at(-1)!.pcm().map(Math.abs)) > 3000, 'and heard');
});

test('at a whole box, by real sockets', () =>
  withBox(
    { version: 1, extensions: phones(2), conferences: [{ number: '800', description: '', type: 'static' }] },
    async (box) => {
      const [ann, bob] = [await box.phone('101'), await box.phone('102')];
      const answered = bob.next();
      const call = await ann.dial('102');
      const theirs = await answered;
      const stranger = createSocket('udp4').bind(0, '127.0.6.7');
      await once(stranger, 'listening');
      const good = [...rtp.seeds, ...rtcp.seeds].flatMap(piecesOf);
      for (let count = 0; count < 0.05 * COUNT; count += 1) {
        const isSip = count % 2 === 0;
        const datagram = isSip ? mad(one(sip.seeds), sip.words, sip.seeds) : mad(one(good), rtp.words, good);
        const port = isSip ? box.sip.port : one([call, theirs]).ear.remote.port;
        await new Promise((sent) => stranger.send(datagram, port, '127.0.0.1', sent));
      }
      await new Promise((closed) => stranger.close(() => closed(0)));
      await ann.register();
      await hearEachOther(call, theirs);
      assert.equal((await box.get<Status>('status')).alarms, []);
    },
  ));

test.run();

/** The torture messages of RFC 4475 against the whole box: as datagrams, in a stream, and octet by octet. */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { phones, withBox, type Box, type Status } from '../support/box.js';
import { tortureMessages, type Torture } from '../support/rfc4475.js';
import { StreamFramer } from '../../firmware/sip/stream-framer.js';

const test = suite('RFC 4475 against the box');
const messages = tortureMessages();

/** The answer to a clean OPTIONS must be there by then, ms. */
const PROMPT_MS = 2000;
/** What is never completed is refused and closed by then, ms. */
const STREAM_MS = 15_000;

let pings = 0;
function ping(): { callId: string; octets: Buffer } {
  const callId = `ping-${++pings}`;
  const lines = [
    'OPTIONS sip:box SIP/2.0',
    `Via: SIP/2.0/UDP 127.0.0.1;rport;branch=z9hG4bK${callId}`,
    'From: <sip:tester@localhost>;tag=1',
    'To: <sip:box>',
    `Call-ID: ${callId}`,
    'CSeq: 1 OPTIONS',
    'Max-Forwards: 70',
    'Content-Length: 0',
  ];
  return { callId, octets: Buffer.from(`${lines.join('\r\n')}\r\n\r\n`) };
}

/** What came from the box: statuses of answers, those to our pings apart. */
class Answers {
  readonly statuses: number[] = [];
  readonly pongs = new Map<string, number>();
  #changed?: () => void;

  take(octets: Buffer): void {
    // Not parsed: an answer repeats what was wrong with the request.
    const text = octets.toString('latin1');
    const status = Number(/^SIP\/2\.0 (\d{3}) /.exec(text)?.[1]);
    assert.ok(status >= 200, text);
    const callId = /^Call-ID: (ping-\d+)\r$/m.exec(text)?.[1];
    if (callId) this.pongs.set(callId, status);
    else this.statuses.push(status);
    this.#changed?.();
  }

  /** Waits until it holds, or the time is over. */
  async until(holds: () => boolean, limitMs = PROMPT_MS): Promise<void> {
    const over = AbortSignal.timeout(limitMs);
    while (!holds() && !over.aborted)
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
        over.addEventListener('abort', () => resolve());
      });
  }

  async pong(callId: string, name: string): Promise<void> {
    await this.until(() => this.pongs.has(callId), 10_000);
    assert.is(this.pongs.get(callId), 200, `OPTIONS after ${name}`);
  }
}

function judge({ name, finals, udpOnly }: Torture, statuses: number[], stream: boolean): void {
  if (statuses.length === 0) return assert.ok(finals.includes('NONE'), `${name}: no answer`);
  if (!(udpOnly && stream)) assert.is(statuses.length, 1, `${name}: ${statuses.join(' ')}`);
  for (const status of statuses) assert.ok(finals.includes(status), `${name}: ${status}`);
}

async function nothingIsLeft(box: Box): Promise<void> {
  await box.until<Status>(
    'status',
    ({ sip, calls, phones }) =>
      sip.transactions + sip.dialogs + sip.connections.open + calls + phones.length === 0,
    40_000,
  );
}

/** An address of the loopback network that nobody else uses: its well-known ports are free. */
const host = `127.${1 + (process.pid % 250)}.${1 + (Date.now() % 250)}.9`;

async function udp(port: number, answers: Answers): Promise<UdpSocket> {
  const socket = createSocket('udp4').on('message', (datagram) => answers.take(datagram));
  socket.bind(port, host);
  await once(socket, 'listening');
  return socket;
}

/** A connection that takes answers, and whether it has been closed. */
async function tcp(
  box: Box,
  answers: Answers,
): Promise<{ socket: Socket; isOpen: () => boolean; closed: Promise<unknown> }> {
  const socket = connect({ port: box.sip.port, host: box.sip.address, localAddress: host });
  const framer = new StreamFramer();
  let open = true;
  socket.on('data', (piece) => {
    for (const framed of framer.push(piece)) if (framed.type === 'message') answers.take(framed.octets);
  });
  socket.on('error', () => {});
  const closed = once(socket, 'close').then(() => (open = false));
  socket.once('end', () => (open = false));
  await once(socket.setNoDelay(true), 'connect');
  return { socket, isOpen: () => open, closed };
}

async function pingAnew(box: Box, name: string): Promise<void> {
  const answers = new Answers();
  const { socket } = await tcp(box, answers);
  const { callId, octets } = ping();
  socket.write(octets);
  await answers.pong(callId, name);
  socket.destroy();
}

async function inStream(box: Box, torture: Torture, slice: number): Promise<void> {
  const answers = new Answers();
  const { socket, isOpen, closed } = await tcp(box, answers);
  const { name, octets, finals, endless } = torture;
  for (let at = 0; at < octets.length && isOpen(); at += slice)
    await new Promise((resolve) => socket.write(octets.subarray(at, at + slice), resolve));
  if (endless) {
    await pingAnew(box, name);
    await Promise.race([closed, answers.until(() => false, STREAM_MS)]);
    assert.not(isOpen(), `${name} is closed`);
  } else {
    const { callId, octets } = ping();
    if (!finals.includes('NONE')) await answers.until(() => answers.statuses.length > 0);
    if (isOpen()) {
      socket.write(octets);
      await answers.until(() => answers.pongs.has(callId) || !isOpen());
    }
    if (isOpen()) await answers.pong(callId, name);
    else await pingAnew(box, name);
  }
  socket.destroy();
  judge(torture, answers.statuses, true);
}

if (messages) {
  test('each as one datagram', () =>
    withBox({ version: 1, extensions: phones(2) }, async (box) => {
      let answers = new Answers();
      const sockets = new Map<number, UdpSocket>();
      const relay = { take: (octets: Buffer) => answers.take(octets) } as Answers;
      try {
        for (const { port } of messages) if (!sockets.has(port)) sockets.set(port, await udp(port, relay));
        for (const torture of messages) {
          answers = new Answers();
          const socket = sockets.get(torture.port)!;
          socket.send(torture.octets, box.sip.port, box.sip.address);
          const { callId, octets } = ping();
          socket.send(octets, box.sip.port, box.sip.address);
          await answers.pong(callId, torture.name);
          judge(torture, answers.statuses, false);
        }
      } finally {
        for (const socket of sockets.values()) socket.close();
      }
      await nothingIsLeft(box);
    }));

  for (const [how, slice] of [
    ['in one write over TCP', Infinity],
    ['one octet a write over TCP', 1],
  ] as const)
    test(`each ${how}`, () =>
      withBox({ version: 1, extensions: phones(2) }, async (box) => {
        const endless = messages.filter((torture) => torture.endless);
        const waiting = Promise.all(endless.map((torture) => inStream(box, torture, slice)));
        for (const torture of messages) if (!torture.endless) await inStream(box, torture, slice);
        await waiting;
        await nothingIsLeft(box);
      }));
} else {
  test('SKIPPED: no archive of the RFC 4475 messages beside the project', () => {});
}

test.run();

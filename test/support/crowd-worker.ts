/** The media of many calls in one cheap thread: on each tick receives and checks what came, and sends one packet a call. */
import { receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { socketAddress, type SocketAddress } from '../../hal/ffi/socket-address.js';
import { UdpSocket } from '../../hal/ffi/udp-socket.js';
import { toUlaw } from '../../firmware/media/codecs/g711.js';
import { RtpHeader, writeRtpHeader } from '../../firmware/media/rtp.js';
import { Ticker } from '../../firmware/media/ticker.js';
import { toneSource } from './tone.js';

export type CrowdCommand =
  | { type: 'start'; index: number; port: number; talks: boolean }
  | { type: 'stop'; index: number }
  | { type: 'report' }
  | { type: 'end' };

/** What one call received since the last report. */
export type Received = {
  packets: number;
  /** Steps of the sequence number other than 1, and of the timestamp other than 160. */
  gaps: number;
};
export type CrowdReport = {
  calls: Received[];
  /** The crowd's own ticks that began more than 10 ms late: what the machine, not the box, did. */
  lateTicks: number;
  maxLatenessMs: number;
};

export type CrowdWorkerData = { count: number; channel: MessagePort };

const HOST = '127.0.0.1';
const FRAME = 160;
const { count, channel } = workerData as CrowdWorkerData;

class Voice {
  readonly socket = UdpSocket.open(HOST, [0, 0]);
  received: Received = { packets: 0, gaps: 0 };
  talks = false;
  #to: SocketAddress | null = null;
  #packet = new Uint8Array(12 + FRAME);
  #frames: Uint8Array[];
  #sequence = 0;
  #lastSequence = -1;
  #lastTimestamp = 0;

  constructor(private readonly index: number) {
    // 50 frames are a whole number of periods of any whole number of Hz.
    const next = toneSource(300 + 20 * (index % 100), 1500);
    this.#frames = Array.from({ length: 50 }, () => Uint8Array.from(next(), (sample) => toUlaw(sample)));
  }

  start(port: number, talks: boolean): void {
    this.#to = socketAddress(HOST, port)!;
    this.socket.connect(this.#to);
    this.talks = talks;
  }

  stop(): void {
    this.#to = null;
  }

  tick(): void {
    for (let length = this.socket.receive(); length >= 0; length = this.socket.receive())
      if (header.read(this.socket.datagram, length)) this.#check();
    if (!this.#to) return;
    const sequence = this.#sequence++;
    writeRtpHeader(this.#packet, 0, sequence === 0, sequence & 0xffff, sequence * FRAME, this.index + 1);
    this.#packet.set(this.talks ? this.#frames[sequence % 50] : silence, 12);
    this.socket.send(this.#packet, this.#packet.length);
  }

  #check(): void {
    this.received.packets++;
    const steady =
      ((header.sequence - this.#lastSequence) & 0xffff) === 1 &&
      (header.timestamp - this.#lastTimestamp) >>> 0 === FRAME;
    if (this.#lastSequence >= 0 && !steady) this.received.gaps++;
    this.#lastSequence = header.sequence;
    this.#lastTimestamp = header.timestamp;
  }
}

const header = new RtpHeader();
const silence = new Uint8Array(FRAME).fill(0xff);
const voices = Array.from({ length: count }, (_, index) => new Voice(index));
channel.postMessage(voices.map(({ socket }) => socket.localPort));
run();
for (const { socket } of voices) socket.close();
channel.close();

function run(): void {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  const ticker = new Ticker(
    () => performance.now(),
    (ms) => void Atomics.wait(cell, 0, 0, ms),
  );
  for (;;) {
    const ticks = ticker.wait();
    for (let n = 0; n < ticks; n++) for (const voice of voices) voice.tick();
    for (let next = receiveMessageOnPort(channel); next; next = receiveMessageOnPort(channel)) {
      const command = next.message as CrowdCommand;
      if (command.type === 'end') return;
      if (command.type === 'start') voices[command.index].start(command.port, command.talks);
      else if (command.type === 'stop') voices[command.index].stop();
      else report(ticker);
    }
  }
}

function report({ counters }: Ticker): void {
  const { lateTicks, maxLatenessMs } = counters;
  channel.postMessage({
    calls: voices.map(({ received }) => received),
    lateTicks,
    maxLatenessMs,
  } satisfies CrowdReport);
  for (const voice of voices) voice.received = { packets: 0, gaps: 0 };
  counters.lateTicks = counters.maxLatenessMs = 0;
}

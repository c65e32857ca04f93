/** Sends REGISTERs without credentials at a steady rate, and counts what comes back. */
import { receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { socketAddress } from '../../hal/ffi/socket-address.js';
import { UdpSocket } from '../../hal/ffi/udp-socket.js';
import type { Endpoint } from '../../firmware/sip/transport.js';

export type FloodWorkerData = { box: Endpoint; perSecond: number; channel: MessagePort };
export type FloodReport = { sent: number; octetsOut: number; answers: number; octetsIn: number };

/** From so many addresses. */
const SOURCES = 8;
const STEP_MS = 5;
/** On a machine that is too slow for the rate, the end must be noticed all the same. */
const AT_ONCE = 1000;

const { box, perSecond, channel } = workerData as FloodWorkerData;
const sockets = Array.from({ length: SOURCES }, (_, at) => UdpSocket.open(`127.0.9.${at + 1}`, [0, 0]));
for (const socket of sockets) socket.connect(socketAddress(box.address, box.port)!);

const report: FloodReport = { sent: 0, octetsOut: 0, answers: 0, octetsIn: 0 };
const cell = new Int32Array(new SharedArrayBuffer(4));
const startMs = performance.now();
do {
  Atomics.wait(cell, 0, 0, STEP_MS);
  const due = ((performance.now() - startMs) * perSecond) / 1000;
  for (let n = 0; n < AT_ONCE && report.sent < due; n++) send();
  drain();
} while (!receiveMessageOnPort(channel));
Atomics.wait(cell, 0, 0, 500);
drain();
channel.postMessage(report);
for (const socket of sockets) socket.close();
channel.close();

function send(): void {
  const n = report.sent++;
  const socket = sockets[n % SOURCES];
  const lines = [
    `REGISTER sip:${box.address} SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.9.${(n % SOURCES) + 1}:${socket.localPort};branch=z9hG4bK-${n};rport`,
    `From: <sip:${n % 1000}@${box.address}>;tag=${n}`,
    `To: <sip:${n % 1000}@${box.address}>`,
    `Call-ID: flood-${n}`,
    'CSeq: 1 REGISTER',
    `Contact: <sip:${n % 1000}@127.0.9.1:${socket.localPort}>`,
    'Max-Forwards: 70',
    'User-Agent: friendly-scanner',
    'Content-Length: 0',
  ];
  const octets = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
  report.octetsOut += octets.length;
  socket.send(octets, octets.length);
}

function drain(): void {
  for (const socket of sockets)
    for (let length = socket.receive(); length >= 0; length = socket.receive()) {
      report.answers += 1;
      report.octetsIn += length;
    }
}

/** A socket without a network: what is queued is received, what is sent is kept. */
import {
  SOCKET_ADDRESS_BYTES,
  sameAddress,
  socketAddress,
  type SocketAddress,
} from '../../hal/ffi/socket-address.js';
import { ulawToLinear } from '../../firmware/media/codecs/g711.js';
import type { Readiness } from '../../firmware/media/engine.js';
import type { PacketSocket } from '../../firmware/media/rtp-port.js';
import { RtpHeader, writeRtpHeader } from '../../firmware/media/rtp.js';

export class FakeSocket implements PacketSocket {
  readonly source: SocketAddress = new Uint8Array(SOCKET_ADDRESS_BYTES);
  readonly datagram = new Uint8Array(2048);
  connectedTo: SocketAddress | null = null;
  closed = false;
  /** The one on the port after this, once it was asked for. */
  control: FakeSocket | null = null;
  sent: { bytes: Uint8Array; to: SocketAddress }[] = [];
  #waiting: { bytes: Uint8Array; from: SocketAddress }[] = [];

  constructor(readonly localPort: number) {}

  get handle(): number {
    return this.localPort;
  }

  get peer(): SocketAddress | null {
    return this.connectedTo;
  }

  /** A datagram arrives at the box. */
  arrive(bytes: Uint8Array, host = '10.0.0.1', port = 4000): void {
    const from = socketAddress(host, port)!;
    if (!this.connectedTo || sameAddress(from, this.connectedTo)) this.#waiting.push({ bytes, from });
  }

  receive(): number {
    const next = this.#waiting.shift();
    if (!next) return -1;
    this.datagram.set(next.bytes);
    this.source.set(next.from);
    return next.bytes.length;
  }

  receiveFrom(): number {
    return this.receive();
  }

  connect(peer: SocketAddress): boolean {
    this.connectedTo = Uint8Array.from(peer);
    return true;
  }

  disconnect(): void {
    this.connectedTo = null;
  }

  next(): FakeSocket {
    return (this.control = new FakeSocket(this.localPort + 1));
  }

  send(bytes: Uint8Array, length: number): boolean {
    return this.sendTo(this.connectedTo!, bytes, length);
  }

  post(bytes: Uint8Array, length: number): boolean {
    return this.send(bytes, length);
  }

  /** It is in no ring. */
  prepare(): number {
    return -1;
  }

  sendTo(to: SocketAddress, bytes: Uint8Array, length: number): boolean {
    this.sent.push({ bytes: bytes.slice(0, length), to: Uint8Array.from(to) });
    return true;
  }

  close(): void {
    this.closed = true;
  }

  header(at: number): RtpHeader {
    const header = new RtpHeader();
    const { bytes } = this.sent.at(at)!;
    header.read(bytes, bytes.length);
    return header;
  }

  /** Samples of a sent packet. */
  pcm(at = -1): number[] {
    return [...this.sent.at(at)!.bytes.subarray(12)].map((byte) => ulawToLinear[byte]);
  }
}

/** Says of all that they have something; whoever looks finds out. */
export class FakeReadiness implements Readiness {
  readonly handle = 77;
  #names: number[] = [];
  add(_handle: number, name: number): void {
    this.#names.push(name);
  }
  poll(): number {
    return this.#names.length;
  }
  nameAt(index: number): number {
    return this.#names[index];
  }
  close(): void {
    this.#names = [];
  }
}

/** A packet as a phone sends it. */
export function rtpPacket(fields: {
  payload: Uint8Array;
  sequence: number;
  timestamp?: number;
  payloadType?: number;
  ssrc?: number;
}): Uint8Array {
  const { payload, sequence, timestamp = sequence * 160, payloadType = 0, ssrc = 99 } = fields;
  const bytes = new Uint8Array(12 + payload.length);
  writeRtpHeader(bytes, payloadType, false, sequence, timestamp, ssrc);
  bytes.set(payload, 12);
  return bytes;
}

/** One TCP or TLS connection with SIP on it: its messages, its pings, and the limits of what it may hold and take. */
import type { Socket } from 'node:net';
import type { Clock, Timer } from '../clock.js';
import { readMessage } from './read-message.js';
import { StreamFramer, type Framed } from './stream-framer.js';
import type { Endpoint, TransportHandlers } from './transport.js';

/** How long a message may take to come whole; how long a new connection may take until its first. */
export const MESSAGE_MS = 10_000;
/** Octets that wait for a peer who does not read. */
const MAX_WAITING = 65_536;
/** After the last answer to a broken stream, what still comes is thrown away this long. */
const FAREWELL_MS = 1000;
/** Silence after which a connection is given up: longer than any registration lasts. */
const IDLE_MS = 8_000_000;
/** How often the system asks a silent peer whether it is there (TCP keep-alive). */
const PROBE_MS = 60_000;
const PONG = Buffer.from('\r\n');

/** Why connections were closed by us, and what they brought that was no message. */
export type StreamCounts = { slow: number; broken: number; unread: number; dropped: number };

export class StreamConnection {
  readonly #framer = new StreamFramer();
  /** Runs while a message is on its way in. */
  #patience?: Timer;
  #leaving = false;

  constructor(
    private readonly socket: Socket,
    readonly peer: Endpoint,
    private readonly clock: Clock,
    private readonly counts: StreamCounts,
    private readonly handlers: () => TransportHandlers | undefined,
  ) {
    socket.setNoDelay(true).setKeepAlive(true, PROBE_MS);
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    socket.on('data', (piece) => this.#received(piece));
    socket.on('close', () => this.#patience?.cancel());
  }

  /** A connection that was opened to us must bring its first message in time. */
  expectMessage(): void {
    this.#patience ??= this.clock.after(MESSAGE_MS, () => this.#tooSlow());
  }

  /** False once it is closing: what is sent now is lost. */
  get isUsable(): boolean {
    return this.socket.writable && !this.#leaving;
  }

  /** `failed` is called once if the octets cannot be sent. */
  send(octets: Buffer, failed: () => void = () => {}): void {
    this.socket.write(octets, (error) => {
      if (error) failed();
    });
    if (this.socket.writableLength <= MAX_WAITING) return;
    this.counts.unread += 1;
    this.socket.destroy();
  }

  #received(piece: Buffer): void {
    if (this.#leaving) return;
    const found = this.#framer.push(piece);
    if (found.length > 0) {
      this.#patience?.cancel();
      this.#patience = undefined;
    }
    for (const framed of found) this.#take(framed);
    if (this.#framer.held.length > 0 && !this.#leaving) this.expectMessage();
  }

  #take(framed: Framed): void {
    if (framed.type === 'ping') return this.send(PONG);
    if (framed.type === 'broken') {
      this.counts.broken += 1;
      return this.#refuse(framed.octets, framed);
    }
    const handlers = this.handlers();
    if (handlers && !readMessage(framed.octets, this.peer, handlers)) this.counts.dropped += 1;
  }

  /** What is there of the message is refused as if it were all (RFC 4475 §3.1.2.2). */
  #tooSlow(): void {
    this.counts.slow += 1;
    this.#refuse(this.#framer.held);
  }

  /** The last answer; `fault` is said where the octets would be good in a datagram. */
  #refuse(octets: Buffer, fault?: { status: number; reason: string }): void {
    const handlers = this.handlers();
    if (handlers)
      readMessage(octets, this.peer, {
        broken: (...refusal) => handlers.broken(...refusal),
        message: (message, source, length) => {
          if (fault && message.kind === 'request')
            handlers.broken(message, fault.status, fault.reason, source, length);
        },
      });
    this.#leave();
  }

  /** Closes so that the last answer still arrives: what comes in meanwhile must not reset the connection. */
  #leave(): void {
    this.#leaving = true;
    this.socket.end();
    this.#patience = this.clock.after(FAREWELL_MS, () => this.socket.destroy());
  }
}

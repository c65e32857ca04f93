/** SIP over UDP (RFC 3261 §18): datagrams in, messages out, and the other way. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIP } from 'node:net';
import { serializeMessage, type SipMessage } from 'sip-parser';
import { createLog } from '../log.js';
import { FairInbox } from './fair-inbox.js';
import { sourceOf } from './networks.js';
import { readMessage } from './read-message.js';
import type { Endpoint, TransportHandlers } from './transport.js';

const log = createLog('sip');

export class UdpTransport {
  /** Datagrams that were no SIP message and got no answer. */
  dropped = 0;
  #inbox?: FairInbox<{ datagram: Buffer; source: Endpoint }>;

  /** By family of their addresses. */
  readonly #sockets = new Map<number, Socket>();
  #port = 0;

  private constructor() {}

  /** Binds; port 0 takes a free one. Throws the system's error (EADDRINUSE, EADDRNOTAVAIL, EAFNOSUPPORT). */
  static async open(addresses: readonly string[], port: number): Promise<UdpTransport> {
    const transport = new UdpTransport();
    transport.#port = port;
    try {
      for (const address of addresses) await transport.#bind(address);
    } catch (error) {
      await transport.close();
      throw error;
    }
    return transport;
  }

  get port(): number {
    return this.#port;
  }

  /** Starts handing on what comes in. */
  listen(handlers: TransportHandlers): void {
    const inbox = new FairInbox<{ datagram: Buffer; source: Endpoint }>(({ datagram, source }) => {
      if (!readMessage(datagram, source, handlers)) this.dropped += 1;
    });
    this.#inbox = inbox;
    for (const socket of this.#sockets.values()) {
      socket.on('message', (datagram, { address, port }) => {
        const first = handlers.comesFirst?.(address) ?? false;
        inbox.put({ datagram, source: { address, port } }, sourceOf(address), datagram.length, first);
      });
      // ICMP errors of earlier datagrams surface here; the transactions' timers deal with silence.
      socket.on('error', (error) => log.warn({ err: error }, 'UDP socket error'));
    }
  }

  /** Datagrams that came faster than they could be served. */
  get overflowed(): number {
    return this.#inbox?.dropped ?? 0;
  }

  send(message: SipMessage, to: Endpoint): void {
    if (to.port < 1 || to.port > 65535) return;
    this.#sockets.get(isIP(to.address))?.send(serializeMessage(message), to.port, to.address, (error) => {
      if (error) log.debug({ err: error, to }, 'datagram not sent');
    });
  }

  async close(): Promise<void> {
    this.#inbox?.clear();
    const sockets = [...this.#sockets.values()];
    const closed = sockets.map((socket) => once(socket, 'close'));
    for (const socket of sockets) socket.close();
    await Promise.all(closed);
  }

  async #bind(address: string): Promise<void> {
    const family = isIP(address);
    const socket = createSocket({
      type: family === 6 ? 'udp6' : 'udp4',
      ipv6Only: family === 6,
      recvBufferSize: 1 << 20,
    });
    this.#sockets.set(family, socket);
    socket.bind(this.#port, address);
    await once(socket, 'listening');
    this.#port = socket.address().port;
  }
}

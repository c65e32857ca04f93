/** SIP over UDP (RFC 3261 §18): datagrams in, messages out, and the other way. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { serializeMessage, type SipMessage } from 'sip-parser';
import { createLog } from '../log.js';
import { FairInbox } from './fair-inbox.js';
import { readMessage } from './read-message.js';
import type { Endpoint, TransportHandlers } from './transport.js';

const log = createLog('sip');

export class UdpTransport {
  /** Datagrams that were no SIP message and got no answer. */
  dropped = 0;
  #inbox?: FairInbox<{ datagram: Buffer; source: Endpoint }>;

  private constructor(
    private readonly socket: Socket,
    readonly local: Endpoint,
  ) {}

  /** Binds; port 0 takes a free one. Throws the system's error (EADDRINUSE, EADDRNOTAVAIL). */
  static async open(bind: Endpoint): Promise<UdpTransport> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 });
    socket.bind(bind.port, bind.address);
    await once(socket, 'listening');
    const { address, port } = socket.address();
    return new UdpTransport(socket, { address, port });
  }

  /** Starts handing on what comes in. */
  listen(handlers: TransportHandlers): void {
    const inbox = new FairInbox<{ datagram: Buffer; source: Endpoint }>(({ datagram, source }) => {
      if (!readMessage(datagram, source, handlers)) this.dropped += 1;
    });
    this.#inbox = inbox;
    this.socket.on('message', (datagram, { address, port }) => {
      const first = handlers.comesFirst?.(address) ?? false;
      inbox.put({ datagram, source: { address, port } }, address, datagram.length, first);
    });
    // ICMP errors of earlier datagrams surface here; the transactions' timers deal with silence.
    this.socket.on('error', (error) => log.warn({ err: error }, 'UDP socket error'));
  }

  /** Datagrams that came faster than they could be served. */
  get overflowed(): number {
    return this.#inbox?.dropped ?? 0;
  }

  send(message: SipMessage, to: Endpoint): void {
    if (to.port < 1 || to.port > 65535) return;
    this.socket.send(serializeMessage(message), to.port, to.address, (error) => {
      if (error) log.debug({ err: error, to }, 'datagram not sent');
    });
  }

  async close(): Promise<void> {
    this.#inbox?.clear();
    const closed = once(this.socket, 'close');
    this.socket.close();
    await closed;
  }
}

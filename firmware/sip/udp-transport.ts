/** SIP over UDP (RFC 3261 §18): datagrams in, messages out, and the other way. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { serializeMessage, type SipMessage } from 'sip-parser';
import { createLog } from '../log.js';
import { readMessage } from './read-message.js';
import type { Endpoint, TransportHandlers } from './transport.js';

const log = createLog('sip');

export class UdpTransport {
  /** Datagrams that were no SIP message and got no answer. */
  dropped = 0;

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
    this.socket.on('message', (datagram, { address, port }) => {
      if (!readMessage(datagram, { address, port }, handlers)) this.dropped += 1;
    });
    // ICMP errors of earlier datagrams surface here; the transactions' timers deal with silence.
    this.socket.on('error', (error) => log.warn({ err: error }, 'UDP socket error'));
  }

  send(message: SipMessage, to: Endpoint): void {
    if (to.port < 1 || to.port > 65535) return;
    this.socket.send(serializeMessage(message), to.port, to.address, (error) => {
      if (error) log.debug({ err: error, to }, 'datagram not sent');
    });
  }

  async close(): Promise<void> {
    const closed = once(this.socket, 'close');
    this.socket.close();
    await closed;
  }
}

/** SIP over UDP (RFC 3261 §18): datagrams in, messages out, and the other way. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { parseMessage, serializeMessage, SipParseError, type SipMessage, type SipRequest } from 'sip-parser';
import { createLog } from '../log.js';
import { localAddressFor } from './local-address.js';
import type { Endpoint, Transport } from './transport.js';

const log = createLog('sip');

export type UdpHandlers = {
  message(message: SipMessage, source: Endpoint): void;
  /** A request too broken to be served, but whole enough to be answered. */
  broken(request: SipRequest, status: number, reason: string, source: Endpoint): void;
};

export class UdpTransport implements Transport {
  readonly protocol = 'UDP';
  readonly reliable = false;
  /** Datagrams that were no SIP message and got no answer. */
  dropped = 0;

  private constructor(
    private readonly socket: Socket,
    private readonly bound: Endpoint,
  ) {}

  /** Binds; port 0 takes a free one. Throws the system's error (EADDRINUSE, EADDRNOTAVAIL). */
  static async open(bind: Endpoint): Promise<UdpTransport> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 });
    socket.bind(bind.port, bind.address);
    await once(socket, 'listening');
    const { address, port } = socket.address();
    return new UdpTransport(socket, { address, port });
  }

  get local(): Endpoint {
    return this.bound;
  }

  /** Starts handing on what comes in. */
  listen(handlers: UdpHandlers): void {
    this.socket.on('message', (datagram, { address, port }) => {
      const source = { address, port };
      let message;
      try {
        message = parseMessage(datagram);
      } catch (error) {
        if (!(error instanceof SipParseError)) throw error;
        this.dropped += 1;
        if (error.partial) handlers.broken(error.partial, error.status, error.reason, source);
        return;
      }
      handlers.message(message, source);
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

  localFor(peer: Endpoint): Endpoint {
    return { address: localAddressFor(this.bound.address, peer.address), port: this.bound.port };
  }

  async close(): Promise<void> {
    const closed = once(this.socket, 'close');
    this.socket.close();
    await closed;
  }
}

/** All the ways by which SIP messages come and go: UDP and TCP on one port, TLS on another. */
import type { SipMessage } from 'sip-parser';
import { localAddressFor } from './local-address.js';
import { StreamTransport, type StreamOptions } from './stream-transport.js';
import {
  isReliable,
  protocolOf,
  type Endpoint,
  type Transport,
  type TransportHandlers,
} from './transport.js';
import { UdpTransport } from './udp-transport.js';

/** How often a port that is free for UDP is tried for TCP. */
const ATTEMPTS = 50;

export class SipTransports implements Transport {
  private constructor(
    private readonly udp: UdpTransport,
    private readonly streams: StreamTransport,
  ) {}

  /** Binds; port 0 takes one that is free for both UDP and TCP. Throws the system's error (EADDRINUSE, EADDRNOTAVAIL). */
  static async open(options: StreamOptions): Promise<SipTransports> {
    for (let attempt = 1; ; attempt += 1) {
      const udp = await UdpTransport.open(options.bind);
      try {
        return new SipTransports(udp, await StreamTransport.open({ ...options, bind: udp.local }));
      } catch (error) {
        await udp.close();
        const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
        if (!taken || options.bind.port !== 0 || attempt === ATTEMPTS) throw error;
      }
    }
  }

  /** Where UDP and TCP are bound. */
  get local(): Endpoint {
    return this.udp.local;
  }

  /** Port of TLS; undefined if there is none. */
  get tlsPort(): number | undefined {
    return this.streams.tlsPort;
  }

  /** Connections, and what was refused, closed and dropped. */
  counters(): { dropped: number; overflowed: number; connections: ReturnType<StreamTransport['counters']> } {
    return {
      dropped: this.udp.dropped,
      overflowed: this.udp.overflowed,
      connections: this.streams.counters(),
    };
  }

  listen(handlers: TransportHandlers): void {
    this.udp.listen(handlers);
    this.streams.listen(handlers);
  }

  send(message: SipMessage, to: Endpoint, failed?: () => void): void {
    if (isReliable(to)) this.streams.send(message, to, failed);
    else this.udp.send(message, to);
  }

  localFor(peer: Endpoint): Endpoint {
    const { address, port } = this.udp.local;
    const transport = protocolOf(peer);
    return {
      address: localAddressFor(address, peer.address),
      port: transport === 'tls' ? (this.tlsPort ?? port) : port,
      transport,
    };
  }

  async close(): Promise<void> {
    await Promise.all([this.udp.close(), this.streams.close()]);
  }
}

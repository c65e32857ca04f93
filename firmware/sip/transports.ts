/** All the ways by which SIP messages come and go: UDP and TCP on one port, TLS on another. */
import type { SipMessage } from 'sip-parser';
import { OwnAddresses } from './own-addresses.js';
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
    private readonly own: OwnAddresses,
  ) {}

  /** Binds; port 0 takes one that is free for both UDP and TCP. Throws the system's error (EADDRINUSE, EADDRNOTAVAIL). */
  static async open(options: StreamOptions): Promise<SipTransports> {
    const { own } = options;
    for (let attempt = 1; ; attempt += 1) {
      let udp: UdpTransport | undefined;
      try {
        udp = await UdpTransport.open(own.bound, options.port);
        return new SipTransports(udp, await StreamTransport.open({ ...options, port: udp.port }), own);
      } catch (error) {
        await udp?.close();
        const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
        if (!taken || options.port !== 0 || attempt === ATTEMPTS) throw error;
      }
    }
  }

  /** Port of UDP and TCP. */
  get port(): number {
    return this.udp.port;
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
    else if (this.own.reaches(to.address)) this.udp.send(message, to);
    else if (failed) queueMicrotask(failed);
  }

  localFor(peer: Endpoint): Endpoint {
    const transport = protocolOf(peer);
    return {
      address: this.own.shownTo(peer.address),
      port: transport === 'tls' ? (this.tlsPort ?? this.port) : this.port,
      transport,
    };
  }

  async close(): Promise<void> {
    await Promise.all([this.udp.close(), this.streams.close()]);
  }
}

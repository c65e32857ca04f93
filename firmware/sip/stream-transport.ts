/** SIP over TCP and TLS (RFC 3261 §18): who may connect, and over which connection a message goes. */
import { once } from 'node:events';
import { connect, createServer, isIP, type AddressInfo, type Server, type Socket } from 'node:net';
import {
  connect as connectTls,
  createServer as createTlsServer,
  TLSSocket,
  type Server as TlsServer,
} from 'node:tls';
import { parseUri, serializeMessage, type SipMessage } from 'sip-parser';
import type { Clock } from '../clock.js';
import { createLog } from '../log.js';
import { sourceOf } from './networks.js';
import type { OwnAddresses } from './own-addresses.js';
import { MESSAGE_MS, StreamConnection, type StreamCounts } from './stream-connection.js';
import { hostText, protocolOf, type Endpoint, type TransportHandlers } from './transport.js';

const log = createLog('sip');

/** Connections that one address may have, and all together; the next one is closed. */
const MAX_PER_ADDRESS = 20;
const MAX_CONNECTIONS = 2000;
/** How long the far end may take to accept a connection of ours. */
const CONNECT_MS = 3000;
const MIN_TLS = 'TLSv1.2';

/** A TLS server's certificate (with its chain) and private key, PEM. */
export type Certificate = { cert: string; key: string };

export type StreamOptions = {
  own: OwnAddresses;
  port: number;
  /** Without it there is no TLS server. */
  tls?: { port: number; certificate: Certificate };
  /** PEM certificates by which TLS servers are believed; those of the system if absent. */
  trusted?: string;
  clock: Clock;
};

export class StreamTransport {
  readonly #connections = new Map<string, StreamConnection>();
  /** Sockets accepted, by whoever their peers are counted as. */
  readonly #accepted = new Map<string, number>();
  readonly #sockets = new Set<Socket>();
  readonly #counts: StreamCounts & { refused: number } = {
    refused: 0,
    slow: 0,
    broken: 0,
    unread: 0,
    dropped: 0,
  };
  readonly #servers: Server[] = [];
  #tcpPort = 0;
  #tlsPort?: number;
  #handlers?: TransportHandlers;

  private constructor(private readonly options: StreamOptions) {}

  /** Listens; port 0 takes a free one. Throws the system's error (EADDRINUSE), or OpenSSL's for a bad certificate. */
  static async open(options: StreamOptions): Promise<StreamTransport> {
    const transport = new StreamTransport(options);
    const { port, tls } = options;
    try {
      const handshakes = tls && transport.#handshakes(tls.certificate);
      transport.#tcpPort = await transport.#listen(port, (socket) => transport.#admit(socket, 'tcp'));
      if (tls)
        transport.#tlsPort = await transport.#listen(tls.port, (socket) =>
          transport.#admit(socket, 'tls', handshakes),
        );
    } catch (error) {
      await transport.close();
      throw error;
    }
    return transport;
  }

  get tcpPort(): number {
    return this.#tcpPort;
  }

  get tlsPort(): number | undefined {
    return this.#tlsPort;
  }

  /** Connections that are open, and how many were refused or closed, and why. */
  counters(): { open: number } & StreamCounts & { refused: number } {
    return { open: this.#sockets.size, ...this.#counts };
  }

  listen(handlers: TransportHandlers): void {
    this.#handlers = handlers;
  }

  /**
   * Sends over the connection with that peer; a request opens one if there is none. A response whose connection is gone
   * is not sent: the request may come again over another.
   */
  send(message: SipMessage, to: Endpoint, failed: () => void = () => {}): void {
    const mayConnect =
      message.kind === 'request' &&
      this.#sockets.size < MAX_CONNECTIONS &&
      validPort(to) &&
      this.options.own.reaches(to.address);
    const connection = this.#standing(to) ?? (mayConnect ? this.#connectAnew(to, message.uri) : undefined);
    if (connection) connection.send(serializeMessage(message), failed);
    else queueMicrotask(failed);
  }

  async close(): Promise<void> {
    const closed = this.#servers.map((server) => once(server, 'close'));
    for (const server of this.#servers) server.close();
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(closed);
  }

  /** Listens at every address of ours, at the same port; returns it. */
  async #listen(port: number, take: (socket: Socket) => void): Promise<number> {
    for (const host of this.options.own.bound) {
      const server = createServer(take);
      server.listen({ port, host, ipv6Only: true });
      await once(server, 'listening');
      server.on('error', (error) => log.warn({ err: error }, 'a connection could not be accepted'));
      this.#servers.push(server);
      ({ port } = server.address() as AddressInfo);
    }
    return port;
  }

  #admit(socket: Socket, transport: 'tcp' | 'tls', handshakes?: TlsServer): void {
    const { remoteAddress: address, remotePort: port } = socket;
    const holder = sourceOf(address ?? '');
    const peers = this.#accepted.get(holder) ?? 0;
    if (!address || !port || peers >= MAX_PER_ADDRESS || this.#sockets.size >= MAX_CONNECTIONS) {
      this.#counts.refused += 1;
      socket.destroy();
      return;
    }
    this.#accepted.set(holder, peers + 1);
    this.#hold(socket);
    socket.once('close', () => {
      const left = this.#accepted.get(holder)! - 1;
      if (left > 0) this.#accepted.set(holder, left);
      else this.#accepted.delete(holder);
    });
    if (handshakes) handshakes.emit('connection', socket);
    else this.#serve(socket, { address, port, transport, accepted: true }).expectMessage();
  }

  /** Makes TLS of the sockets it is given; it listens to none itself. */
  #handshakes({ cert, key }: Certificate): TlsServer {
    const server = createTlsServer({ cert, key, minVersion: MIN_TLS, handshakeTimeout: MESSAGE_MS });
    server.on('secureConnection', (socket) => {
      const { remoteAddress: address, remotePort: port } = socket;
      if (address && port)
        this.#serve(socket, { address, port, transport: 'tls', accepted: true }).expectMessage();
      else socket.destroy();
    });
    server.on('tlsClientError', (error, socket) => {
      this.#counts.broken += 1;
      log.debug({ err: error }, 'TLS handshake failed');
      socket.destroy();
    });
    return server;
  }

  #standing(to: Endpoint): StreamConnection | undefined {
    const connection = this.#connections.get(keyOf(to));
    return connection?.isUsable ? connection : undefined;
  }

  /** To a peer that had connected to us there is another way only if its Contact, the Request-URI, shows one. */
  #connectAnew(to: Endpoint, contact: string): StreamConnection | undefined {
    if (!to.accepted) return this.#connect(to);
    const listening = listeningAt(to, contact);
    return listening && (this.#standing(listening) ?? this.#connect(listening, to));
  }

  /** `instead`: the peer as it was known before. */
  #connect(to: Endpoint, instead?: Endpoint): StreamConnection {
    const { address, port, host = address, fingerprint } = to;
    const where = { host: address, port, localAddress: this.options.own.from(address) };
    const secure = protocolOf(to) === 'tls';
    const socket = secure
      ? connectTls({
          ...where,
          servername: isIP(host) ? '' : host,
          minVersion: MIN_TLS,
          ca: this.options.trusted,
          rejectUnauthorized: fingerprint === undefined,
        })
      : connect(where);
    const patience = this.options.clock.after(CONNECT_MS, () => socket.destroy());
    // Nothing is said before the far end has proven who it is.
    socket.cork();
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      patience.cancel();
      if (fingerprint !== undefined && !bears(socket, fingerprint))
        return socket.destroy(new Error('another certificate than the one agreed'));
      socket.uncork();
    });
    socket.once('close', () => patience.cancel());
    this.#hold(socket);
    if (instead) socket.once('close', () => this.#handlers?.closed?.(instead));
    return this.#serve(socket, { ...to, transport: protocolOf(to) });
  }

  #hold(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    watchErrors(socket);
  }

  #serve(socket: Socket, peer: Endpoint): StreamConnection {
    watchErrors(socket);
    const key = keyOf(peer);
    const { clock } = this.options;
    const connection = new StreamConnection(socket, peer, clock, this.#counts, () => this.#handlers);
    this.#connections.set(key, connection);
    socket.once('close', () => {
      if (this.#connections.get(key) === connection) this.#connections.delete(key);
      this.#handlers?.closed?.(peer);
    });
    return connection;
  }
}

/** A reset is as good an end as any; 'close' follows. */
function watchErrors(socket: Socket): void {
  socket.on('error', (error) => log.debug({ err: error }, 'connection failed'));
}

/** Where a peer listens that had connected to us: where its Contact says, unless a router stands between us. */
function listeningAt(to: Endpoint, contact: string): Endpoint | undefined {
  const { host, port } = parseUri(contact);
  if (host.toLowerCase() !== hostText(to.address)) return undefined;
  const transport = protocolOf(to);
  return { address: to.address, port: port ?? (transport === 'tls' ? 5061 : 5060), transport };
}

function validPort({ port }: Endpoint): boolean {
  return port >= 1 && port <= 65535;
}

function bears(socket: Socket, fingerprint: string): boolean {
  const shown = socket instanceof TLSSocket ? socket.getPeerCertificate().fingerprint256 : undefined;
  return shown?.toUpperCase() === fingerprint.toUpperCase();
}

/** Who has proven one name over TLS, or one certificate, has proven no other. */
function keyOf(peer: Endpoint): string {
  return `${protocolOf(peer)} ${peer.address}:${peer.port} ${peer.host ?? ''} ${peer.fingerprint ?? ''}`;
}

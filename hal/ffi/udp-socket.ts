/** Non-blocking UDP sockets straight on libc: no event loop, no allocation per datagram. */
import {
  AF_INET6,
  bind,
  close,
  connect,
  EADDRINUSE,
  getpeername,
  getsockname,
  IPPROTO_IPV6,
  IPV6_V6ONLY,
  recv,
  recvfrom,
  send,
  sendto,
  setsockopt,
  SO_RCVBUF,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  socket,
  SOL_SOCKET,
} from './libc.js';
import { errno } from './library.js';
import type { Place, SocketRing } from './socket-ring.js';
import {
  SOCKET_ADDRESS_BYTES,
  familyOf,
  portOf,
  socketAddress,
  type SocketAddress,
} from './socket-address.js';

/** Where a datagram is received that no round received, of whichever socket. */
const single = new Uint8Array(2048);

/** A UDP socket; receiving and sending neither block, throw nor allocate. */
export class UdpSocket {
  readonly localPort: number;
  /** What was received last: until the next datagram is received, of whichever socket. */
  datagram: Uint8Array = single;
  /** Where the last datagram came from that `receiveFrom` received. */
  readonly source: SocketAddress = new Uint8Array(SOCKET_ADDRESS_BYTES);
  /** The system's number for it: it outlives the thread. */
  get handle(): number {
    return this.#fd;
  }
  #fd: number;
  readonly #ring: SocketRing | null;
  /** Where in the ring it is served, once it is connected. */
  #place: Place | null = null;
  #sourceLength = new Uint32Array([SOCKET_ADDRESS_BYTES]);

  private constructor(fd: number, localPort: number, ring: SocketRing | null) {
    this.#fd = fd;
    this.localPort = localPort;
    this.#ring = ring;
  }

  /**
   * Binds the first free even port of a range, from `startPort` on and around (RFC 3550 §11: RTP takes even ports);
   * the range 0,0 means any free port. `address` is of IPv4 or of IPv6, and so is the socket then. Throws if there is
   * none. While it is connected the ring, if there is one, serves it together with others.
   */
  static open(
    address: string,
    range: readonly [number, number],
    startPort = range[0],
    ring: SocketRing | null = null,
  ): UdpSocket {
    const fd = openFor(familyOf(addressOf(address, 0)));
    try {
      setsockopt(fd, SOL_SOCKET, SO_RCVBUF, new Int32Array([64 * 1024]), 4);
      const localPort = bindInRange(fd, address, range, startPort);
      return new UdpSocket(fd, localPort, ring);
    } catch (error) {
      close(fd);
      throw error;
    }
  }

  /** Takes over the socket of a thread that has died. */
  static adopt(handle: number, ring: SocketRing | null = null): UdpSocket {
    return new UdpSocket(handle, boundPort(handle), ring);
  }

  /** A socket on the port after this one, where RTCP comes (RFC 3550 §11); null if somebody else has it. */
  next(): UdpSocket | null {
    const address = boundAddress(this.#fd);
    const port = portOf(address) + 1;
    address[2] = port >> 8;
    address[3] = port;
    const fd = openFor(familyOf(address));
    if (bind(fd, address, address.length) === 0) return new UdpSocket(fd, port, null);
    close(fd);
    return null;
  }

  /** The peer it is connected to, or null. */
  get peer(): SocketAddress | null {
    const peer: SocketAddress = new Uint8Array(SOCKET_ADDRESS_BYTES);
    return getpeername(this.#fd, peer, new Uint32Array([SOCKET_ADDRESS_BYTES])) === 0 ? peer : null;
  }

  /** For a connected one: length of the datagram received, which then is `datagram`; negative if none waits. */
  receive(): number {
    const place = this.#place;
    if (place) {
      const length = place.take();
      if (length >= 0) this.datagram = place.datagram;
      if (length >= 0 || place.isDrained) return length;
    } else this.#place = this.#ring?.add(this.#fd) ?? null;
    this.datagram = single;
    return recv(this.#fd, single, single.length, 0);
  }

  /** For any: the same, which also says in `source` where it came from. */
  receiveFrom(): number {
    this.datagram = single;
    this.#sourceLength[0] = SOCKET_ADDRESS_BYTES;
    return recvfrom(this.#fd, single, single.length, 0, this.source, this.#sourceLength);
  }

  /** From now on only datagrams of this peer come in, beside those that wait already, and `send` goes there. */
  connect(peer: SocketAddress): boolean {
    this.#leaveRing();
    return connect(this.#fd, peer, peer.length) === 0;
  }

  /** Receives from everybody again. */
  disconnect(): void {
    this.#leaveRing();
    connect(this.#fd, new Uint8Array(SOCKET_ADDRESS_BYTES), SOCKET_ADDRESS_BYTES); // AF_UNSPEC
  }

  /** To the peer. */
  send(bytes: Uint8Array, length: number): boolean {
    return send(this.#fd, bytes, length, 0) === length;
  }

  /** The same; with a ring at its next flush: the bytes, always of one array, must stay as they are until then. */
  post(bytes: Uint8Array, length: number): boolean {
    if (!this.#place) return this.send(bytes, length);
    this.#ring!.send(this.#place, bytes, length);
    return true;
  }

  /** Has `sendAgain` of the ring send this; returns its place there, -1 if it has none. */
  prepare(bytes: Uint8Array, length: number): number {
    if (!this.#place) return -1;
    this.#ring!.prepare(this.#place, bytes, length);
    return this.#place.index;
  }

  sendTo(to: SocketAddress, bytes: Uint8Array, length: number): boolean {
    return sendto(this.#fd, bytes, length, 0, to, to.length) === length;
  }

  close(): void {
    this.#leaveRing();
    if (this.#fd >= 0) close(this.#fd);
    this.#fd = -1;
  }

  #leaveRing(): void {
    if (this.#place) this.#ring!.remove(this.#place);
    this.#place = null;
  }
}

/** An IPv6 socket is of IPv6 alone: a peer has one address, and one port serves one of them. */
function openFor(family: number): number {
  const fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) throw new Error(`socket: errno ${errno()}`);
  if (family === AF_INET6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, new Int32Array([1]), 4);
  return fd;
}

function addressOf(host: string, port: number): SocketAddress {
  const address = socketAddress(host, port);
  if (!address) throw new Error(`not an IP address: ${host}`);
  return address;
}

function bindInRange(
  fd: number,
  address: string,
  range: readonly [number, number],
  startPort: number,
): number {
  if (range[1] === 0) return bindAnywhere(fd, address);
  const low = range[0] + (range[0] % 2);
  const ports = Math.floor((range[1] - low) / 2) + 1;
  const first = Math.max(0, Math.floor((startPort - low) / 2));
  for (let i = 0; i < ports; i++) {
    const port = low + 2 * ((first + i) % ports);
    if (tryBind(fd, address, port)) return port;
  }
  throw new Error(`no free port in ${range[0]}-${range[1]}`);
}

/** A port that the kernel chose is taken by name: otherwise dissolving a connection would give it up. */
function bindAnywhere(fd: number, address: string): number {
  for (let attempt = 0; attempt < 64; attempt++) {
    const port = portOfProbe(address);
    if (port % 2 === 0 && tryBind(fd, address, port)) return port;
  }
  throw new Error('no free port');
}

function portOfProbe(address: string): number {
  const probe = openFor(familyOf(addressOf(address, 0)));
  try {
    tryBind(probe, address, 0);
    return boundPort(probe);
  } finally {
    close(probe);
  }
}

function tryBind(fd: number, address: string, port: number): boolean {
  const wanted = addressOf(address, port);
  if (bind(fd, wanted, wanted.length) === 0) return true;
  if (errno() === EADDRINUSE) return false;
  throw new Error(`bind ${address}: errno ${errno()}`);
}

function boundPort(fd: number): number {
  return portOf(boundAddress(fd));
}

function boundAddress(fd: number): SocketAddress {
  const bound = new Uint8Array(SOCKET_ADDRESS_BYTES);
  getsockname(fd, bound, new Uint32Array([SOCKET_ADDRESS_BYTES]));
  return bound;
}

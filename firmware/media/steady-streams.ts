/**
 * The streams on which nothing happens: the packets that are due come, in order, so that there is a frame to be heard in
 * every tick, and what goes back is what the room says. They are served by a kernel, which knows of each only what is in
 * one record, so that a tick touches a few lines of memory for a party and not a hundred. The books of its port (what came,
 * how loud it was, what was sent, how good it is) are written for up to RUN ticks at once, by the code that always does.
 *
 *      attended ports ------------------ all is usual --------------------> steady streams
 *               ^                                                             |
 *               `-- a gap, another packet, a command for it, begins to talk --'
 *
 * What leaves is attended to in the same tick, as if it had never been here: packets that the kernel did not take still
 * wait in the ring, and what it has decoded and not heard is on the line of the port. One thing is heard that else would
 * not be: where another stream begins, packets of the old one that the network brought early, which are decoded by then.
 */
import { DATAGRAM_BYTES, PLACES, RECEIVES, type Received } from '../../hal/ffi/socket-ring.js';
import { kernelBytes, kernels, kernelWords, reserve } from './kernel-memory.js';
import { DATAGRAMS, GOES_ON, LENGTHS, PACKET_BYTES, RUN, TAKEN } from './kernels/steady/record.js';
import { writeRtpRow } from './port-rows.js';
import type { RtpPort } from './rtp-port.js';
import { MAX_PORTS } from './stats.js';

/** What serves the connected sockets together, in rounds. */
export type Ring = {
  readonly received: Received;
  receive(): void;
  sendAgain(place: number): void;
  flush(): void;
};

type Attended = { push(port: RtpPort): void };

/** Records of those that are steady, each a word. */
const LIST = reserve(4 * MAX_PORTS);

/** Where a ring has to receive for the kernel to see it. */
export function receiveHere(): Received {
  const datagrams = reserve(PLACES * RECEIVES * DATAGRAM_BYTES);
  const lengths = reserve(4 * PLACES * RECEIVES);
  const taken = reserve(PLACES);
  return {
    datagrams: kernelBytes.subarray(datagrams, datagrams + PLACES * RECEIVES * DATAGRAM_BYTES),
    lengths: kernelWords.subarray(lengths >> 2, (lengths >> 2) + PLACES * RECEIVES),
    taken: kernelBytes.subarray(taken, taken + PLACES),
  };
}

export class SteadyStreams {
  #ring: Ring | null;
  #ports: RtpPort[] = [];
  /** Of the sockets in the ring. */
  #places: number[] = [];
  #turn = 0;

  /** Without a ring, or with one that receives elsewhere, none is steady. */
  constructor(
    ring: Ring | null,
    private readonly stats: Int32Array,
  ) {
    this.#ring = ring?.received.datagrams.buffer === kernelBytes.buffer ? ring : null;
  }

  /** Takes a port in, at the end of a tick; false if its stream is not steady. */
  enter(port: RtpPort): boolean {
    if (!this.#ring || !port.isSteady()) return false;
    const { steady, socket } = port;
    const place = socket.prepare(steady.packet, PACKET_BYTES);
    if (place < 0) return false;
    steady.enter(port);
    const { datagrams, lengths, taken } = this.#ring.received;
    const first = datagrams.byteOffset + place * RECEIVES * DATAGRAM_BYTES;
    for (let n = 0; n < RECEIVES; n++) steady.set(DATAGRAMS + 4 * n, first + n * DATAGRAM_BYTES);
    steady.set(LENGTHS, lengths.byteOffset + 4 * place * RECEIVES);
    steady.set(TAKEN, taken.byteOffset + place);
    kernelWords[(LIST >> 2) + this.#ports.length] = steady.place;
    this.#ports.push(port);
    this.#places.push(place);
    return true;
  }

  /** What the ring has received is heard. Those that leave are added to `attended`, to be served further as all ports. */
  hear(attended: Attended): void {
    const count = this.#ports.length;
    if (count === 0 || kernels.steadyHear(LIST, count) === count) return;
    for (let i = count - 1; i >= 0; i--)
      if (this.#ports[i].steady.get(GOES_ON) === 0) this.#leave(i, attended);
  }

  /** All mixes are made: each gets its packet, which leaves with the next flush of the ring. */
  say(): void {
    const count = this.#ports.length;
    if (count === 0) return;
    kernels.steadySay(LIST, count);
    for (let i = 0; i < count; i++) this.#ring!.sendAgain(this.#places[i]);
  }

  /** The tick is over: writes the books of those whose turn it is, and lets those go that are to change their delay. */
  endTick(attended: Attended): void {
    this.#turn = (this.#turn + 1) % RUN;
    const count = this.#ports.length;
    for (let i = count - 1 - ((count - 1 - this.#turn + RUN) % RUN); i >= 0; i -= RUN) {
      this.#write(this.#ports[i]);
      if (!this.#ports[i].isSteady()) this.#leave(i, attended);
    }
  }

  /** Between ticks: this port, or all, are to be attended to. */
  leave(port: RtpPort, attended: Attended): void {
    const at = this.#ports.indexOf(port);
    if (at >= 0) this.#leave(at, attended);
  }

  leaveAll(attended: Attended): void {
    for (let i = this.#ports.length - 1; i >= 0; i--) this.#leave(i, attended);
  }

  #leave(at: number, attended: Attended): void {
    const port = this.#ports[at];
    this.#write(port);
    const last = this.#ports.pop()!;
    const lastPlace = this.#places.pop()!;
    if (last !== port) {
      this.#ports[at] = last;
      this.#places[at] = lastPlace;
      kernelWords[(LIST >> 2) + at] = last.steady.place;
    }
    attended.push(port);
  }

  #write(port: RtpPort): void {
    port.steady.catchUp(port);
    writeRtpRow(this.stats, port.row, port);
  }
}

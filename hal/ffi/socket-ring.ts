/**
 * The connected sockets of a thread served together: one system call receives of all of them, one sends what they all have
 * to say (Linux io_uring(7)). The requests lie in memory that the kernel shares, and each socket has its own there, for
 * good: a tick only says which of them are due. Nobody waits: what is not there at once has not come.
 */
import { addressOf, viewOf } from './library.js';
import {
  close,
  io_uring_enter,
  io_uring_setup,
  MAP_POPULATE,
  MAP_SHARED,
  mmap,
  MSG_DONTWAIT,
  munmap,
  PROT_READ,
  PROT_WRITE,
} from './libc.js';

/** Sockets served so; others are served one by one. */
export const PLACES = 1024;
/** Requests of a place: to receive a datagram, and two more, and to send. */
export const RECEIVES = 3;
const SEND = 3;
const REQUESTS = 4;
/** In one round of so many a socket is asked for more datagrams though it gave one in the last: it may be ahead. */
const SECOND_LOOK_ROUNDS = 8;

/** Only one thread asks, and the kernel interrupts nobody with results (Linux 6.1). */
const IORING_SETUP_SINGLE_ISSUER = 1 << 12;
const IORING_SETUP_DEFER_TASKRUN = 1 << 13;
const IORING_ENTER_GETEVENTS = 1;
const IORING_OFF_SQES = 0x1000_0000;
const IORING_OP_SEND = 26;
const IORING_OP_RECV = 27;
/** Nothing is told of what was sent. */
const IOSQE_CQE_SKIP_SUCCESS = 1 << 6;

/** Words of `struct io_uring_params` that the kernel fills in. */
const PARAMS_WORDS = 30;
const PARAMS = {
  sqEntries: 0,
  cqEntries: 1,
  flags: 2,
  sqTail: 11,
  sqArray: 16,
  cqHead: 20,
  cqTail: 21,
  cqes: 25,
};
/** Words of a request (`struct io_uring_sqe`) and of a result (`struct io_uring_cqe`). */
const SQE_WORDS = 16;
const SQE = { opcode: 0, fd: 1, address: 4, length: 6, flags: 7, userData: 8 };
const CQE_WORDS = 4;
const CQE = { userData: 0, result: 2 };

/** What an Ethernet frame holds, and more. An odd number of lines of a processor's cache, so that all of it is used. */
export const DATAGRAM_BYTES = 1600;

/** What a round received, of all places one after the other. Who looks there itself says in `taken` what it took. */
export type Received = {
  /** RECEIVES of DATAGRAM_BYTES each for every place. */
  datagrams: Uint8Array;
  /** Of each datagram; negative where there is none. */
  lengths: Int32Array;
  /** How many datagrams of each place have been taken. */
  taken: Uint8Array;
};

export function createReceived(): Received {
  return {
    datagrams: new Uint8Array(PLACES * RECEIVES * DATAGRAM_BYTES),
    lengths: new Int32Array(PLACES * RECEIVES),
    taken: new Uint8Array(PLACES),
  };
}

/** What the last round received of one socket. */
export class Place {
  readonly datagrams: readonly Uint8Array[];
  /** What it sends. */
  sent: Uint8Array | null = null;

  constructor(
    readonly fd: number,
    readonly index: number,
    private readonly received: Received,
    /** How many datagrams were asked for in the round, of every place. */
    private readonly asked: Uint8Array,
  ) {
    this.datagrams = Array.from({ length: RECEIVES }, (_, n) => {
      const at = (index * RECEIVES + n) * DATAGRAM_BYTES;
      return received.datagrams.subarray(at, at + DATAGRAM_BYTES);
    });
    received.lengths.fill(-1, index * RECEIVES, (index + 1) * RECEIVES);
    received.taken[index] = asked[index] = RECEIVES;
  }

  /** Length of the next datagram of the round, which then is `datagram`; -1 if there is no other. */
  take(): number {
    const { index, asked } = this;
    const { lengths, taken } = this.received;
    while (taken[index] < asked[index]) {
      const length = lengths[index * RECEIVES + taken[index]++];
      if (length >= 0) return length;
    }
    return -1;
  }

  get datagram(): Uint8Array {
    return this.datagrams[this.received.taken[this.index] - 1];
  }

  /** Whether nothing more waits, as far as is known. */
  get isDrained(): boolean {
    const { index } = this;
    return this.asked[index] < RECEIVES || this.received.lengths[(index + 1) * RECEIVES - 1] < 0;
  }
}

/** None of its functions allocates, but for `open` and `add`. */
export class SocketRing {
  readonly handle: number;
  /** Indices of the places in use, and those that are free. */
  #used: number[] = [];
  #free = Array.from({ length: PLACES }, (_, n) => PLACES - 1 - n);
  #asked = new Uint8Array(PLACES);
  readonly #maps: { address: number; bytes: number }[];
  readonly #words: Int32Array;
  readonly #sqes: Int32Array;
  readonly #sqTail: number;
  readonly #sqArray: number;
  readonly #sqMask: number;
  readonly #cqHead: number;
  readonly #cqTail: number;
  readonly #cqes: number;
  readonly #cqMask: number;
  #tail = 0;
  #head = 0;
  #queued = 0;
  #rounds = 0;

  /** Receives into `received`. Null where the kernel has no io_uring, or an old one, or does not allow it. */
  static open(received = createReceived()): SocketRing | null {
    const params = new Uint32Array(PARAMS_WORDS);
    params[PARAMS.flags] = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
    const handle = io_uring_setup(PLACES * REQUESTS, params);
    return handle < 0 ? null : new SocketRing(handle, params, received);
  }

  private constructor(
    handle: number,
    params: Uint32Array,
    readonly received: Received,
  ) {
    const [sqEntries, cqEntries] = [params[PARAMS.sqEntries], params[PARAMS.cqEntries]];
    const ringBytes = Math.max(
      params[PARAMS.sqArray] + 4 * sqEntries,
      params[PARAMS.cqes] + 4 * CQE_WORDS * cqEntries,
    );
    this.handle = handle;
    this.#maps = [map(handle, 0, ringBytes), map(handle, IORING_OFF_SQES, 4 * SQE_WORDS * sqEntries)];
    [this.#words, this.#sqes] = this.#maps.map(
      ({ address, bytes }) => new Int32Array(viewOf(address, bytes)),
    );
    this.#sqTail = params[PARAMS.sqTail] >> 2;
    this.#sqArray = params[PARAMS.sqArray] >> 2;
    this.#sqMask = sqEntries - 1;
    this.#cqHead = params[PARAMS.cqHead] >> 2;
    this.#cqTail = params[PARAMS.cqTail] >> 2;
    this.#cqes = params[PARAMS.cqes] >> 2;
    this.#cqMask = cqEntries - 1;
  }

  /** From now on a round receives of this socket too; null if there is no place left. */
  add(fd: number): Place | null {
    const index = this.#free.pop();
    if (index === undefined) return null;
    this.#used.push(index);
    const place = new Place(fd, index, this.received, this.#asked);
    place.datagrams.forEach((bytes, n) => this.#request(place, n, IORING_OP_RECV, bytes, 0));
    return place;
  }

  remove({ index }: Place): void {
    this.#used.splice(this.#used.indexOf(index), 1);
    this.#free.push(index);
  }

  /** A round: receives what waits, of each socket one datagram, or up to three where there may be more than one. */
  receive(): void {
    this.#rounds++;
    const { lengths, taken } = this.received;
    for (let i = 0; i < this.#used.length; i++) {
      const index = this.#used[i];
      const first = index * RECEIVES;
      const steady = lengths[first] >= 0 && lengths[first + 1] < 0;
      const asked = steady && (this.#rounds + index) % SECOND_LOOK_ROUNDS > 0 ? 1 : RECEIVES;
      this.#asked[index] = asked;
      taken[index] = 0;
      for (let n = 0; n < RECEIVES; n++) lengths[first + n] = -1;
      for (let n = 0; n < asked; n++) this.#ask(index * REQUESTS + n);
    }
    this.flush();
  }

  /** Sends at the next `flush`; until then the bytes must stay as they are. It is slow only if they are others than last. */
  send(place: Place, bytes: Uint8Array, length: number): void {
    this.prepare(place, bytes, length);
    this.sendAgain(place.index);
  }

  /** What the place is to send next. */
  prepare(place: Place, bytes: Uint8Array, length: number): void {
    if (place.sent !== bytes) this.#request(place, SEND, IORING_OP_SEND, bytes, IOSQE_CQE_SKIP_SUCCESS);
    place.sent = bytes;
    this.#sqes[(place.index * REQUESTS + SEND) * SQE_WORDS + SQE.length] = length;
  }

  /** Sends what the place of this index has prepared, or sent last. */
  sendAgain(index: number): void {
    this.#ask(index * REQUESTS + SEND);
  }

  /** Has the kernel do all that is due. */
  flush(): void {
    Atomics.store(this.#words, this.#sqTail, this.#tail);
    while (this.#queued > 0) {
      const done = io_uring_enter(this.handle, this.#queued, 0, IORING_ENTER_GETEVENTS);
      this.#reap();
      if (done <= 0) return; // the kernel takes nothing now: with the next flush
      this.#queued -= done;
    }
  }

  close(): void {
    close(this.handle);
    for (const { address, bytes } of this.#maps) munmap(address, bytes);
  }

  #request(place: Place, n: number, opcode: number, bytes: Uint8Array, flags: number): void {
    const request = place.index * REQUESTS + n;
    const address = addressOf(bytes);
    const at = request * SQE_WORDS;
    this.#sqes.fill(0, at, at + SQE_WORDS);
    this.#sqes[at + SQE.opcode] = opcode | (flags << 8);
    this.#sqes[at + SQE.fd] = place.fd;
    this.#sqes[at + SQE.address] = Number(BigInt.asIntN(32, address));
    this.#sqes[at + SQE.address + 1] = Number(address >> 32n);
    this.#sqes[at + SQE.length] = bytes.length;
    this.#sqes[at + SQE.flags] = MSG_DONTWAIT;
    this.#sqes[at + SQE.userData] = request;
  }

  #ask(request: number): void {
    this.#words[this.#sqArray + (this.#tail & this.#sqMask)] = request;
    this.#tail = (this.#tail + 1) | 0;
    this.#queued++;
  }

  #reap(): void {
    const words = this.#words;
    const { lengths } = this.received;
    const tail = Atomics.load(words, this.#cqTail);
    for (; this.#head !== tail; this.#head = (this.#head + 1) | 0) {
      const at = this.#cqes + (this.#head & this.#cqMask) * CQE_WORDS;
      const request = words[at + CQE.userData];
      const n = request % REQUESTS;
      if (n < RECEIVES) lengths[((request / REQUESTS) | 0) * RECEIVES + n] = words[at + CQE.result];
    }
    Atomics.store(words, this.#cqHead, tail);
  }
}

function map(fd: number, offset: number, bytes: number): { address: number; bytes: number } {
  const address = mmap(0, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, offset);
  if (address < 0 || address > Number.MAX_SAFE_INTEGER) throw new Error('mmap of an io_uring failed');
  return { address, bytes };
}

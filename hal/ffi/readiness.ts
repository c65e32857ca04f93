/** Which of many sockets have something to receive, in one call (epoll): for those that seldom have. */
import {
  close,
  epoll_create1,
  epoll_ctl,
  epoll_wait,
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  EPOLLIN,
} from './libc.js';

/** Told at a time; the others wait for the next call. */
const MAX_READY = 64;
/** `struct epoll_event`: 32 bits of events, 64 of ours; x64 alone packs them. */
const [EVENT_WORDS, OURS_AT] = process.arch === 'x64' ? [3, 1] : [4, 2];

export class Readiness {
  /** The system's number for it: it outlives the thread. */
  readonly handle: number;
  #ready = new Int32Array(MAX_READY * EVENT_WORDS);

  /** `adopted`: that of a thread that has died, with all that it watches; 0 for a new one. */
  constructor(adopted = 0) {
    this.handle = adopted || epoll_create1(EPOLL_CLOEXEC);
  }

  /** Watches a socket until it is closed; `name` says which one it is. */
  add(handle: number, name: number): void {
    const event = new Int32Array(EVENT_WORDS);
    event[0] = EPOLLIN;
    event[OURS_AT] = name;
    epoll_ctl(this.handle, EPOLL_CTL_ADD, handle, event);
  }

  /** How many can be received from now, at most 64. Neither waits nor allocates. */
  poll(): number {
    return epoll_wait(this.handle, this.#ready, MAX_READY, 0);
  }

  /** The name of one of those. */
  nameAt(index: number): number {
    return this.#ready[index * EVENT_WORDS + OURS_AT];
  }

  close(): void {
    close(this.handle);
  }
}

/** Datagrams that wait to be served: in turn by source, those of phones in calls first, the rest dropped when too many. */

/** Served before the socket is read again: few of the others, so that it is read faster than a flood fills it. */
const FIRST_AT_ONCE = 32;
const OTHERS_AT_ONCE = 8;
/** Octets that may wait: of one source, and of all in one lane. */
const MAX_OF_SOURCE = 65_536;
const MAX_IN_LANE = 2 * 1024 * 1024;

type Waiting<Item> = { item: Item; octets: number };

/** A bounded queue in which every source has its turn. */
class Lane<Item> {
  readonly #sources = new Map<string, { queue: Waiting<Item>[]; octets: number }>();
  #octets = 0;

  get isEmpty(): boolean {
    return this.#sources.size === 0;
  }

  /** False if there is no room. */
  put(item: Item, source: string, octets: number): boolean {
    const own = this.#sources.get(source) ?? { queue: [], octets: 0 };
    if (own.octets + octets > MAX_OF_SOURCE || this.#octets + octets > MAX_IN_LANE) return false;
    own.queue.push({ item, octets });
    own.octets += octets;
    this.#octets += octets;
    this.#sources.set(source, own);
    return true;
  }

  /** Hands the next ones to `serve`, at most `count`. */
  serve(count: number, serve: (item: Item) => void): void {
    for (const [source, own] of this.#sources) {
      if (count-- === 0) return;
      const { item, octets } = own.queue.shift()!;
      own.octets -= octets;
      this.#octets -= octets;
      this.#sources.delete(source);
      if (own.queue.length > 0) this.#sources.set(source, own); // to the end of the line
      serve(item);
    }
  }

  clear(): void {
    this.#sources.clear();
    this.#octets = 0;
  }
}

export class FairInbox<Item> {
  /** Items for which there was no room. */
  dropped = 0;
  readonly #first = new Lane<Item>();
  readonly #others = new Lane<Item>();
  #scheduled = false;

  constructor(
    private readonly serve: (item: Item) => void,
    /** Calls back after the socket has been read. */
    private readonly later: (work: () => void) => void = setImmediate,
  ) {}

  /** Takes an item of `octets` from a source; `first`: it goes before those of other sources. */
  put(item: Item, source: string, octets: number, first: boolean): void {
    const lane = first ? this.#first : this.#others;
    if (!lane.put(item, source, octets)) this.dropped += 1;
    this.#schedule();
  }

  /** Forgets what waits. */
  clear(): void {
    this.#first.clear();
    this.#others.clear();
  }

  #schedule(): void {
    if (this.#scheduled || (this.#first.isEmpty && this.#others.isEmpty)) return;
    this.#scheduled = true;
    this.later(() => {
      this.#scheduled = false;
      this.#first.serve(FIRST_AT_ONCE, this.serve);
      this.#others.serve(OTHERS_AT_ONCE, this.serve);
      this.#schedule();
    });
  }
}

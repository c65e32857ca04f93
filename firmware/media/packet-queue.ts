/** Packets that wait to be decoded, in the order of their place in the stream. */

const SLOTS = 32;
/** What an Ethernet frame holds. */
const SLOT_BYTES = 1500;
export const MAX_PACKET_BYTES = SLOT_BYTES;

export class PacketQueue {
  /** Read at the index of a slot: `first` or `last`. Places are in samples and wrap as 32-bit integers. */
  readonly places = new Int32Array(SLOTS);
  readonly samples = new Int32Array(SLOTS);
  readonly sequences = new Int32Array(SLOTS);
  readonly lengths = new Int32Array(SLOTS);
  /** The payload of slot n begins at n * MAX_PACKET_BYTES. Only pages that were used take memory. */
  readonly bytes = new Uint8Array(SLOTS * SLOT_BYTES);
  /** Slots in use by place, then the free ones, the last used first. */
  #order = Uint8Array.from({ length: SLOTS }, (_, slot) => slot);
  #count = 0;

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** The slot of the earliest packet, -1 if there is none. */
  get first(): number {
    return this.#count > 0 ? this.#order[0] : -1;
  }

  get last(): number {
    return this.#count > 0 ? this.#order[this.#count - 1] : -1;
  }

  /** Copies a payload of at most MAX_PACKET_BYTES in; the earliest packet goes where the queue is full. */
  add(
    place: number,
    samples: number,
    sequence: number,
    bytes: Uint8Array,
    offset: number,
    length: number,
  ): void {
    if (this.#count === SLOTS) this.removeFirst();
    const order = this.#order;
    const slot = order[this.#count];
    let at = this.#count++;
    while (at > 0 && ((this.places[order[at - 1]] - place) | 0) > 0) {
      order[at] = order[at - 1];
      at--;
    }
    order[at] = slot;
    this.places[slot] = place;
    this.samples[slot] = samples;
    this.sequences[slot] = sequence;
    this.lengths[slot] = length;
    for (let i = 0, to = slot * SLOT_BYTES; i < length; i++) this.bytes[to + i] = bytes[offset + i];
  }

  removeFirst(): void {
    const order = this.#order;
    const slot = order[0];
    this.#count--;
    for (let at = 0; at < this.#count; at++) order[at] = order[at + 1];
    order[this.#count] = slot;
  }

  clear(): void {
    this.#count = 0;
  }
}

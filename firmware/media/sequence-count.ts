/** The books of sequence numbers: what was lost, what came twice (RFC 3550 appendix A.1 and A.3). */

/** Sequence numbers remembered to tell a late packet from one that comes twice. */
const SEEN = 64;
/** RFC 3550 appendix A.1: a larger step of the sequence number is a new beginning. */
const MAX_DROPOUT = 3000;

export class SequenceCount {
  duplicates = 0;
  /** The largest number received, counted on where 16 bits wrap. */
  highest = 0;
  #running = false;
  #ssrc = 0;
  #first = 0;
  #received = 0;
  #lostBefore = 0;
  #seen = new Int32Array(SEEN).fill(-1);

  get ssrc(): number {
    return this.#ssrc;
  }

  /** Packets expected but not received; the duplicates are not counted as received. */
  get lost(): number {
    return this.#lostBefore + this.#lostNow();
  }

  /** Packets of this stream from the first to the last, by their numbers. */
  get expected(): number {
    return this.#running ? this.highest - this.#first + 1 : 0;
  }

  /** Whether a packet goes on with the stream. */
  continues(ssrc: number, sequence: number): boolean {
    return this.#running && ssrc === this.#ssrc && Math.abs(this.#stepTo(sequence)) <= MAX_DROPOUT;
  }

  begin(ssrc: number, sequence: number): void {
    this.end();
    this.#running = true;
    this.#ssrc = ssrc;
    // One turn up, so that a packet from before the first one has a number too.
    this.#first = this.highest = sequence + 0x10000;
    this.#seen.fill(-1);
    this.#received = 0;
  }

  end(): void {
    this.#lostBefore += this.#lostNow();
    this.#running = false;
  }

  /** Counts a packet and returns its number, counted on where 16 bits wrap; -1 for one that was here before. */
  note(sequence: number): number {
    const extended = this.highest + this.#stepTo(sequence);
    if (this.#seen[sequence % SEEN] === extended || extended <= this.highest - SEEN) {
      this.duplicates++;
      return -1;
    }
    this.#seen[sequence % SEEN] = extended;
    if (extended > this.highest) this.highest = extended;
    if (extended < this.#first) this.#first = extended;
    this.#received++;
    return extended;
  }

  #stepTo(sequence: number): number {
    return (((sequence - this.highest) & 0xffff) << 16) >> 16;
  }

  #lostNow(): number {
    return this.#running ? this.expected - this.#received : 0;
  }
}

/** Cuts the messages out of a stream of octets (RFC 3261 §18.3) and sees the pings between them (RFC 5626 §3.5.1). */
import { MAX_MESSAGE_OCTETS } from 'sip-parser';

export type Framed =
  | { type: 'message'; octets: Buffer }
  /** Two line breaks between messages: to be answered with one. */
  | { type: 'ping' }
  /** Where this message ends cannot be told, so neither where the next begins: the stream is of no more use. */
  | { type: 'broken'; octets: Buffer; status: number; reason: string };

const CR = 0x0d;
const LF = 0x0a;
const EMPTY = Buffer.alloc(0);

/** Never holds more than the largest message; the work is linear in the octets, however they are sliced. */
export class StreamFramer {
  #store: Buffer = EMPTY;
  #length = 0;
  /** Octets of the held message that were searched for its empty line in vain. */
  #searched = 0;
  /** Length of the held message; 0 while it is not known. */
  #need = 0;
  /** Line breaks since the last message or ping. */
  #breaks = 0;
  #broken = false;

  /** What is held: a message that is not complete. A view, good until the next `push`. */
  get held(): Buffer {
    return this.#store.subarray(0, this.#length);
  }

  /** What a piece of the stream completes, in order. After `broken` everything is ignored. */
  push(piece: Buffer): Framed[] {
    if (this.#broken) return [];
    this.#append(piece);
    const found: Framed[] = [];
    let at = 0;
    for (;;) {
      at = this.#skipBreaks(at, found);
      const rest = this.#store.subarray(at, this.#length);
      const framed = this.#next(rest);
      if (!framed) break;
      found.push(framed);
      this.#broken = framed.type === 'broken';
      at += this.#broken ? rest.length : this.#need;
      this.#searched = this.#need = 0;
    }
    this.#drop(at);
    return found;
  }

  /** RFC 3261 §7.5: line breaks before a message are no part of it. */
  #skipBreaks(at: number, found: Framed[]): number {
    if (this.#searched > 0 || this.#need > 0) return at;
    while (at + 1 < this.#length && this.#store[at] === CR && this.#store[at + 1] === LF) {
      at += 2;
      this.#breaks = (this.#breaks + 1) % 2;
      if (this.#breaks === 0) found.push({ type: 'ping' });
    }
    return at;
  }

  #next(rest: Buffer): Framed | undefined {
    const maybeBreak = rest.length === 1 && rest[0] === CR;
    if (rest.length === 0 || maybeBreak) return undefined;
    this.#breaks = 0;
    if (this.#need === 0) {
      const blank = rest.indexOf('\r\n\r\n', Math.max(0, this.#searched - 3), 'latin1');
      this.#searched = rest.length;
      if (blank < 0) return rest.length >= MAX_MESSAGE_OCTETS ? tooLong(rest) : undefined;
      const length = contentLength(rest.toString('latin1', 0, blank + 2));
      const head = rest.subarray(0, blank + 4);
      if (typeof length === 'string') return broken(head, 400, length);
      this.#need = head.length + length;
      if (this.#need > MAX_MESSAGE_OCTETS) return tooLong(head);
    }
    return rest.length < this.#need
      ? undefined
      : { type: 'message', octets: Buffer.from(rest.subarray(0, this.#need)) };
  }

  #append(piece: Buffer): void {
    const length = this.#length + piece.length;
    if (length > this.#store.length) {
      const larger = Buffer.alloc(Math.max(length, 2 * this.#length));
      this.#store.copy(larger, 0, 0, this.#length);
      this.#store = larger;
    }
    piece.copy(this.#store, this.#length);
    this.#length = length;
  }

  #drop(octets: number): void {
    this.#store.copyWithin(0, octets, this.#length);
    this.#length -= octets;
    if (this.#length === 0) this.#store = EMPTY;
  }
}

/** Octets of the body; a text says why that cannot be told. In a stream the header is a must: RFC 3261 §20.14. */
function contentLength(head: string): number | string {
  if (/\r(?!\n)|(?<!\r)\n/.test(head)) return 'Stray CR or LF';
  const lines = head
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n')
    .slice(1);
  const values = lines.filter((line) => /^(?:content-length|l)[ \t]*:/i.test(line));
  if (values.length === 0) return 'Missing Content-Length';
  if (values.length > 1) return 'More Than One Content-Length';
  const text = values[0].slice(values[0].indexOf(':') + 1).trim();
  return /^[0-9]+$/.test(text) ? Number(text) : 'Malformed Content-Length';
}

function broken(octets: Buffer, status: number, reason: string): Framed {
  return { type: 'broken', octets: Buffer.from(octets), status, reason };
}

function tooLong(octets: Buffer): Framed {
  return broken(octets, 513, 'Message Too Large');
}

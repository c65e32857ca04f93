import { type HeaderName, headerName } from './header-names.js';
import { trimmed, wireSafe } from './text.js';

type Entry = { readonly header: HeaderName; value: string };

/**
 * The header fields of a message, in order. Names are looked up in any case or compact form and given back in their
 * usual spelling. Values are as on the wire, unfolded; list headers (Via, Contact, Route, ...) are split at commas
 * only when asked for.
 */
export class Headers {
  private readonly entries: Entry[] = [];

  /** The first value; for a list header its first member that is not empty. */
  get(name: string): string | undefined {
    const { key } = headerName(name);
    for (const entry of this.entries) {
      if (entry.header.key !== key) continue;
      if (!entry.header.list) return entry.value;
      const first = firstMember(entry.value);
      if (first !== '') return first;
    }
    return undefined;
  }

  /** Every value, in order; list headers are split and their empty members left out. */
  all(name: string): string[] {
    const { key, list } = headerName(name);
    const values: string[] = [];
    for (const entry of this.entries) {
      if (entry.header.key !== key) continue;
      if (list && mayNeedSplit(entry.value)) values.push(...splitList(entry.value));
      else values.push(entry.value);
    }
    return values;
  }

  has(name: string): boolean {
    const { key } = headerName(name);
    return this.entries.some((entry) => entry.header.key === key);
  }

  /** How many header lines there are. */
  get size(): number {
    return this.entries.length;
  }

  /** Replaces every value of a header by this one, at the place of the first. */
  set(name: string, value: string): this {
    const { key } = headerName(name);
    const first = this.entries.find((entry) => entry.header.key === key);
    if (first === undefined) return this.append(name, value);
    first.value = trimmed(wireSafe(value));
    return this.drop((entry) => entry.header.key === key && entry !== first);
  }

  /** Adds a line after all the others. */
  append(name: string, value: string): this {
    this.entries.push(entryOf(name, value));
    return this;
  }

  /** For the parser: adds a line which is known to be trimmed and free of line breaks. */
  appendRead(header: HeaderName, value: string): void {
    this.entries.push({ header, value });
  }

  /** Adds a line before the first of that name, or before all the others if there is none. */
  prepend(name: string, value: string): this {
    const entry = entryOf(name, value);
    const at = this.entries.findIndex((other) => other.header.key === entry.header.key);
    this.entries.splice(Math.max(at, 0), 0, entry);
    return this;
  }

  remove(name: string): this {
    const { key } = headerName(name);
    return this.drop((entry) => entry.header.key === key);
  }

  /** Takes away the first value: of a list header its first member, else the first line. */
  removeFirst(name: string): this {
    const { key } = headerName(name);
    const at = this.entries.findIndex(
      ({ header, value }) => header.key === key && !(header.list && firstMember(value) === ''),
    );
    if (at < 0) return this;
    const entry = this.entries[at];
    if (entry.header.list) entry.value = entry.value.replace(/^[ \t,]+/, '');
    const comma = entry.header.list ? nextComma(entry.value, 0) : -1;
    if (comma < 0) this.entries.splice(at, 1);
    else entry.value = trimmed(entry.value, comma + 1);
    return this;
  }

  /** Each line as [name, value], the value unsplit. */
  *[Symbol.iterator](): Iterator<[string, string]> {
    for (const entry of this.entries) yield [entry.header.name, entry.value];
  }

  clone(): Headers {
    const copy = new Headers();
    for (const { header, value } of this.entries) copy.entries.push({ header, value });
    return copy;
  }

  private drop(unwanted: (entry: Entry) => boolean): this {
    let kept = 0;
    for (const entry of this.entries) if (!unwanted(entry)) this.entries[kept++] = entry;
    this.entries.length = kept;
    return this;
  }
}

/** Splits at the commas which stand neither in quotes nor in angle brackets, RFC 3261 §7.3.1. */
export function splitList(value: string): string[] {
  const members: string[] = [];
  let start = 0;
  while (start <= value.length) {
    const comma = nextComma(value, start);
    const end = comma < 0 ? value.length : comma;
    const member = trimmed(value, start, end);
    if (member !== '') members.push(member);
    start = end + 1;
  }
  return members;
}

function firstMember(value: string): string {
  return nextComma(value, 0) < 0 ? value : (splitList(value)[0] ?? '');
}

function mayNeedSplit(value: string): boolean {
  return value === '' || value.includes(',');
}

function nextComma(value: string, start: number): number {
  if (value.indexOf(',', start) < 0) return -1;
  let quoted = false;
  let angled = false;
  for (let i = start; i < value.length; i += 1) {
    const code = value.charCodeAt(i);
    if (quoted) {
      if (code === 0x5c) i += 1;
      else if (code === 0x22) quoted = false;
    } else if (angled) {
      if (code === 0x3e) angled = false;
    } else if (code === 0x22) quoted = true;
    else if (code === 0x3c) angled = true;
    else if (code === 0x2c) return i;
  }
  return -1;
}

function entryOf(name: string, value: string): Entry {
  return { header: headerName(wireSafe(name)), value: trimmed(wireSafe(value)) };
}

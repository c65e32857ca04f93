// Text is held one character an octet (latin1), so what is not understood still leaves exactly as it came.

/** The characters of a token, RFC 3261 §25.1, for use inside a character class. */
export const TOKEN_CHARS = "A-Za-z0-9\\-.!%*_+`'~";
const TOKEN = new RegExp(`^[${TOKEN_CHARS}]+$`);
const UNFIT = /[\r\n\u0100-\uffff]/;

export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

export function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** The part of `text` between `start` and `end` without SP and HTAB at its ends (and nothing else: 0xA0 is data). */
export function trimmed(text: string, start = 0, end = text.length): string {
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

/** The index just after a quoted string which opens at `start`, or -1 if it never closes. */
export function quotedEnd(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === 0x5c) i += 1;
    else if (code === 0x22) return i + 1;
  }
  return -1;
}

/** The content of a quoted string (given with its quotes), its quoted-pairs resolved. */
export function unquote(quoted: string): string {
  const inner = quoted.slice(1, -1);
  return inner.includes('\\') ? inner.replace(/\\([^])/g, '$1') : inner;
}

/** `text` as a quoted string. */
export function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** Resolves each %XX once, to one octet; anything else with a % stays as it is. */
export function unescapeOctets(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

/** Writes every character that `unsafe` (a global RegExp) matches as %XX. */
export function escapeOctets(text: string, unsafe: RegExp): string {
  return wireSafe(text, false).replace(unsafe, (char) => {
    return '%' + char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
  });
}

/**
 * Text that cannot break out of its header line: line breaks become a space, and characters above U+00FF become the
 * octets of their UTF-8 form (cutting them to one octet could make a line break of, say, U+010A).
 */
export function wireSafe(text: string, breaks = true): string {
  if (!UNFIT.test(text)) return text;
  const octets = text.replace(/[\u0100-\uffff]+/g, wireText);
  return breaks ? octets.replace(/[\r\n]+[ \t]*/g, ' ') : octets;
}

/** Human text (Unicode) as the parser holds text: one character for each octet of its UTF-8 form. */
export function wireText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** The inverse of `wireText`, for showing names to people. Octets which are not UTF-8 are read as latin1. */
export function readableText(wire: string): string {
  const text = Buffer.from(wire, 'latin1').toString('utf8');
  return text.includes('\ufffd') ? wire : text;
}

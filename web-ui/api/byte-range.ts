/** Which part of a file a request asks for (RFC 9110 §14). */

/** First and last byte, both included. */
export type ByteRange = { from: number; to: number };

/**
 * What the header Range says of a file of `bytes`: undefined for all of it, `unsatisfiable` for what lies beyond it.
 * More than one range is answered with all, as RFC 9110 §14.2 allows; so is one for another version of the file
 * than `etag` (RFC 9110 §13.1.5).
 */
export function byteRange(
  { range, 'if-range': ifRange }: { range?: string; 'if-range'?: string | string[] },
  bytes: number,
  etag: string,
): ByteRange | 'unsatisfiable' | undefined {
  const match = /^bytes=[ \t]*(\d{0,15})-(\d{0,15})[ \t]*$/i.exec(range ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  if (ifRange !== undefined && ifRange !== etag) return undefined;
  const [first, last] = [match[1], match[2]];
  // RFC 9110 §14.1.2: without a first one it is so many of the end.
  if (first === '') {
    const length = Math.min(Number(last), bytes);
    return length === 0 ? 'unsatisfiable' : { from: bytes - length, to: bytes - 1 };
  }
  const from = Number(first);
  if (last !== '' && Number(last) < from) return undefined;
  if (from >= bytes) return 'unsatisfiable';
  return { from, to: last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1) };
}

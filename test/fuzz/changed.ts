/** One change to some octets, as a blind hand would make it: by what is known, by what others are, or by nothing. */
import { MAX_BYTES } from './target.js';

/** `words` may be put in, and pieces of `others`; `random` is from 0 to 1. */
export function changed(
  input: Buffer,
  words: readonly string[],
  others: readonly Buffer[],
  random: () => number,
): Buffer {
  const below = (limit: number) => Math.floor(random() * limit);
  const one = <T>(list: readonly T[]): T => list[below(list.length)];
  const at = below(input.length + 1);
  const end = Math.min(input.length, at + 1 + below(random() < 0.5 ? 4 : 64));
  const next = Math.min(input.length, at + 1);
  const put = (middle: Uint8Array, to: number) =>
    Buffer.concat([input.subarray(0, at), middle, input.subarray(to)]);
  switch (below(8)) {
    case 0:
      return put(Buffer.alloc(0), end);
    case 1:
      return put(Buffer.from([below(256)]), next);
    case 2:
      return put(Buffer.from([(input[at] ?? 0) ^ (1 << below(8))]), next);
    case 3:
      return put(Buffer.from(one(words), 'latin1'), at);
    case 4:
      return put(Buffer.from(one(words), 'latin1'), end);
    case 5:
      return put(input.subarray(at, end), at);
    case 6: {
      const times = random() < 0.02 ? 4096 : below(16);
      const piece = input.subarray(at, end);
      return put(Buffer.alloc(Math.min(MAX_BYTES, times * piece.length), piece), at);
    }
    default: {
      const other = others.length > 0 ? one(others) : input;
      const from = below(other.length + 1);
      return put(other.subarray(from, from + below(128)), end);
    }
  }
}

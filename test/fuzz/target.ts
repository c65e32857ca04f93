/** Something that takes octets of strangers, as fuzzers see it. */
import type * as fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';

/** No input is longer. */
export const MAX_BYTES = 65_535;

export type Target = {
  name: string;
  /** Good input, from which a fuzzer starts. */
  seeds: readonly Buffer[];
  /** What input is made of, besides any octets. */
  words: readonly string[];
  /** Input by a grammar that knows what is nearly right. */
  grammar: fc.Arbitrary<Buffer>;
  /** Input that is slow where something grows with the square of its length. */
  baits?: readonly Buffer[];
  /** Octets that it takes before others have their turn; all that come if it is undefined. */
  atOnce?: number;
  /** Takes any input at all. Throws (or rejects) if something is wrong with what takes it, not with the input. */
  take(input: Buffer): unknown;
};

/** What something returns; undefined if it throws an error of one of these kinds, which is how it refuses. */
export function unlessRefused<Result>(
  read: () => Result,
  ...kinds: (abstract new (...args: never[]) => Error)[]
): Result | undefined {
  try {
    return read();
  } catch (error) {
    if (kinds.some((kind) => error instanceof kind)) return undefined;
    throw error;
  }
}

/** Throws unless it holds. */
export function holds(it: boolean, what: string): void {
  if (!it) throw new Error(what);
}

export function same(one: unknown, other: unknown, what: string): void {
  holds(isDeepStrictEqual(one, other), what);
}

/** Which numbers nobody has, as ranges. Pure. */
import { numberClaims } from './dial-plan-checks.js';
import type { Config } from './schema.js';

/** Numbers of one length, the first and the last of each range among them. */
export type FreeNumbers = { digits: number; ranges: [first: string, last: string][] };

/** What a box without numbers may begin with. */
const FIRST_DIGITS = 3;

/** For every length that extensions and conferences have now; numbers that begin with 0 are left to the outside. */
export function freeNumbers(config: Config): FreeNumbers[] {
  const lengths = new Set([...config.extensions, ...config.conferences].map(({ number }) => number.length));
  if (lengths.size === 0) lengths.add(FIRST_DIGITS);
  return [...lengths].sort((a, b) => a - b).map((digits) => ({ digits, ranges: rangesOf(config, digits) }));
}

function rangesOf(config: Config, digits: number): [string, string][] {
  const taken = [
    ...numberClaims(config)
      .filter(({ value }) => value.length === digits)
      .map(({ value }) => value),
    ...config.routes.filter(({ prefix }) => prefix.length <= digits).map(({ prefix }) => prefix),
  ]
    .filter((value) => /^[1-9][0-9]*$/.test(value))
    .map((value) => [Number(value.padEnd(digits, '0')), Number(value.padEnd(digits, '9'))])
    .sort(([a], [b]) => a - b);
  const ranges: [string, string][] = [];
  let next = 10 ** (digits - 1);
  for (const [first, last] of [...taken, [10 ** digits, 10 ** digits]]) {
    if (first > next) ranges.push([String(next), String(first - 1)]);
    next = Math.max(next, last + 1);
  }
  return ranges;
}

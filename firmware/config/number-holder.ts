/** Who has a number, and which one nobody has. Pure. */
import { numberClaims } from './dial-plan-checks.js';
import type { Config } from './schema.js';

/** What a number belongs to, in words; undefined if it is free. A route takes all numbers that begin with its prefix. */
export function holderOf(config: Config, number: string): string | undefined {
  return holdersOf(config)(number);
}

/** As `holderOf`, for many numbers: the configuration is gone through once. */
function holdersOf(config: Config): (number: string) => string | undefined {
  const claims = new Map(numberClaims(config).map(({ value, owner }) => [value, owner]));
  return (number) => {
    const claimed = claims.get(number);
    if (claimed !== undefined) return claimed;
    const route = config.routes.findIndex(({ prefix }) => number.startsWith(prefix));
    if (route < 0) return undefined;
    return `route ${route + 1}, which takes all numbers that begin with ${config.routes[route].prefix},`;
  };
}

/** How far a free number is looked for. */
const MAX_TRIES = 10_000;

/** The lowest free number beside those that are of this kind already; undefined if there is none near. */
export function freeNumber(config: Config, kind: 'extensions' | 'conferences'): string | undefined {
  const plain = config[kind].map(({ number }) => number).filter((number) => /^[1-9]/.test(number));
  const first = kind === 'extensions' ? '101' : '800';
  const lowest = Math.min(...(plain.length > 0 ? plain : [first]).map(Number));
  const holder = holdersOf(config);
  for (let number = lowest; number < lowest + MAX_TRIES; number += 1)
    if (holder(String(number)) === undefined) return String(number);
  return undefined;
}

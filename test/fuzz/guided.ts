/** A fuzzer led by coverage: input that runs something new is kept, and changed further. */
import { seeded } from '../support/key-tones.js';
import { run } from './run.js';
import type { Target } from './target.js';

/** How often each branch ran; `instrument` makes the code count them. Must be there before that code is loaded. */
const hits = new Uint8Array(1 << 15);
(globalThis as { branchHits?: Uint8Array }).branchHits = hits;
const hitWords = new BigUint64Array(hits.buffer);

/** A branch that runs 3 times instead of 2 is news, one that runs 103 instead of 102 times is none. */
const kindOfCount = Uint8Array.from({ length: 256 }, (_, count) => {
  if (count < 4) return [0, 1, 2, 4][count];
  return count < 8 ? 8 : count < 16 ? 16 : count < 32 ? 32 : count < 128 ? 64 : 128;
});

/** Few inputs are long, as they take long; none is longer. */
const USUAL_BYTES = 2048;
const MAX_BYTES = 65_535;

export type Outcome = { branches: number; kept: number };

/** Tries so many inputs. Throws the error of one that was taken wrongly, the input cut down to what it needs. */
export async function guided(target: Target, runs: number, seed: number): Promise<Outcome> {
  const random = seeded(seed);
  const seen = new Uint8Array(hits.length);
  const kept: Buffer[] = [];
  const below = (limit: number) => Math.floor(random() * limit);
  const one = <T>(list: readonly T[]): T => list[below(list.length)];
  for (let at = 0; at < runs; at += 1) {
    const input = target.seeds[at] ?? changed(kept.length > 0 ? newer() : Buffer.alloc(0));
    hits.fill(0);
    await run(target, input);
    if (isNew(seen) || at < target.seeds.length) kept.push(input);
  }
  return { branches: seen.reduce((sum, kinds) => sum + (kinds > 0 ? 1 : 0), 0), kept: kept.length };

  /** Half of the time one of the newest, which has had few children. */
  function newer(): Buffer {
    return kept[random() < 0.5 ? below(kept.length) : kept.length - 1 - below(Math.min(16, kept.length))];
  }

  function changed(parent: Buffer): Buffer {
    let input = parent;
    do input = changedOnce(input);
    while (random() < 0.6);
    const most = target.atOnce ?? MAX_BYTES;
    return input.subarray(0, random() < 0.01 ? most : Math.min(most, USUAL_BYTES));
  }

  function changedOnce(input: Buffer): Buffer {
    const at = below(input.length + 1);
    const end = Math.min(input.length, at + 1 + below(random() < 0.5 ? 4 : 64));
    const put = (middle: Uint8Array, to: number) =>
      Buffer.concat([input.subarray(0, at), middle, input.subarray(to)]);
    switch (below(8)) {
      case 0:
        return put(Buffer.alloc(0), end);
      case 1:
        return put(Buffer.from([below(256)]), Math.min(input.length, at + 1));
      case 2:
        return put(Buffer.from([(input[at] ?? 0) ^ (1 << below(8))]), Math.min(input.length, at + 1));
      case 3:
        return put(Buffer.from(one(target.words), 'latin1'), at);
      case 4:
        return put(Buffer.from(one(target.words), 'latin1'), end);
      case 5:
        return put(input.subarray(at, end), at);
      case 6: {
        const times = random() < 0.02 ? 4096 : below(16);
        const piece = input.subarray(at, end);
        return put(Buffer.alloc(Math.min(MAX_BYTES, times * piece.length), piece), at);
      }
      default: {
        const other = kept.length > 0 ? one(kept) : input;
        const from = below(other.length + 1);
        return put(other.subarray(from, from + below(128)), end);
      }
    }
  }
}

/** Whether the last run took a branch that none before took, or as often. */
function isNew(seen: Uint8Array): boolean {
  let news = false;
  for (let word = 0; word < hitWords.length; word += 1) {
    if (hitWords[word] === 0n) continue;
    for (let at = 8 * word; at < 8 * word + 8; at += 1) {
      const kind = kindOfCount[hits[at]];
      if ((seen[at] & kind) === kind) continue;
      seen[at] |= kind;
      news = true;
    }
  }
  return news;
}

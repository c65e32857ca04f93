/** A fuzzer led by coverage: input that runs something new is kept, and changed further. */
import { seeded } from '../support/key-tones.js';
import { changed } from './changed.js';
import { run } from './run.js';
import { MAX_BYTES, type Target } from './target.js';

/** How often each branch ran; `instrument` makes the code count them. Must be there before that code is loaded. */
const hits = new Uint8Array(1 << 15);
(globalThis as { branchHits?: Uint8Array }).branchHits = hits;
const hitWords = new BigUint64Array(hits.buffer);

/** A branch that runs 3 times instead of 2 is news, one that runs 103 instead of 102 times is none. */
const kindOfCount = Uint8Array.from({ length: 256 }, (_, count) => {
  if (count < 4) return [0, 1, 2, 4][count];
  return count < 8 ? 8 : count < 16 ? 16 : count < 32 ? 32 : count < 128 ? 64 : 128;
});

/** Few inputs are long, as they take long. */
const USUAL_BYTES = 2048;

export type Outcome = { branches: number; kept: number };

/** Tries so many inputs. Throws the error of one that was taken wrongly, the input cut down to what it needs. */
export async function guided(target: Target, runs: number, seed: number): Promise<Outcome> {
  const random = seeded(seed);
  const seen = new Uint8Array(hits.length);
  const kept: Buffer[] = [];
  const below = (limit: number) => Math.floor(random() * limit);
  for (let at = 0; at < runs; at += 1) {
    const input = target.seeds[at] ?? child(kept.length > 0 ? newer() : Buffer.alloc(0));
    hits.fill(0);
    await run(target, input);
    if (isNew(seen) || at < target.seeds.length) kept.push(input);
  }
  return { branches: seen.reduce((sum, kinds) => sum + (kinds > 0 ? 1 : 0), 0), kept: kept.length };

  /** Half of the time one of the newest, which has had few children. */
  function newer(): Buffer {
    return kept[random() < 0.5 ? below(kept.length) : kept.length - 1 - below(Math.min(16, kept.length))];
  }

  function child(parent: Buffer): Buffer {
    let input = parent;
    do input = changed(input, target.words, kept, random);
    while (random() < 0.6);
    const most = target.atOnce ?? MAX_BYTES;
    return input.subarray(0, random() < 0.01 ? most : Math.min(most, USUAL_BYTES));
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

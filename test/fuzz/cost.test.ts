/**
 * Nothing under 64 KiB takes longer than 20 ms: each target is given what makes parsers slow, as long as may be: every word
 * it knows, and each pair of them, over and over, behind the beginning of something good, with and without its end.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { costMs, MAX_MS } from './run.js';
import { MAX_BYTES, type Target } from './target.js';
import { targets } from './targets.js';

const test = suite('cost');

/** PARLEY_FUZZ: every pair of words behind every beginning. */
const PAIRS = process.env.PARLEY_FUZZ ? Infinity : 40;

function* slow({ seeds, words, baits = [], atOnce = MAX_BYTES }: Target): Generator<Buffer> {
  yield* baits;
  for (const seed of seeds) {
    const beginnings = [0, 0.25, 0.5, 0.75, 1].map((share) => Math.floor(share * seed.length));
    const pairs = words.flatMap((one) => ['', ...words].map((other) => one + other));
    const step = Math.max(1, Math.floor(pairs.length / PAIRS));
    for (let at = 0; at < pairs.length; at += step) {
      const begin = seed.subarray(0, beginnings[at % beginnings.length]);
      const end = at % 2 === 0 ? seed.subarray(begin.length) : Buffer.alloc(0);
      const room = Math.max(0, atOnce - begin.length - end.length);
      yield Buffer.concat([begin, Buffer.alloc(room, Buffer.from(pairs[at], 'latin1')), end]);
    }
  }
}

for (const target of targets)
  test(`${target.name}: the worst input of 64 KiB`, async () => {
    let worst: { ms: number; input: Buffer } = { ms: 0, input: Buffer.alloc(0) };
    let count = 0;
    for (const input of slow(target)) {
      const ms = await costMs(target, input);
      if (ms > worst.ms) worst = { ms, input };
      count += 1;
    }
    console.log(`${target.name}: at most ${worst.ms.toFixed(1)} ms of ${count} inputs`);
    const shown = `${worst.input.toString('latin1', 0, 60)}...${worst.input.subarray(-1000, -940).toString('latin1')}`;
    assert.ok(worst.ms < MAX_MS, `${worst.ms.toFixed(1)} ms: ${JSON.stringify(shown)}`);
  });

test.run();

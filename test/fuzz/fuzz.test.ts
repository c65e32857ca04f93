/**
 * Whatever strangers send is taken or refused, and soon: by grammars (fast-check), and by a fuzzer that is led by coverage.
 * PARLEY_FUZZ: so many times 3 million inputs, from another beginning each time.
 */
import fc from 'fast-check';
import { register } from 'node:module';
import { suite } from 'uvu';
import { guided } from './guided.js';
import { run } from './run.js';

// What is loaded from here on counts its branches.
register('./instrument.js', import.meta.url);
const { targets } = await import('./targets.js');

const test = suite('fuzz');

const SIZE = Number(process.env.PARLEY_FUZZ ?? 0);
const RUNS = SIZE > 0 ? (3e6 * SIZE) / targets.length : 900;
const SEED = SIZE > 0 ? Date.now() % 2 ** 31 : 1;
/** Of the inputs, those that are led by coverage. */
const GUIDED = 2 / 3;

for (const target of targets) {
  test(`${target.name}, by a grammar`, () =>
    fc.assert(
      fc.asyncProperty(target.grammar, (input) => run(target, input)),
      { numRuns: Math.ceil(RUNS * (1 - GUIDED)), seed: SEED, includeErrorInReport: true },
    ));

  test(`${target.name}, led by coverage`, async () => {
    const { branches, kept } = await guided(target, Math.ceil(RUNS * GUIDED), SEED);
    if (SIZE > 0) console.log(`${target.name}: ${branches} branches, ${kept} inputs kept`);
  });
}

test.run();

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { KeySources, type KeySource } from '../../firmware/call/key-source.js';

const test = suite('key sources');

/** Rows of: way, time in ms, whether the key counts. */
function play(rows: [KeySource, number, boolean][]): void {
  const sources = new KeySources();
  for (const [source, atMs, counts] of rows)
    assert.is(sources.counts(source, atMs), counts, `${source} at ${atMs}`);
}

test('a phone that sends every key both ways is counted once', () =>
  play([
    ['rtp', 0, true],
    ['info', 40, false],
    ['rtp', 100, true],
    ['info', 140, false],
    ['info', 5000, true],
    ['rtp', 5010, false],
  ]));

test('a phone that keeps to one way loses nothing, however fast', () =>
  play([
    ['info', 0, true],
    ['info', 5, true],
    ['info', 10, true],
  ]));

test('a phone may change its way after a pause', () =>
  play([
    ['rtp', 0, true],
    ['info', 2000, true],
    ['info', 2100, true],
    ['rtp', 2200, false],
  ]));

test('a hundred keys by INFO alone are a hundred', () =>
  play(Array.from({ length: 100 }, (_, n): [KeySource, number, boolean] => ['info', 120 * n, true])));

test.run();

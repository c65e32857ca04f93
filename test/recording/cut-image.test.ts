/**
 * The power of a disk is cut at random moments while recordings are written: every one plays, and lacks two seconds at most.
 * In real time: whoever writes is to keep up.
 */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { repairRecordings } from '../../firmware/recording/repair.js';
import { canCutDisks, CutDisk, type Cut } from '../support/cut-disk.js';
import { assertPlays, assertWhole, MAX_LOST_TICKS, type Died, type Given } from './cut-recording.js';

const test = suite('cut image');

const child = fileURLToPath(new URL('./power-cut-child.js', import.meta.url));
const [CUTS, SECONDS] = process.env.PARLEY_SOAK ? [50, 40] : [6, 7];
const MEGABYTES = 128;

test('power is cut while recordings are written: each opens, is mended, and lacks at most two seconds', async () => {
  const disk = await CutDisk.written(child, [String(SECONDS)], MEGABYTES);
  const missing: number[] = [];
  try {
    disk.cut(CUTS, (directory, cut) => {
      const died = diedAt(cut);
      try {
        for (const one of died) assertPlays(directory, { ...one, lost: Infinity });
        const failed: string[] = [];
        repairRecordings(directory, (id, why) => failed.push(`${id}: ${why}`));
        assert.equal(failed, []);
        for (const one of died) missing.push(assertWhole(directory, one));
      } catch (error) {
        throw new Error(
          `${cut.what}: ${(error as Error).message}; there is ${readdirSync(directory).join()}`,
        );
      }
    });
  } finally {
    disk.discard();
  }
  console.log(`${CUTS} cuts, at most ${(Math.max(...missing) / 50).toFixed(1)} s were missing`);
});

/** What may be missing of each that had begun by then; of those before the last one less, or nothing. */
function diedAt({ marks, next }: Cut): Died[] {
  const ticks = new Map<string, number>();
  for (const one of [...marks, ...(next ? [next] : [])]) {
    const given = JSON.parse(one) as Given;
    ticks.set(given.id, given.ticks);
  }
  let lost = MAX_LOST_TICKS;
  return [...ticks].reverse().map(([id, given]) => {
    const died = { id, ticks: given, lost };
    lost = Math.max(0, lost - given);
    return died;
  });
}

if (canCutDisks()) test.run();

/**
 * The process that writes is killed at random moments: what it leaves plays, and lacks two seconds at most.
 * In real time: whoever writes is to keep up.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createRecordingBlock } from '../../firmware/media/recording-ring.js';
import { Recorder } from '../../firmware/recording/recorder.js';
import { repairRecordings } from '../../firmware/recording/repair.js';
import { readWav } from '../support/wav.js';
import {
  assertPlays,
  assertWhole,
  FILES,
  MAX_LOST_TICKS,
  read,
  type Died,
  type Given,
} from './cut-recording.js';

const test = suite('power cut');

const child = fileURLToPath(new URL('./power-cut-child.js', import.meta.url));
/** So many die in `make test`, and in `make soak`; those of a round at the same time. */
const ROUNDS = process.env.PARLEY_SOAK ? 13 : 3;
const AT_ONCE = 4;
/** In memory, where there is such a folder: it is the order of what is written that is tested, and no disk. */
const MEMORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

let directory: string;
test.before.each(() => {
  directory = mkdtempSync(path.join(MEMORY, 'parley-cut-'));
});
test.after.each(() => rmSync(directory, { recursive: true, force: true }));

/** Records for so long, or until all its files have something, and dies. */
async function recordAndDie(ms?: number): Promise<Died> {
  // A box mends what it finds when it starts: each has a folder of its own until it is dead.
  const own = mkdtempSync(path.join(directory, 'box-'));
  const process_ = spawn(process.execPath, [child, own], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(process_, 'exit');
  let last = '';
  const lines = createInterface({ input: process_.stdout });
  const begun = new Promise<void>((resolve) =>
    lines.on('line', (line) => {
      last = line;
      resolve();
    }),
  );
  const closed = once(lines, 'close');
  await Promise.race([begun, exited]);
  const hasAll = () => written(path.join(own, (JSON.parse(last) as Given).id));
  do await new Promise((resolve) => setTimeout(resolve, ms ?? 50));
  while (ms === undefined && !hasAll());
  process_.kill('SIGKILL');
  await Promise.all([exited, closed]);
  const { id, ticks, waitedMs } = JSON.parse(last) as Given;
  if (existsSync(path.join(own, id))) renameSync(path.join(own, id), path.join(directory, id));
  return { id, ticks, lost: MAX_LOST_TICKS + waitedMs / 20 };
}

const written = (folder: string) =>
  FILES.every((name) => {
    const file = path.join(folder, name);
    return existsSync(file) && statSync(file).size > 1000;
  });

test('killed at random moments: every recording is mended at the next start, and lacks at most two seconds', async () => {
  const all: Died[] = [];
  for (let round = 0; round < ROUNDS; round++)
    all.push(
      ...(await Promise.all(Array.from({ length: AT_ONCE }, () => recordAndDie(Math.random() * 6000)))),
    );
  for (const one of all) assertPlays(directory, one);
  const recorder = await Recorder.start({ path: directory }, createRecordingBlock());
  assert.equal(recorder.alarms, []);
  await recorder.close();
  for (const one of all) assertWhole(directory, one);
  const kept = all.filter(({ id }) => existsSync(path.join(directory, id)));
  assert.ok(
    kept.some(({ id }) => read(directory, id).checksums !== null),
    'checksums are made too',
  );
});

test('cut before the document, within it, within the head of a file, before a track has a file', async () => {
  const [empty, torn, ...others] = await Promise.all([0, 1, 2, 3].map(() => recordAndDie()));
  const file = (id: string, name: string) => path.join(directory, id, name);
  rmSync(path.join(directory, empty.id), { recursive: true });
  mkdirSync(path.join(directory, empty.id));
  writeFileSync(file(torn.id, 'recording.json.new'), '{"version":');
  truncateSync(file(others[0].id, 'track-2.wav'), 20);
  rmSync(file(others[1].id, 'track-3.wav'));
  const failed: string[] = [];
  const mended = repairRecordings(directory, (id, why) => failed.push(`${id}: ${why}`));
  assert.equal(failed, []);
  assert.is(mended.length, 3);
  assert.not(existsSync(path.join(directory, empty.id)), 'nothing had been stored');
  for (const { id } of [torn, ...others]) {
    const { samples } = read(directory, id);
    for (const name of FILES) assert.is(readWav(readFileSync(file(id, name))).length, samples, name);
  }
  assert.is(repairRecordings(directory, () => {}).length, 3, 'mended once, they wait for their checksums');
});

test('a document that nobody can read is told of, and left', () => {
  const id = '20261124-160000-00000000';
  mkdirSync(path.join(directory, id));
  writeFileSync(path.join(directory, id, 'recording.json'), '{');
  const failed: string[] = [];
  assert.equal(
    repairRecordings(directory, (of, why) => failed.push(`${of}: ${why}`)),
    [],
  );
  assert.equal(failed, [`${id}: recording.json is missing or broken`]);
});

test.run();

/** The process that writes is killed at random moments: what it leaves plays, and lacks two seconds at most. */
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
import type { RecordingDocument } from '../../firmware/recording/recording-document.js';
import { repairRecordings } from '../../firmware/recording/repair.js';
import { readWav } from '../support/wav.js';

const test = suite('power cut');

const child = fileURLToPath(new URL('./power-cut-child.js', import.meta.url));
/** So many die in `make test`, and in `make soak`; those of a round at the same time. */
const ROUNDS = process.env.PARLEY_SOAK ? 25 : 3;
const AT_ONCE = 2;
/** In memory, where there is such a folder: it is the order of what is written that is tested, and no disk. */
const MEMORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const SAMPLES = 320;
const MAX_LOST_TICKS = 100;

let directory: string;
test.before.each(() => {
  directory = mkdtempSync(path.join(MEMORY, 'parley-cut-'));
});
test.after.each(() => rmSync(directory, { recursive: true, force: true }));

/** What was recorded until then; `lost`: ticks that may be missing. */
type Died = { id: string; ticks: number; lost: number };

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
  const hasAll = () => written(path.join(own, last.split(' ')[0]));
  do await new Promise((resolve) => setTimeout(resolve, ms ?? 50));
  while (ms === undefined && !hasAll());
  process_.kill('SIGKILL');
  await Promise.all([exited, closed]);
  const [id, ticks, waitedMs] = last.split(' ');
  if (existsSync(path.join(own, id))) renameSync(path.join(own, id), path.join(directory, id));
  return { id, ticks: Number(ticks), lost: MAX_LOST_TICKS + Number(waitedMs) / 20 };
}

const FILES = ['mix.wav', 'track-1.wav', 'track-2.wav', 'track-3.wav'];
const written = (folder: string) =>
  FILES.every((name) => {
    const file = path.join(folder, name);
    return existsSync(file) && statSync(file).size > 1000;
  });

const read = (id: string) =>
  JSON.parse(readFileSync(path.join(directory, id, 'recording.json'), 'utf8')) as RecordingDocument;

/** What was said, as far as it is there. */
function assertWhole({ id, ticks, lost }: Died): void {
  if (!existsSync(path.join(directory, id))) return assert.ok(ticks <= lost, `nothing of ${ticks} ticks`);
  const document = read(id);
  const { samples, tracks } = document;
  assert.is(document.endReason, 'power cut');
  assert.ok(samples / SAMPLES >= ticks - lost, `${samples / SAMPLES} of ${ticks} ticks`);
  if (samples === 0) return;
  assert.is(tracks.length, 3);
  const sounds = FILES.map((file) => {
    const bytes = readFileSync(path.join(directory, id, file));
    assert.is(bytes.readUInt32LE(40), 2 * samples, `${file}: what its head says`);
    return readWav(bytes);
  });
  const whole = Math.min(...sounds.map(endOf).slice(0, 3));
  for (let i = 0; i < whole; i++) {
    const tick = Math.floor(i / SAMPLES);
    const told = [1, 2, 3].map((track) => (track < 3 || tick % 100 < 50 ? 1000 * track + (tick % 500) : 0));
    for (const track of [1, 2])
      if (sounds[track][i] !== told[track - 1]) assert.unreachable(`track ${track} at ${i}`);
    if (sounds[0][i] !== told[0] + told[1] + told[2]) assert.unreachable(`mix at ${i}`);
  }
  assert.ok(whole / SAMPLES >= ticks - lost, `${whole / SAMPLES} of ${ticks} ticks are whole`);
  assert.ok(Math.abs(Date.parse(document.endedAt!) - Date.parse(document.startedAt) - samples / 16) < 2000);
}

/** Before anything is mended: what the head says is there, and is not much less. */
function assertPlays({ id, ticks, lost }: Died): void {
  const file = path.join(directory, id, 'mix.wav');
  if (!existsSync(file) || statSync(file).size < 44)
    return assert.ok(ticks <= lost, `nothing of ${ticks} ticks`);
  const bytes = readFileSync(file);
  const told = bytes.readUInt32LE(40);
  assert.ok(told <= bytes.length - 44, 'no more than there is');
  assert.ok(told / 2 / SAMPLES >= ticks - lost, `${told / 2 / SAMPLES} of ${ticks} ticks`);
}

/** Where silence begins that does not end. */
function endOf(sound: Int16Array): number {
  let end = sound.length;
  while (end > 0 && sound[end - 1] === 0) end--;
  return end;
}

test('killed at random moments: every recording is mended at the next start, and lacks at most two seconds', async () => {
  const all: Died[] = [];
  for (let round = 0; round < ROUNDS; round++)
    all.push(
      ...(await Promise.all(Array.from({ length: AT_ONCE }, () => recordAndDie(Math.random() * 6000)))),
    );
  for (const one of all) assertPlays(one);
  const recorder = await Recorder.start(directory, createRecordingBlock());
  assert.equal(recorder.alarms, []);
  await recorder.close();
  for (const one of all) assertWhole(one);
  const kept = all.filter(({ id }) => existsSync(path.join(directory, id)));
  assert.ok(
    kept.some(({ id }) => read(id).checksums !== null),
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
    const { samples } = read(id);
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

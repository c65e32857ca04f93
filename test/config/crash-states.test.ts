/** Every state in which a power cut may leave what the box keeps: it boots with the old or the new, and loses nothing it said it kept. */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ConfigStore } from '../../firmware/config/config-store.js';
import { ConfigVersions } from '../../firmware/config/config-versions.js';
import { readDocument } from '../../firmware/recording/read-document.js';
import { repairRecordings } from '../../firmware/recording/repair.js';
import { AppendLog } from '../../firmware/system/append-log.js';
import { CrashStates, lay, type CrashState } from '../support/crash-states.js';
import { canCutDisks, CutDisk } from '../support/cut-disk.js';
import { Learnt, recordingOf } from '../support/learnt.js';
import { isInstalled } from '../support/program.js';

const test = suite('crash states');

const [keeper, learntKeeper] = ['keeper', 'learnt-keeper'].map((name) =>
  fileURLToPath(new URL(`../support/${name}.js`, import.meta.url)),
);
const ROUNDS = 3;
/** Of a recording that is whole: three ticks. */
const SAMPLES = 480;
const [CUTS, CUT_ROUNDS] = process.env.PARLEY_SOAK ? [2000, 300] : [20, 30];
const MEGABYTES = 64;

/** The last round of which something said that it had kept it. */
export function last(said: readonly string[], what: string): number {
  return Math.max(0, ...said.map((line) => Number(new RegExp(`^${what} (\\d+)$`).exec(line)?.[1] ?? 0)));
}

async function boots(directory: string, { said }: Pick<CrashState, 'said'>): Promise<void> {
  const store = await ConfigStore.open(directory, {});
  const kept = last(said, 'config');
  const found = Number(/^round (\d+)$/.exec(store.config.conferences[0]?.description ?? '')?.[1] ?? 0);
  assert.ok(found === kept || found === kept + 1, `configuration ${found}, said it kept ${kept}`);
  if (said.includes('began')) assert.not(store.isNew);
  const versions = new ConfigVersions(store, path.join(directory, 'versions'), () => 0);
  assert.equal(versions.alarms, []);
  assert.is(
    versions.find(versions.list[0].version)?.conferences[0]?.description,
    store.config.conferences[0]?.description,
  );
  const rounds: number[] = [];
  const history = AppendLog.open(path.join(directory, 'history'), (line) =>
    rounds.push((line as { round: number }).round),
  );
  assert.is(history.failure, undefined);
  assert.equal(
    rounds,
    rounds.map((_, at) => at + 1),
    'no line is missing or twice',
  );
  const kinds = last(said, 'history');
  assert.ok(
    rounds.length === kinds || rounds.length === kinds + 1,
    `history ${rounds.length}, said it kept ${kinds}`,
  );
  const alarms = store.alarms.filter(({ code }) => code !== 'config-missing');
  assert.equal(alarms, []);
}

/** Phones, seats and guesses are as they were said to be; a recording that was begun opens, one that ended is whole. */
function remembers(directory: string, { said }: Pick<CrashState, 'said'>, rounds = ROUNDS): void {
  const learnt = new Learnt(directory);
  assert.equal(learnt.alarms, []);
  const kept = last(said, 'learnt');
  for (const [what, found] of Object.entries(learnt.rounds))
    assert.ok(found === kept || found === kept + 1, `${what} ${found}, said it kept ${kept}`);
  const folder = path.join(directory, 'recordings');
  if (!fs.existsSync(folder)) return assert.is(last(said, 'begun'), 0);
  const failed: string[] = [];
  repairRecordings(folder, (id, why) => failed.push(`${id}: ${why}`));
  assert.equal(failed, []);
  for (let round = 1; round <= rounds; round += 1) {
    const { id, description } = recordingOf(round);
    const file = path.join(folder, id, 'recording.json');
    const document = fs.existsSync(file) ? readDocument(fs.readFileSync(file, 'utf8'), id) : undefined;
    if (round <= last(said, 'begun')) assert.is(document?.description, description);
    if (round <= last(said, 'recorded'))
      assert.equal([document?.endReason, document?.samples], ['everybody left', SAMPLES]);
    else if (document) assert.match(document.endReason!, /power cut|everybody left/);
  }
}

/** Has a look at each state in which a cut may leave what a program writes. */
async function everyState(
  program: string,
  look: (directory: string, state: CrashState) => Promise<void> | void,
): Promise<void> {
  const folder = fs.mkdtempSync(path.join(tmpdir(), 'parley-crash-'));
  const after = `${folder}.after`;
  try {
    const traced = CrashStates.of(program, folder, [String(ROUNDS)]);
    let states = 0;
    for (const state of traced.states()) {
      states += 1;
      lay(state, after);
      try {
        await look(after, state);
      } catch (error) {
        const files = [...state.files].map(([name, content]) => `${name} ${content?.length ?? 'folder'}`);
        throw new Error(
          `${(error as Error).message}; said ${state.said.join()}; there is ${files.join(', ')}`,
        );
      }
    }
    console.log(`${traced.length} operations, ${states} states`);
    assert.ok(states > 50, `${states} states`);
  } finally {
    for (const one of [folder, after]) fs.rmSync(one, { recursive: true, force: true });
  }
}

if (isInstalled('strace')) {
  test('the configuration, its versions and the history, in every state after a cut', () =>
    everyState(keeper, boots));
  test('registrations, seats, guesses and the documents of recordings, likewise', () =>
    everyState(learntKeeper, remembers));
}

/** Has a look at what each cut of the power of an ext4 leaves of what a program writes to it. */
async function everyCut(
  program: string,
  look: (directory: string, state: Pick<CrashState, 'said'>) => Promise<void> | void,
): Promise<void> {
  const disk = await CutDisk.written(program, [String(CUT_ROUNDS), 'cut'], MEGABYTES);
  const looked: Promise<void>[] = [];
  try {
    disk.cut(CUTS, (directory, { marks, what }) => {
      const copy = fs.mkdtempSync(path.join(tmpdir(), 'parley-cut-'));
      fs.cpSync(directory, copy, { recursive: true });
      const seen = async () => look(copy, { said: marks });
      looked.push(
        seen()
          .catch((error: Error) => Promise.reject(new Error(`${what}: ${error.message}`)))
          .finally(() => fs.rmSync(copy, { recursive: true })),
      );
    });
    await Promise.all(looked);
  } finally {
    disk.discard();
  }
}

if (canCutDisks()) {
  test(`the configuration, its versions and the history on an ext4 whose power is cut ${CUTS} times`, () =>
    everyCut(keeper, boots));
  if (process.env.PARLEY_SOAK)
    test(`the rest on an ext4 whose power is cut ${CUTS} times`, () =>
      everyCut(learntKeeper, (directory, state) => remembers(directory, state, CUT_ROUNDS)));
}

test.run();

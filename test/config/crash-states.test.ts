/** Every state in which a power cut may leave what the box keeps: it boots with the old or the new, and loses nothing it said it kept. */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ConfigStore } from '../../firmware/config/config-store.js';
import { ConfigVersions } from '../../firmware/config/config-versions.js';
import { AppendLog } from '../../firmware/system/append-log.js';
import { CrashStates, lay, type CrashState } from '../support/crash-states.js';
import { canCutDisks, CutDisk } from '../support/cut-disk.js';
import { isInstalled } from '../support/program.js';

const test = suite('crash states');

const keeper = fileURLToPath(new URL('../support/keeper.js', import.meta.url));
const ROUNDS = 3;
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

if (isInstalled('strace'))
  test('the configuration, its versions and the history, in every state after a cut', async () => {
    const folder = fs.mkdtempSync(path.join(tmpdir(), 'parley-crash-'));
    const after = `${folder}.after`;
    try {
      const traced = CrashStates.of(keeper, folder, [String(ROUNDS)]);
      let states = 0;
      for (const state of traced.states()) {
        states += 1;
        lay(state, after);
        try {
          await boots(after, state);
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
  });

if (canCutDisks())
  test(`the same on an ext4 whose power is cut ${CUTS} times`, async () => {
    const disk = await CutDisk.written(keeper, [String(CUT_ROUNDS), 'cut'], MEGABYTES);
    const looked: Promise<void>[] = [];
    try {
      disk.cut(CUTS, (directory, { marks, what }) => {
        const copy = fs.mkdtempSync(path.join(tmpdir(), 'parley-cut-'));
        fs.cpSync(directory, copy, { recursive: true });
        looked.push(
          boots(copy, { said: marks })
            .catch((error: Error) => Promise.reject(new Error(`${what}: ${error.message}`)))
            .finally(() => fs.rmSync(copy, { recursive: true })),
        );
      });
      await Promise.all(looked);
    } finally {
      disk.discard();
    }
  });

test.run();

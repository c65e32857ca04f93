import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ConfigStore } from '../../firmware/config/config-store.js';

const test = suite('killed while saving');

/** Rounds end at the first of these. */
const ROUNDS = 40;
const LIMIT_MS = 10_000;

test('kill -9 at any moment of saving: boots with the last acknowledged document or the one after', async () => {
  const directory = fs.mkdtempSync(path.join(tmpdir(), 'parley-kill-'));
  const program = fileURLToPath(new URL('../support/config-saver.js', import.meta.url));
  const first = await ConfigStore.open(directory, { PARLEY_ADMIN_PASSWORD: 'a-good-password' });
  const config = structuredClone(first.config);
  config.conferences[0].description = 'save 0';
  first.save(config);
  let saved = 0;
  let rounds = 0;
  const end = Date.now() + LIMIT_MS;
  for (; rounds < ROUNDS && Date.now() < end; rounds += 1) {
    const child = spawn(process.execPath, [program, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
    let acknowledged = saved;
    let seen = 0;
    const enough = 1 + Math.floor(Math.random() * 40);
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => {
      if (line !== 'saving') acknowledged = Number(line);
      seen += 1;
      // Killed now, or in the middle of a later save: the child does not wait for us.
      if (seen === enough) setTimeout(() => child.kill('SIGKILL'), Math.random() * 3);
    });
    await Promise.all([once(child, 'exit'), once(lines, 'close')]);
    const store = await ConfigStore.open(directory, {});
    assert.equal(store.alarms, []);
    assert.not(store.isNew);
    saved = Number(/^save (\d+)$/.exec(store.config.conferences[0].description)?.[1]);
    assert.ok(
      saved === acknowledged || saved === acknowledged + 1,
      `${acknowledged} acknowledged, ${saved} found`,
    );
  }
  assert.ok(rounds >= 5, `${rounds} rounds`);
  fs.rmSync(directory, { recursive: true });
});

test.run();

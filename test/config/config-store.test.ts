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
import { flashSafeWrite, type SaveCalls } from '../../firmware/config/flash-safe-write.js';
import { verifyPassword } from '../../firmware/config/password.js';

const test = suite('configuration store');

let directory = '';
test.before.each(() => {
  directory = fs.mkdtempSync(path.join(tmpdir(), 'parley-config-'));
});
test.after.each(() => fs.rmSync(directory, { recursive: true }));

const file = (name = 'config.json') => path.join(directory, name);
const admin = { PARLEY_ADMIN_PASSWORD: 'a-good-password' };

/** Opens, renames the first conference, saves. */
async function rename(description: string): Promise<ConfigStore> {
  const store = await ConfigStore.open(directory, admin);
  const config = structuredClone(store.config);
  config.conferences[0].description = description;
  store.save(config);
  return store;
}

test('the first boot makes a document, kept for the owner alone', async () => {
  const store = await ConfigStore.open(directory, {});
  assert.is(store.config.extensions.length, 4);
  assert.equal(
    store.config.conferences.map(({ type }) => type),
    ['static', 'dynamic'],
  );
  assert.is(new Set(store.config.extensions.map(({ sip }) => sip.password)).size, 4);
  const password = store.firstBoot?.adminPassword;
  assert.ok(password);
  assert.ok(await verifyPassword(password, store.config.administrators[0].passwordHash));
  assert.is(fs.statSync(file()).mode & 0o777, 0o600);
  assert.equal(store.alarms, []);

  const again = await ConfigStore.open(directory, {});
  assert.is(again.firstBoot, undefined);
  assert.is(again.saves, 0);
  assert.equal(again.config, store.config);
});

test('a hand-written document gets an administrator, with the password asked for', async () => {
  fs.writeFileSync(file(), JSON.stringify({ version: 1, conferences: [{ number: '800', type: 'static' }] }));
  const store = await ConfigStore.open(directory, admin);
  assert.equal(store.firstBoot, { madeDocument: false, adminPassword: undefined });
  assert.ok(await verifyPassword('a-good-password', store.config.administrators[0].passwordHash));
  assert.not(await verifyPassword('another', store.config.administrators[0].passwordHash));
  assert.not.match(fs.readFileSync(file(), 'utf8'), /a-good-password/);
});

test('a save is told, an identical one is not written', async () => {
  const store = await rename('one');
  const told: string[] = [];
  store.onChanged = (before, after) =>
    told.push(`${before.conferences[0].description} to ${after.conferences[0].description}`);
  const saves = store.saves;
  store.save(structuredClone(store.config));
  assert.is(store.saves, saves);
  const config = structuredClone(store.config);
  config.conferences[0].description = 'two';
  store.save(config);
  assert.equal(told, ['one to two']);
});

test('a bad candidate changes nothing', async () => {
  const store = await rename('one');
  const bytes = fs.readFileSync(file(), 'utf8');
  assert.throws(
    () => store.save({ ...store.config, extensions: [{}] }),
    /\/extensions\/0\/number is missing/,
  );
  assert.is(fs.readFileSync(file(), 'utf8'), bytes);
  assert.is(store.config.conferences[0].description, 'one');
});

test('a broken document: the previous one is used, the broken one kept, an alarm says why', async () => {
  await rename('one');
  await rename('two');
  fs.writeFileSync(file(), '{"version": 1, "extensions": 7}');
  const store = await ConfigStore.open(directory, admin);
  assert.is(store.config.conferences[0].description, 'one');
  assert.is(store.alarms.length, 1);
  assert.match(store.alarms[0].text, /config\.json could not be used: \/extensions is 7/);
  assert.match(fs.readFileSync(file('config.json.bad'), 'utf8'), /"extensions": 7/);
  const next = await ConfigStore.open(directory, admin);
  assert.is(next.config.conferences[0].description, 'one');
});

test('both broken: defaults, with alarms', async () => {
  await rename('one');
  await rename('two');
  fs.writeFileSync(file(), '');
  fs.writeFileSync(file('config.json.previous'), '{');
  const store = await ConfigStore.open(directory, admin);
  assert.equal(
    store.alarms.map(({ code }) => code),
    ['config-bad', 'config-bad', 'config-defaults'],
  );
  assert.is(store.config.extensions.length, 4);
});

/** The system calls of a save, ending or failing at the `stopAt`th; writes go out in pieces of at most 100 bytes. */
function callsUntil(stopAt: number, fault: () => never): { calls: SaveCalls; made: () => number } {
  let made = 0;
  const step = () => {
    made += 1;
    if (made === stopAt) fault();
  };
  const wrapped =
    <A extends unknown[], R>(call: (...args: A) => R) =>
    (...args: A): R => {
      step();
      return call(...args);
    };
  const calls = {
    openSync: wrapped(fs.openSync),
    writeSync: (fd: number, buffer: Buffer, offset: number, length: number) => {
      step();
      return fs.writeSync(fd, buffer, offset, Math.min(100, length));
    },
    fsyncSync: wrapped(fs.fsyncSync),
    closeSync: fs.closeSync,
    readFileSync: fs.readFileSync,
    linkSync: wrapped(fs.linkSync),
    renameSync: wrapped(fs.renameSync),
    unlinkSync: wrapped(fs.unlinkSync),
    existsSync: fs.existsSync,
  } as unknown as SaveCalls;
  return { calls, made: () => made };
}

for (const code of ['ENOSPC', 'EIO', 'EROFS'])
  test(`a save that is cut or fails (${code}) at any system call leaves the old or the new document`, async () => {
    await rename('older');
    await rename('old');
    const next = fs.readFileSync(file(), 'utf8').replace('"old"', '"new"');
    let stops = 0;
    for (let stopAt = 1; ; stopAt += 1) {
      const { calls, made } = callsUntil(stopAt, () => {
        throw Object.assign(new Error(code), { code });
      });
      let failed = false;
      try {
        flashSafeWrite(file(), Buffer.from(next), calls);
      } catch (error) {
        failed = true;
        assert.is((error as NodeJS.ErrnoException).code, code);
      }
      const store = await ConfigStore.open(directory, admin);
      assert.equal(store.alarms, [], `after call ${stopAt}`);
      const { description } = store.config.conferences[0];
      assert.ok(description === 'old' || description === 'new', `after call ${stopAt}: ${description}`);
      if (!failed) {
        assert.is(description, 'new');
        assert.ok(made() < stopAt);
        break;
      }
      stops += 1;
    }
    assert.ok(stops > 10);
  });

test('a write that reads back differently is an error, and the old document stands', async () => {
  await rename('old');
  const broken = { ...fs, readFileSync: () => Buffer.from('flash worn out') } as unknown as SaveCalls;
  assert.throws(() => flashSafeWrite(file(), Buffer.from('{}'), broken), /does not read back/);
  assert.is((await ConfigStore.open(directory, admin)).config.conferences[0].description, 'old');
});

test('kill -9 at any moment of saving: boots with the last acknowledged document or the one after', async () => {
  await rename('save 0');
  const program = fileURLToPath(new URL('../support/config-saver.js', import.meta.url));
  let saved = 0;
  for (let round = 0; round < 20; round += 1) {
    const child = spawn(process.execPath, [program, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
    let acknowledged = saved;
    const lines = createInterface({ input: child.stdout });
    const enough = 1 + Math.floor(Math.random() * 40);
    let seen = 0;
    lines.on('line', (line) => {
      if (line !== 'saving') acknowledged = Number(line);
      seen += 1;
      // Killed now, or in the middle of a later save: the child does not wait for us.
      if (seen === enough) setTimeout(() => child.kill('SIGKILL'), Math.random() * 3);
    });
    await Promise.all([once(child, 'exit'), once(lines, 'close')]);
    const store = await ConfigStore.open(directory, admin);
    assert.equal(store.alarms, []);
    saved = Number(/\d+/.exec(store.config.conferences[0].description)?.[0]);
    assert.ok(
      saved === acknowledged || saved === acknowledged + 1,
      `${acknowledged} acknowledged, ${saved} found`,
    );
  }
});

test.run();

import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ConfigStore } from '../../firmware/config/config-store.js';
import type { SaveCalls } from '../../firmware/config/flash-safe-write.js';
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

test('the first boot makes a document, kept for the owner alone; the pages ask for an administrator', async () => {
  const store = await ConfigStore.open(directory, {});
  assert.is(store.config.extensions.length, 4);
  assert.equal(
    store.config.conferences.map(({ type }) => type),
    ['static', 'dynamic'],
  );
  assert.is(new Set(store.config.extensions.map(({ sip }) => sip!.password)).size, 4);
  assert.ok(store.isNew);
  assert.equal(store.config.administrators, []);
  assert.is(fs.statSync(file()).mode & 0o777, 0o600);
  assert.equal(store.alarms, []);

  const again = await ConfigStore.open(directory, {});
  assert.not(again.isNew);
  assert.is(again.saves, 0);
  assert.equal(again.config, store.config);
});

test('the first document has what the board says', async () => {
  const factory = file('factory.json');
  fs.writeFileSync(factory, '{ "console": { "device": "/dev/ttyS0" } }');
  const store = await ConfigStore.open(path.join(directory, 'data'), { PARLEY_FACTORY: factory });
  assert.is(store.config.console.device, '/dev/ttyS0');
  assert.is(store.config.extensions.length, 4);
});

test('the firmware before reads what a newer one wrote: what it does not know is left out, and said', async () => {
  const newer = {
    version: 1,
    conferences: [{ number: '800', type: 'static', hologram: { size: 3 } }],
    'odd/name': true,
    network: { sipPort: 5070, quantum: 'yes' },
  };
  const text = JSON.stringify(newer);
  fs.writeFileSync(file(), text);
  const store = await ConfigStore.open(directory, {});
  assert.is(store.config.network.sipPort, 5070);
  assert.is(store.config.conferences[0].number, '800');
  assert.equal(
    store.alarms.map(({ code }) => code),
    ['config-unknown'],
  );
  for (const pointer of ['/conferences/0/hologram', '/odd~1name', '/network/quantum'])
    assert.ok(store.alarms[0].text.includes(pointer), pointer);
  assert.is(fs.readFileSync(file(), 'utf8'), text, 'the newer one finds it as it was');
});

test('what a newer firmware means by a field that is known is not guessed', async () => {
  await ConfigStore.open(directory, {});
  fs.writeFileSync(file(), JSON.stringify({ version: 1, network: { sipPort: 'any' }, quantum: 1 }));
  const store = await ConfigStore.open(directory, {});
  assert.ok(
    store.alarms.some(({ code, text }) => code === 'config-bad' && text.includes('/network/sipPort')),
  );
});

test('a hand-written document gets an administrator, with the password asked for', async () => {
  fs.writeFileSync(file(), JSON.stringify({ version: 1, conferences: [{ number: '800', type: 'static' }] }));
  const store = await ConfigStore.open(directory, admin);
  assert.not(store.isNew);
  assert.ok(await verifyPassword('a-good-password', store.config.administrators[0].passwordHash));
  assert.not(await verifyPassword('another', store.config.administrators[0].passwordHash));
  assert.not.match(fs.readFileSync(file(), 'utf8'), /a-good-password/);
});

test('a save is told, an identical one is not written', async () => {
  const store = await rename('one');
  const told: string[] = [];
  store.on('changed', (before, after) =>
    told.push(`${before.conferences[0].description} to ${after.conferences[0].description}`),
  );
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

test('a document that is not JSON: the alarm quotes nothing of it', async () => {
  await rename('one');
  await rename('two');
  fs.writeFileSync(file(), '{\n"password": hunter2-secret }');
  const store = await ConfigStore.open(directory, admin);
  assert.match(store.alarms[0].text, /config\.json could not be used: not a JSON document/);
  assert.not.match(store.alarms[0].text, /hunter2/);
  assert.is(store.config.conferences[0].description, 'one');
});

test('a document of a newer firmware is refused and kept', async () => {
  fs.writeFileSync(file(), '{"version": 2}');
  const store = await ConfigStore.open(directory, admin);
  assert.match(store.alarms[0].text, /\/version is 2; right would be: 1: a later one needs a newer firmware/);
  assert.is(fs.readFileSync(file('config.json.bad'), 'utf8'), '{"version": 2}');
});

test('a second bad file does not take the place of the first', async () => {
  for (const text of ['first', 'second']) {
    await rename('one');
    fs.writeFileSync(file(), text);
    await ConfigStore.open(directory, admin);
  }
  assert.is(fs.readFileSync(file('config.json.bad'), 'utf8'), 'first');
  assert.is(fs.readFileSync(file('config.json.bad.1'), 'utf8'), 'second');
});

test('the current document is missing: the previous one is used and written again', async () => {
  await rename('one');
  await rename('two');
  fs.rmSync(file());
  const store = await ConfigStore.open(directory, admin);
  assert.equal(store.alarms, [{ code: 'config-missing', text: 'config.json is missing' }]);
  assert.is(store.config.conferences[0].description, 'one');
  assert.equal((await ConfigStore.open(directory, admin)).alarms, []);
});

test('a document saved by an editor on another system: byte order mark, open permissions', async () => {
  const document = {
    version: 1,
    administrators: [{ name: 'owner', passwordHash: 'scrypt$16384$8$1$AAAA$AAAA' }],
  };
  fs.writeFileSync(file(), `\uFEFF${JSON.stringify(document)}`, { mode: 0o644 });
  const store = await ConfigStore.open(directory, admin);
  assert.equal(store.alarms, []);
  assert.is(store.config.administrators[0].name, 'owner');
  assert.is(store.saves, 0);
  assert.is(fs.statSync(file()).mode & 0o777, 0o600);
});

test('what an interrupted save left is removed', async () => {
  await rename('one');
  fs.writeFileSync(file('config.json.new'), '{"half');
  fs.writeFileSync(file('config.json.keep'), '');
  await ConfigStore.open(directory, admin);
  assert.equal(fs.readdirSync(directory).sort(), ['config.json', 'config.json.previous']);
});

test('the configuration cannot be changed but by saving', async () => {
  const store = await rename('one');
  assert.throws(() => (store.config.conferences[0].description = 'sneaked in'), TypeError);
  assert.throws(() => store.config.extensions.pop(), TypeError);
});

test('flash that cannot be written: the box runs, with an alarm', async () => {
  fs.writeFileSync(file(), JSON.stringify({ version: 1, conferences: [{ number: '800', type: 'static' }] }));
  const full = { ...fs, openSync: () => fail('EROFS') } as unknown as SaveCalls;
  const store = await ConfigStore.open(directory, admin, full);
  assert.is(store.config.conferences[0].number, '800');
  assert.is(store.config.administrators.length, 1);
  assert.equal(store.alarms, [{ code: 'config-flash', text: 'the configuration could not be saved: EROFS' }]);
});

test('a save whose last step fails is not trusted: the next one is written even if it changes nothing', async () => {
  await rename('old');
  let broken = false;
  const calls = {
    ...fs,
    openSync: (name: string, flags: string, mode?: number) =>
      broken && name === directory ? fail('EIO') : fs.openSync(name, flags, mode),
  } as unknown as SaveCalls;
  const store = await ConfigStore.open(directory, admin, calls);
  const before = store.config;
  const config = structuredClone(before);
  config.conferences[0].description = 'new';
  broken = true;
  assert.throws(() => store.save(config), /EIO/);
  assert.is(store.config, before);
  broken = false;
  store.save(before);
  assert.is((await ConfigStore.open(directory, admin)).config.conferences[0].description, 'old');
});

function fail(code: string): never {
  throw Object.assign(new Error(code), { code });
}

test.run();

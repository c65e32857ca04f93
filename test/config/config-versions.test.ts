import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ConfigStore } from '../../firmware/config/config-store.js';
import { ConfigVersions } from '../../firmware/config/config-versions.js';

const test = suite('configuration versions');

let directory = '';
test.before.each(() => {
  directory = fs.mkdtempSync(path.join(tmpdir(), 'parley-versions-'));
});
test.after.each(() => fs.rmSync(directory, { recursive: true }));

const folder = () => path.join(directory, 'versions');
async function open(): Promise<{ store: ConfigStore; versions: ConfigVersions }> {
  const store = await ConfigStore.open(directory, { PARLEY_ADMIN_PASSWORD: 'a-good-password' });
  return { store, versions: new ConfigVersions(store, folder(), () => Date.UTC(2026, 0, 31)) };
}
const named = (store: ConfigStore, description: string) => {
  const config = structuredClone(store.config);
  config.conferences[0].description = description;
  return config;
};

test('the last twenty are kept, over restarts, by whom and when; the same again is no version', async () => {
  const { store, versions } = await open();
  assert.equal(versions.list, [
    { version: 1, saved: '2026-01-31T00:00:00.000Z', by: undefined, changes: undefined },
  ]);
  for (let n = 2; n <= 25; n++) versions.save(named(store, `name ${n}`), 'ann');
  versions.save(named(store, 'name 25'), 'bob');
  const again = (await open()).versions;
  for (const { list } of [versions, again]) {
    assert.is(list.length, 20);
    assert.equal([list[0].version, list[0].by, list.at(-1)!.version], [25, 'ann', 6]);
    assert.match(list[0].changes!.join(), /description is "name 25", was "name 24"/);
  }
  assert.is(fs.readdirSync(folder()).length, 20);
  assert.is(again.find(7)!.conferences[0].description, 'name 7');
  assert.is(again.find(5), undefined);
  assert.is(fs.statSync(path.join(folder(), fs.readdirSync(folder())[0])).mode & 0o777, 0o600);
});

test('what was saved without becoming a version, as by a power cut, becomes one at the next start', async () => {
  const { store, versions } = await open();
  versions.save(named(store, 'two'), 'ann');
  store.save(named(store, 'three'));
  const again = (await open()).versions;
  assert.equal(
    again.list.map(({ version, by }) => [version, by]),
    [
      [3, undefined],
      [2, 'ann'],
      [1, undefined],
    ],
  );
  assert.is(again.find(3)!.conferences[0].description, 'three');
});

test('a wrong candidate changes nothing; a torn or foreign file is no version', async () => {
  const { store, versions } = await open();
  assert.throws(() => versions.save({ version: 1, colour: 'red' }, 'ann'), /colour/);
  versions.save(named(store, 'two'), 'ann');
  const [first] = fs.readdirSync(folder()).sort();
  const whole = fs.readFileSync(path.join(folder(), first));
  for (const length of [0, 1, 100, whole.length - 2]) {
    fs.writeFileSync(path.join(folder(), first), whole.subarray(0, length));
    const again = (await open()).versions;
    assert.equal(
      again.list.map(({ version }) => version),
      [2],
    );
    assert.equal(again.alarms, []);
  }
});

test('a version that this firmware does not understand does not keep the box from starting', async () => {
  const { store, versions } = await open();
  versions.save(named(store, 'two'), 'ann');
  const newest = path.join(folder(), fs.readdirSync(folder()).sort().at(-1)!);
  fs.writeFileSync(
    newest,
    fs.readFileSync(newest, 'utf8').replace('"country":"us"', '"country":"Uncle Sam"'),
  );
  const again = (await open()).versions;
  assert.equal(
    again.list.map(({ version }) => version),
    [3, 2, 1],
  );
  assert.throws(() => again.find(2), /country/);
  assert.is(again.find(3)!.conferences[0].description, 'two');
});

test('flash that cannot be written is an alarm; the configuration is saved all the same', async () => {
  const { store, versions } = await open();
  fs.rmSync(folder(), { recursive: true });
  versions.save(named(store, 'two'), 'ann');
  assert.is(store.config.conferences[0].description, 'two');
  assert.match(versions.alarms[0].text, /ENOENT/);
});

test.run();

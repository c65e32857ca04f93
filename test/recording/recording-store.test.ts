/** The store against a folder on the disk: what is found, given out, deleted, and what is not. */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { AccessLog } from '../../firmware/recording/access-log.js';
import { PEAKS_FILE, type Peaks } from '../../firmware/recording/peaks.js';
import type { Place } from '../../firmware/recording/disks.js';
import { RecordingError, RecordingStore } from '../../firmware/recording/recording-store.js';
import { makeRecording, type Talker } from '../support/recording-folder.js';

const test = suite('recording store');

const NOW = Date.parse('2026-11-25T00:00:00Z');
const ANN: Talker = { name: 'Ann', number: '101', hz: 440, talked: [[0, 1]] };
const BO: Talker = { name: 'Bo', number: '102', hz: 700, talked: [[1, 2]] };
const old = (day: number) => ({ startedAt: `2026-11-${day}T16:00:00.000Z`, talkers: [ANN, BO] });

const made: string[] = [];
const newFolder = () => {
  made.push(fs.mkdtempSync(path.join(tmpdir(), 'parley-recordings-')));
  return made.at(-1)!;
};
test.after(() => made.forEach((folder) => fs.rmSync(folder, { recursive: true })));
const opened: RecordingStore[] = [];
test.after.each(async () => {
  for (const { waveforms } of opened.splice(0)) await waveforms.stop();
});

/** An empty folder and the store of it. */
function open(limits = { keepDays: 0, maxMegabytes: 0 }) {
  const folder = newFolder();
  const access = new AccessLog(() => NOW);
  const place: Place = { path: folder };
  const store = new RecordingStore({ place: () => place, limits: () => limits, nowMs: () => NOW, access });
  opened.push(store);
  return { folder, store, access, place };
}

async function kindOf(asked: Promise<unknown>): Promise<string> {
  try {
    await asked;
    return 'given';
  } catch (error) {
    return error instanceof RecordingError ? error.kind : String(error);
  }
}

async function bytesOf(asked: Promise<AsyncIterable<Buffer>>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of await asked) pieces.push(piece);
  return Buffer.concat(pieces);
}

test('recordings are listed newest first, those that go on too, and nothing else of the folder', async () => {
  const { folder, store } = open();
  makeRecording(folder, { ...old(20), name: '55', number: '801' });
  makeRecording(folder, old(22));
  makeRecording(folder, { ...old(21), open: true });
  for (const other of ['lost+found', '20261120-160000-1f2e3d4c.deleted', '20261120-160000-XXXXXXXX'])
    fs.mkdirSync(path.join(folder, other));
  fs.mkdirSync(path.join(folder, '20261123-160000-00000000')); // begins: its document is not there yet
  const list = await store.list();
  assert.equal(
    list.map(({ id, endedAt }) => `${id.slice(6, 8)} ${endedAt === null ? 'goes on' : 'ended'}`),
    ['22 ended', '21 goes on', '20 ended'],
  );
  const [, , last] = list;
  assert.equal([last.number, last.name, last.seconds], ['801', '55', 2]);
  assert.equal(last.participants, [
    { name: 'Ann', number: '101' },
    { name: 'Bo', number: '102' },
  ]);
  assert.equal(store.alarms, []);
});

test('what holes would take is not counted', async () => {
  const { folder, store } = open();
  makeRecording(folder, { ...old(20), seconds: 3600, rateHz: 16000 });
  const [{ bytes }] = await store.list();
  assert.ok(bytes < 1 << 20, `${bytes} bytes for 345 MB of silence`);
});

test('a change is seen, though what stays the same is not read again', async () => {
  const { folder, store } = open();
  const { id } = makeRecording(folder, { ...old(20), open: true });
  assert.is((await store.list())[0].endedAt, null);
  makeRecording(folder, old(20));
  assert.is.not((await store.list())[0].endedAt, null);
  fs.rmSync(path.join(folder, id), { recursive: true });
  assert.equal(await store.list(), []);
});

test('only files that the document names are given out, wholly or in part', async () => {
  const { folder, store } = open();
  const { id } = makeRecording(folder, old(20));
  fs.writeFileSync(path.join(folder, id, 'secret.txt'), 'x');
  fs.writeFileSync(path.join(folder, id, 'track-3.wav'), 'x');
  const files = await store.files(id);
  assert.equal(
    files.map(({ name }) => name),
    ['recording.json', 'mix.wav', 'track-1.wav', 'track-2.wav'],
  );
  const mix = fs.readFileSync(path.join(folder, id, 'mix.wav'));
  assert.equal(await bytesOf(store.read(id, files[1])), mix);
  assert.equal(await bytesOf(store.read(id, files[1], 100, 199)), mix.subarray(100, 200));
});

test('no id and no link leads out of the folder', async () => {
  const { folder, store } = open();
  const outside = newFolder();
  const { id } = makeRecording(outside, old(20));
  const linked = makeRecording(folder, old(21));
  const mix = path.join(folder, linked.id, 'mix.wav');
  fs.rmSync(mix);
  fs.symlinkSync('/etc/passwd', mix);
  fs.symlinkSync(path.join(outside, id), path.join(folder, id));
  for (const wrong of [
    '',
    '.',
    '..',
    `../${path.basename(outside)}/${id}`,
    `${linked.id}/`,
    `${linked.id}\0`,
  ])
    assert.is(await kindOf(store.find(wrong)), 'absent', JSON.stringify(wrong));
  assert.is(await kindOf(store.find(id)), 'absent', 'a link instead of the folder');
  assert.not(
    (await store.files(linked.id)).some(({ name }) => name === 'mix.wav'),
    'a link is no file',
  );
  const asIf = { name: 'mix.wav', bytes: 10, changedMs: 0 };
  assert.is(await kindOf(store.read(linked.id, asIf)), 'absent', 'nor is it read');
});

const spoilt: [what: string, spoil: (document: Record<string, unknown>) => void, says: RegExp][] = [
  ['another version', (document) => (document.version = 2), /version in recording.json/],
  ['the id of another', (document) => (document.id = '20200101-000000-00000000'), /belongs to 2020/],
  ['a path as track', (document) => (document.tracks = [{ track: '../../x' }]), /tracks in/],
  ['no time', (document) => (document.startedAt = 'yesterday'), /startedAt in/],
  ['no length', (document) => delete document.samples, /samples in/],
];
for (const [what, spoil, says] of spoilt)
  test(`a document with ${what} is refused and said, and can be deleted`, async () => {
    const { folder, store } = open();
    const { id } = makeRecording(folder, old(20));
    const file = path.join(folder, id, 'recording.json');
    const document = JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, unknown>;
    spoil(document);
    fs.writeFileSync(file, JSON.stringify(document));
    assert.equal(await store.list(), []);
    assert.is(store.alarms[0].code, 'recordings-unreadable');
    const error = await store.find(id).catch((reason: Error) => reason);
    assert.match((error as Error).message, says);
    await store.delete(id, 'admin');
    assert.equal(fs.readdirSync(folder), []);
  });

test('who deletes is noted; what goes on cannot be deleted nor read', async () => {
  const { folder, store, access } = open();
  const { id } = makeRecording(folder, old(20));
  const goesOn = makeRecording(folder, { ...old(21), open: true });
  assert.is(await kindOf(store.delete(goesOn.id, 'ann')), 'goesOn');
  assert.is(await kindOf(store.files(goesOn.id)), 'goesOn');
  await store.delete(id, 'ann');
  assert.is(await kindOf(store.delete(id, 'ann')), 'absent');
  assert.equal(fs.readdirSync(folder), [goesOn.id]);
  assert.equal(
    access.list().map(({ by, what, recording }) => [by, what, recording]),
    [['ann', 'deleted', id]],
  );
});

test('tidying deletes what is too old, finishes what was cut off, and makes waveforms', async () => {
  const { folder, store, access } = open({ keepDays: 3, maxMegabytes: 0 });
  const gone = makeRecording(folder, old(20));
  const stays = makeRecording(folder, old(23));
  fs.mkdirSync(path.join(folder, '20261101-160000-1f2e3d4c.deleted'));
  await store.tidy();
  await store.waveforms.made;
  assert.equal(fs.readdirSync(folder), [stays.id]);
  assert.equal(
    access.list().map(({ by, recording }) => [by, recording]),
    [['the box', gone.id]],
  );
  assert.ok(fs.existsSync(path.join(folder, stays.id, PEAKS_FILE)));
});

test('tidying deletes the oldest when they take too much, which is said before', async () => {
  const limits = { keepDays: 0, maxMegabytes: 2 };
  const { folder, store } = open(limits);
  const talker: Talker = { ...ANN, talked: [[0, 20]] }; // 320 kB in the mix, 320 kB in the track
  const ids = [20, 21, 22].map(
    (day) => makeRecording(folder, { ...old(day), seconds: 20, talkers: [talker] }).id,
  );
  await store.tidy();
  assert.equal((await store.list()).length, 3);
  assert.is(store.alarms[0].code, 'recordings-quota');
  limits.maxMegabytes = 1;
  await store.tidy();
  assert.equal(
    (await store.list()).map(({ id }) => id),
    [ids[2]],
  );
  await store.waveforms.made;
});

test('a disk that is not there is said, and nothing is made in its place; the own folder may be missing', async () => {
  const { folder, store, place } = open();
  makeRecording(folder, old(20));
  place.flash = folder;
  for (const below of ['', 'usb', 'usb/recordings']) {
    place.path = path.join(folder, below);
    assert.equal(await store.list(), [], 'what lies where the disk would be is none of its own');
    await store.tidy();
    assert.is(store.alarms[0].code, 'recordings-folder');
    assert.match(store.alarms[0].text, /no disk is mounted for .*\. Plug the disk in/);
  }
  assert.is(fs.readdirSync(folder).length, 1);
  place.flash = undefined;
  assert.equal(await store.list(), []);
  assert.equal(store.alarms, [], 'on flash it is not made yet');
  place.path = folder;
  assert.is((await store.list()).length, 1);
  place.path = path.join(folder, 'own');
  assert.equal(await store.list(), []);
  assert.equal(store.alarms, []);
});

test('waveforms tell where somebody was loud, for each file', async () => {
  const { folder, store } = open();
  const document = makeRecording(folder, old(20));
  assert.is(await store.peaks(document), undefined, 'not there yet');
  await store.waveforms.made;
  const { files } = (await store.peaks(document)) as Peaks;
  assert.equal(Object.keys(files), ['mix.wav', 'track-1.wav', 'track-2.wav']);
  const loud = (file: string, from: number, to: number) =>
    files[file].slice(from, to).every((peak) => peak >= 55 && peak <= 63); // 8000 / 128
  const silent = (file: string, from: number, to: number) =>
    files[file].slice(from, to).every((peak) => peak === 0);
  assert.ok(loud('mix.wav', 0, 1000));
  assert.ok(loud('track-1.wav', 0, 500) && silent('track-1.wav', 501, 1000));
  assert.ok(silent('track-2.wav', 0, 499) && loud('track-2.wav', 500, 1000));
});

test('a recording without a sample has a waveform without a peak', async () => {
  const { folder, store } = open();
  const document = makeRecording(folder, { ...old(20), seconds: 0, talkers: [] });
  await store.peaks(document);
  await store.waveforms.made;
  assert.equal((await store.peaks(document))?.files, { 'mix.wav': [] });
});

test('a torn waveform is made again; one that cannot be made is not tried forever', async () => {
  const { folder, store } = open();
  const document = makeRecording(folder, old(20));
  fs.writeFileSync(path.join(folder, document.id, PEAKS_FILE), '{"version":1,"samples":16000,"fil');
  assert.is(await store.peaks(document), undefined);
  await store.waveforms.made;
  assert.ok(await store.peaks(document));
  makeRecording(folder, { ...old(20), seconds: 3 });
  const longer = await store.find(document.id);
  assert.is(await store.peaks(longer), undefined, 'that of another length is none');
  await store.waveforms.made;
  assert.is((await store.peaks(longer))?.samples, 24_000);
  const broken = makeRecording(folder, old(21));
  fs.writeFileSync(path.join(folder, broken.id, 'track-1.wav'), 'noise');
  await store.peaks(broken);
  await store.waveforms.made;
  assert.is(await store.peaks(broken), undefined);
});

test('what makes waveforms is one thread for all recordings, of the lowest priority; the others keep theirs', async () => {
  const { folder, store } = open();
  const document = makeRecording(folder, { ...old(20), seconds: 3600, rateHz: 16000 });
  const mix = path.join(folder, document.id, 'mix.wav');
  const header = fs.readFileSync(mix).subarray(0, 44);
  fs.writeFileSync(mix, Buffer.concat([header, Buffer.alloc(115_200_000, 1)])); // takes a while
  const niceness = () =>
    fs.readdirSync('/proc/self/task').map((thread) => {
      const stat = fs.readFileSync(`/proc/self/task/${thread}/stat`, 'latin1');
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
    });
  const [own] = niceness();
  await store.peaks(makeRecording(folder, old(21)));
  await store.waveforms.made;
  await store.peaks(document);
  let seen: number[] = [];
  while (!seen.includes(19) && !fs.existsSync(path.join(folder, document.id, PEAKS_FILE))) {
    seen = niceness();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assert.is(seen.filter((nice) => nice === 19).length, 1, seen.join());
  assert.is(seen[0], own);
  await store.waveforms.made;
});

test.run();

/** Recordings through the API: found, given out in parts and as a zip, deleted, and who did so. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hashPassword } from '../../firmware/config/password.js';
import type { RecordingDocument } from '../../firmware/recording/recording-document.js';
import { ADMIN_PASSWORD, Box } from '../support/box.js';
import { makeRecording, type Talker } from '../support/recording-folder.js';

const test = suite('recordings');

type Listed = {
  total: number;
  recordings: { id: string; participants: object[]; deletedOn: string | null }[];
};

const ANN: Talker = { name: 'Ann Becker', number: '101', hz: 440, talked: [[0, 1]] };
const BO: Talker = { name: 'Bo', number: '+4915112345', hz: 700, talked: [[1, 2]] };
let box: Box;
let folder: string;
let weekly: RecordingDocument;
let dynamic: RecordingDocument;
let goesOn: RecordingDocument;
test.before(async () => {
  const passwordHash = await hashPassword(ADMIN_PASSWORD);
  box = await Box.start({
    version: 1,
    timeZone: 'Pacific/Auckland', // 13 hours before UTC
    recordings: { keepDays: 3650 },
    administrators: [
      { name: 'admin', passwordHash, role: 'administrator' },
      { name: 'operator', passwordHash, role: 'operator' },
      { name: 'viewer', passwordHash, role: 'viewer' },
    ],
  });
  folder = path.join(box.directory, 'recordings');
  const at = (day: number) => `2026-11-${day}T16:00:00.000Z`;
  weekly = makeRecording(folder, { startedAt: at(20), talkers: [ANN, BO] });
  dynamic = makeRecording(folder, { startedAt: at(21), number: '801', name: '55', talkers: [ANN] });
  goesOn = makeRecording(folder, { startedAt: at(22), open: true, talkers: [BO] });
});
test.after(() => box.stop());

function ask(what: string, headers: Record<string, string> = {}, method = 'GET', as = 'operator') {
  const authorization = `Basic ${Buffer.from(`${as}:${ADMIN_PASSWORD}`).toString('base64')}`;
  return fetch(`${box.http}/api/v1/${what}`, { method, headers: { authorization, ...headers } });
}

async function json<T>(what: string, as?: string): Promise<T> {
  const answer = await ask(what, {}, 'GET', as);
  assert.is(answer.status, 200, what);
  return (await answer.json()) as T;
}

test('they are found by conference, participant and day', async () => {
  const rows: [query: string, found: RecordingDocument[]][] = [
    ['', [goesOn, dynamic, weekly]],
    ['number=800', [goesOn, weekly]],
    ['number=80', []],
    ['number=801', [dynamic]],
    ['number=801-55', [dynamic]],
    ['participant=becker', [dynamic, weekly]],
    ['participant=%2B4915', [goesOn, weekly]],
    ['day=2026-11-22', [dynamic]],
    ['day=2026-11-20', []],
    ['day=2026-11-21&participant=ann&number=800', [weekly]],
    ['before=' + dynamic.id, [weekly]],
  ];
  for (const [query, found] of rows) {
    const { recordings } = await json<Listed>(`recordings?${query}`);
    assert.equal(
      recordings.map(({ id }) => id),
      found.map(({ id }) => id),
      query,
    );
  }
  const wrong = await ask('recordings?day=yesterday');
  assert.is(wrong.status, 400);
  assert.match(
    ((await wrong.json()) as { error: string }).error,
    /day is "yesterday"; right would be: 2026-01-31/,
  );
});

test('one tells who was in it, who talked when, its files, and when its age ends it', async () => {
  const told = await json<RecordingDocument & { files: object[]; deletedOn: string }>(
    `recordings/${weekly.id}`,
  );
  const { files, deletedOn, ...document } = told;
  assert.equal(document, weekly);
  assert.is(deletedOn, '2036-11-18');
  assert.equal(files.slice(1), [
    { name: 'mix.wav', bytes: 32_044 },
    { name: 'track-1.wav', bytes: 32_044 },
    { name: 'track-2.wav', bytes: 32_044 },
  ]);
});

test('a file is given wholly, in the parts that are asked for, or not at all', async () => {
  const mix = fs.readFileSync(path.join(folder, weekly.id, 'mix.wav'));
  const what = `recordings/${weekly.id}/files/mix.wav`;
  const rows: [range: string, status: number, from: number, to: number][] = [
    ['', 200, 0, 32_043],
    ['bytes=0-', 206, 0, 32_043],
    ['bytes=44-1043', 206, 44, 1043],
    ['bytes=-10', 206, 32_034, 32_043],
    ['bytes=32043-99999', 206, 32_043, 32_043],
    ['bytes=0-1,5-6', 200, 0, 32_043],
  ];
  for (const [range, status, from, to] of rows) {
    const answer = await ask(what, range === '' ? {} : { range });
    const { headers } = answer;
    assert.is(answer.status, status, range);
    assert.is(headers.get('content-type'), 'audio/wav');
    assert.is(headers.get('accept-ranges'), 'bytes');
    assert.is(headers.get('content-length'), String(to - from + 1));
    assert.is(headers.get('content-range'), status === 206 ? `bytes ${from}-${to}/32044` : null);
    assert.equal(Buffer.from(await answer.arrayBuffer()), mix.subarray(from, to + 1), range);
  }
  const beyond = await ask(what, { range: 'bytes=32044-' });
  assert.is(beyond.status, 416);
  assert.is(beyond.headers.get('content-range'), 'bytes */32044');
  await beyond.body?.cancel();
  const head = await ask(what, {}, 'HEAD');
  assert.equal([head.status, head.headers.get('content-length')], [200, '32044']);
  const etag = head.headers.get('etag')!;
  assert.is((await ask(what, { range: 'bytes=0-9', 'if-range': etag })).status, 206);
  assert.is((await ask(what, { range: 'bytes=0-9', 'if-range': '"old"' })).status, 200);
  const saved = await ask(`${what}?download=1`);
  assert.match(saved.headers.get('content-disposition')!, new RegExp(`filename="?${weekly.id}-mix.wav`));
  assert.is(saved.headers.get('content-type'), 'audio/wav');
  await saved.arrayBuffer();
});

test('nothing but what the document names is given out, however it is asked for', async () => {
  fs.writeFileSync(path.join(folder, weekly.id, 'notes.txt'), 'private');
  for (const name of [
    'notes.txt',
    'peaks.json',
    'track-3.wav',
    '..%2F..%2Fconfig.json',
    '%2e%2e%2fconfig.json',
    'mix.wav%00',
  ]) {
    const answer = await ask(`recordings/${weekly.id}/files/${name}`);
    assert.is(answer.status, 404, name);
    await answer.arrayBuffer();
  }
  for (const id of ['..', '%2e%2e', '..%2Fhistory', '20261120-160000-1F2E3D4C', 'x'])
    for (const rest of ['', '/zip', '/peaks', '/files/config.json']) {
      const answer = await ask(`recordings/${id}${rest}`);
      assert.is(answer.status, 404, `${id}${rest}`);
      await answer.arrayBuffer();
    }
});

test('what goes on is listed, but neither given out nor deleted', async () => {
  for (const [rest, method] of [
    ['/files/mix.wav', 'GET'],
    ['/zip', 'GET'],
    ['/peaks', 'GET'],
    ['', 'DELETE'],
  ]) {
    const answer = await ask(`recordings/${goesOn.id}${rest}`, {}, method, 'admin');
    assert.is(answer.status, 409, rest);
    assert.match(((await answer.json()) as { error: string }).error, /still goes on/);
  }
});

test('everything comes as a zip that others can open, with every byte as it was', async () => {
  const answer = await ask(`recordings/${weekly.id}/zip`);
  assert.is(answer.headers.get('content-type'), 'application/zip');
  const work = fs.mkdtempSync(path.join(tmpdir(), 'parley-zip-'));
  const zip = path.join(work, 'all.zip');
  fs.writeFileSync(zip, Buffer.from(await answer.arrayBuffer()));
  execFileSync('python3', ['-m', 'zipfile', '--test', zip]);
  execFileSync('python3', ['-m', 'zipfile', '--extract', zip, work]);
  const files = fs.readdirSync(path.join(work, weekly.id)).sort();
  assert.equal(files, ['mix.wav', 'recording.json', 'track-1.wav', 'track-2.wav']);
  for (const [file, sum] of Object.entries(weekly.checksums!)) {
    const bytes = fs.readFileSync(path.join(work, weekly.id, file));
    assert.is(createHash('sha256').update(bytes).digest('hex'), sum, file);
  }
  fs.rmSync(work, { recursive: true });
});

test('a zip of an hour takes little memory, and whoever leaves in the middle leaves nothing open', async () => {
  const hour = makeRecording(folder, {
    startedAt: '2026-11-23T16:00:00.000Z',
    seconds: 3600,
    rateHz: 16000,
    talkers: [{ ...ANN, talked: [[0, 60]] }],
  });
  const memory = () =>
    Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${box.process.pid}/status`, 'utf8'))?.[1]);
  const before = memory();
  const isOpen = () =>
    fs.readdirSync(`/proc/${box.process.pid}/fd`).some((fd) => {
      try {
        return fs.readlinkSync(`/proc/${box.process.pid}/fd/${fd}`).endsWith('.wav');
      } catch {
        return false; // closed since
      }
    });
  const leaver = await ask(`recordings/${hour.id}/zip`);
  const reader = (leaver.body as ReadableStream<Uint8Array>).getReader();
  for (let bytes = 0; bytes < 100_000;) bytes += (await reader.read()).value!.length;
  assert.ok(isOpen(), 'in the middle of the mix');
  await reader.cancel();
  for (const endMs = performance.now() + 5000; isOpen();) {
    assert.ok(performance.now() < endMs, 'it is left open');
    await box.get('status');
  }
  const answer = await ask(`recordings/${hour.id}/zip`);
  let most = 0;
  let bytes = 0;
  for await (const piece of answer.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += piece.length;
    most = Math.max(most, memory());
  }
  console.log(
    `230 MB of an hour as ${Math.round(bytes / 1e6)} MB of zip, ${Math.round((most - before) / 1000)} MB of memory`,
  );
  assert.ok(bytes < 20e6, 'silence is packed');
  assert.ok(most - before < 150_000, `${most - before} kB`);
});

test('waveforms are there a moment after they were asked for', async () => {
  const { files } = await box.until<{ files: Record<string, number[]> | null }>(
    `recordings/${weekly.id}/peaks`,
    ({ files }) => files !== null,
  );
  assert.equal(Object.keys(files!), ['mix.wav', 'track-1.wav', 'track-2.wav']);
  assert.is(files!['mix.wav'].length, 1000);
});

test('an administrator deletes, an operator does not; all of it is written down, for good', async () => {
  assert.is((await ask(`recordings/${dynamic.id}`, {}, 'DELETE', 'operator')).status, 403);
  assert.is((await ask('recordings', {}, 'GET', 'viewer')).status, 403);
  assert.is((await ask(`recordings/${dynamic.id}`, {}, 'DELETE', 'admin')).status, 204);
  assert.is((await ask(`recordings/${dynamic.id}`)).status, 404);
  assert.not(fs.existsSync(path.join(folder, dynamic.id)));
  type Accesses = { by: string; what: string; recording: string; file?: string }[];
  const told = await json<Accesses>('recording-access', 'admin');
  const seen = told.map(({ by, what, recording, file }) => `${by} ${what} ${recording} ${file ?? ''}`.trim());
  assert.is(seen[0], `admin deleted ${dynamic.id}`);
  assert.ok(seen.includes(`operator downloaded ${weekly.id}`));
  assert.ok(seen.includes(`operator downloaded ${weekly.id} mix.wav`));
  assert.is(
    seen.filter((one) => one === `operator listened ${weekly.id} mix.wav`).length,
    1,
    'not for each part',
  );
  const segment = fs.readFileSync(path.join(box.directory, 'recording-access/0000000001.jsonl'), 'utf8');
  assert.match(segment, new RegExp(`"by":"admin","what":"deleted","recording":"${dynamic.id}"`));
});

test.run();

import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { AppendLog, type LogCalls } from '../../firmware/system/append-log.js';

const test = suite('append log');

let directory = '';
test.before.each(() => {
  directory = fs.mkdtempSync(path.join(tmpdir(), 'parley-log-'));
});
test.after.each(() => fs.rmSync(directory, { recursive: true }));

function open(): { log: AppendLog; lines: unknown[] } {
  const lines: unknown[] = [];
  return { log: AppendLog.open(directory, (line) => lines.push(line)), lines };
}

const files = () => fs.readdirSync(directory).sort();

test('what was flushed is there at the next start, in order', async () => {
  const { log, lines } = open();
  assert.equal(lines, []);
  log.append({ n: 1, text: 'ä\n"' });
  log.append({ n: 2 });
  assert.equal(files(), [], 'nothing is written at once');
  await log.flush();
  await log.flush();
  assert.is(log.writes, 1);
  log.append({ n: 3 });
  await log.flush();
  assert.equal(open().lines, [{ n: 1, text: 'ä\n"' }, { n: 2 }, { n: 3 }]);
  assert.is(fs.statSync(path.join(directory, files()[0])).mode & 0o777, 0o600);
});

test('cut at any byte: what was whole is there, nothing fails, and it goes on', async () => {
  const { log } = open();
  for (let n = 1; n <= 5; n++) log.append({ n, text: 'öß' });
  await log.flush();
  const file = path.join(directory, files()[0]);
  const whole = fs.readFileSync(file);
  for (let length = 0; length <= whole.length; length++) {
    fs.writeFileSync(file, whole.subarray(0, length));
    const ends = [...whole.subarray(0, length + 1)].filter((byte) => byte === 10).length;
    const again = open();
    const before = again.lines.length;
    assert.ok(before === ends || before === ends - 1, `${before} lines of ${length} bytes`);
    assert.equal(
      again.lines,
      [1, 2, 3, 4, 5].slice(0, before).map((n) => ({ n, text: 'öß' })),
    );
    again.log.append({ n: 9 });
    await again.log.flush();
    const after = open();
    assert.equal(after.lines.at(-1), { n: 9 });
    assert.is(after.lines.length, before + 1);
    assert.is(after.log.failure, undefined);
  }
});

test('much at once is written without being told to; the oldest segments are dropped', async () => {
  const { log } = open();
  const text = 'x'.repeat(1000);
  for (let n = 0; n < 6000; n++) {
    log.append({ n, text });
    if (n % 500 === 0) await log.flush();
  }
  await log.flush();
  assert.ok(log.writes > 50 && log.writes < 130, `${log.writes} writes`);
  const sizes = files().map((name) => fs.statSync(path.join(directory, name)).size);
  assert.is(sizes.length, 16);
  assert.ok(Math.max(...sizes) < 512 << 10);
  const { lines } = open();
  assert.equal((lines.at(-1) as { n: number }).n, 5999);
  assert.ok(lines.length > 3500 && lines.length < 6000, `${lines.length} lines`);
});

test('rubbish is left out; what cannot be written is an alarm, until it can be again', async () => {
  fs.writeFileSync(path.join(directory, '0000000007.jsonl'), '\0\0{"n":1}\nnull\n{"n":2}\n{"n":');
  fs.writeFileSync(path.join(directory, 'notes.txt'), '{"n":3}\n');
  const { log, lines } = open();
  assert.equal(lines, [null, { n: 2 }]);
  fs.rmSync(directory, { recursive: true });
  log.append({ n: 4 });
  await log.flush();
  assert.match(log.alarms[0].text, /some of the history is not kept: .*ENOENT/);
  fs.mkdirSync(directory);
  log.append({ n: 5 });
  await log.flush();
  assert.equal(log.alarms, []);
  assert.equal(open().lines, [{ n: 4 }, { n: 5 }]);
});

test('what waits for flash that takes nothing does not grow without end; the newest is kept', async () => {
  const { log } = open();
  fs.rmSync(directory, { recursive: true });
  for (let n = 0; n < 1000; n++) {
    log.append({ n, text: 'x'.repeat(1000) });
    if (n % 100 === 0) await log.flush();
  }
  await log.flush();
  fs.mkdirSync(directory);
  await log.flush();
  const { lines } = open();
  const first = (lines[0] as { n: number }).n;
  assert.ok(lines.length > 200 && lines.length < 270, `${lines.length} lines`);
  assert.equal(
    lines.map((line) => (line as { n: number }).n),
    Array.from({ length: 1000 - first }, (_, at) => first + at),
  );
});

/** Calls of the system of which one, the so-manieth, fails; a write that fails has written half. */
function failing(at: number, code: string): LogCalls & { count: number } {
  const fail = () => {
    calls.count += 1;
    if (calls.count === at) throw Object.assign(new Error(code), { code });
  };
  const calls = {
    count: 0,
    rm: async (...args: Parameters<LogCalls['rm']>) => {
      fail();
      await fs.promises.rm(...args);
    },
    open: async (...args: Parameters<LogCalls['open']>) => {
      fail();
      const file = await fs.promises.open(...args);
      return {
        stat: async () => (fail(), file.stat()),
        truncate: async (length: number) => (fail(), file.truncate(length)),
        sync: async () => (fail(), file.sync()),
        close: async () => (await file.close(), fail()),
        appendFile: async (bytes: Buffer) => {
          await file.appendFile(bytes.subarray(0, bytes.length / 2));
          fail();
          await file.appendFile(bytes.subarray(bytes.length / 2));
        },
      } as unknown as fs.promises.FileHandle;
    },
  };
  return calls;
}

/** What a log of long standing has when it goes on: every segment is there, and the newest is full or torn. */
function longStanding(newest: string): void {
  for (let segment = 1; segment <= 16; segment++) {
    const name = `${String(segment).padStart(10, '0')}.jsonl`;
    fs.writeFileSync(path.join(directory, name), segment === 16 ? newest : '');
  }
}

for (const [state, newest] of [
  ['torn', '{"n":0}\n{"n":'],
  ['full', `{"n":0}\n${'\n'.repeat(256 << 10)}`],
] as const)
  for (const code of ['ENOSPC', 'EIO', 'EROFS'])
    test(`${code} at any call, the newest segment ${state}: said, and no line is missing or twice`, async () => {
      for (let at = 1; ; at++) {
        longStanding(newest);
        const calls = failing(at, code);
        const log = AppendLog.open(directory, () => {}, calls);
        const alarms: number[] = [];
        for (let n = 1; n <= 4; n++) {
          if (n < 4) log.append({ n });
          await log.flush();
          alarms.push(log.alarms.length);
        }
        assert.equal(
          open().lines,
          [0, 1, 2, 3].map((n) => ({ n })),
          `call ${at}`,
        );
        fs.rmSync(directory, { recursive: true });
        fs.mkdirSync(directory);
        if (calls.count < at) break;
        assert.is(alarms.filter((count) => count > 0).length, 1, `call ${at} is said, until all is kept`);
        assert.is(alarms[3], 0);
      }
    });

test.run();

import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { AppendLog } from '../../firmware/system/append-log.js';

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
  assert.equal(open().lines, [{ n: 5 }]);
});

test.run();

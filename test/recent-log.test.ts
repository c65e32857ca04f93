/** The last lines of the log: bounded, whole, picked out, and without secrets. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { RecentLog } from '../firmware/recent-log.js';
import { logLines } from '../web-ui/api/log.js';
import type { ApiSources } from '../web-ui/api/sources.js';

const test = suite('recent log');

const line = (msg: string, more: object = {}) =>
  JSON.stringify({ level: 30, time: Date.UTC(2026, 0, 31), part: 'sip', ...more, msg });
const found = (log: RecentLog, asked: Record<string, string>) =>
  logLines({ log } as ApiSources, new URLSearchParams(asked)).lines.map(({ text }) => text);

test('the last thousand, newest first, each with an id of its own', () => {
  const log = new RecentLog();
  assert.equal([...log.lines()], []);
  for (let at = 0; at < 2500; at += 1) log.add(line(`line ${at}`));
  const lines = [...log.lines()];
  assert.is(lines.length, 1000);
  assert.equal([lines[0].text, lines[999].text], ['line 2499', 'line 1500']);
  assert.equal([lines[0].id, lines[999].id], [2499, 1500]);
});

test('a line says when, who, how bad, what, and what else', () => {
  const log = new RecentLog();
  log.add(line('leg opened', { level: 40, leg: 7 }));
  assert.equal(
    [...log.lines()],
    [
      {
        id: 0,
        time: '2026-01-31T00:00:00.000Z',
        level: 'warn',
        part: 'sip',
        text: 'leg opened',
        more: '{"leg":7}',
      },
    ],
  );
});

test('a line takes no more room than there is for one', () => {
  const log = new RecentLog();
  log.add(line('x'.repeat(100_000), { stack: 'y'.repeat(100_000) }));
  log.add(line('short', { stack: 'y'.repeat(5000) }));
  for (const { text, more } of log.lines()) assert.ok(text.length + more.length <= 4000);
});

test('picked out by part, by least level and by words', () => {
  const log = new RecentLog();
  log.add(line('one', { level: 20 }));
  log.add(line('two', { level: 50, part: 'web' }));
  log.add(line('three', { level: 60, source: '192.0.2.7' }));
  assert.equal(found(log, {}), ['three', 'two', 'one']);
  assert.equal(found(log, { part: 'sip' }), ['three', 'one']);
  assert.equal(found(log, { level: 'error' }), ['three', 'two']);
  assert.equal(found(log, { search: 'SOURCE":"192' }), ['three']);
  assert.equal(found(log, { limit: '1' }), ['three']);
  assert.equal(logLines({ log } as ApiSources, new URLSearchParams()).parts, ['sip', 'web']);
  for (const wrong of ['level=loud', 'limit=0', 'limit=1001', 'limit=x'])
    assert.throws(() => logLines({ log } as ApiSources, new URLSearchParams(wrong)), /right would be/);
});

test('secrets are not kept, whatever they are passed with', async () => {
  process.env.PARLEY_LOG = 'error'; // tests are silent else
  const { createLog, recentLog } = await import('../firmware/log.js');
  const secret = 'hunter2-4711';
  const log = createLog('test');
  for (const name of ['pin', 'password', 'passwordHash', 'passphrase', 'digits', 'srtp'])
    log.error({ [name]: secret, inner: { [name]: secret } }, 'a test of the log');
  const lines = [...recentLog.lines()];
  assert.is(lines.length, 6);
  assert.not.match(JSON.stringify(lines), secret);
});

test.run();

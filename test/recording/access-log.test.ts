/** Who listened, downloaded, deleted. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { AccessLog, type Access } from '../../firmware/recording/access-log.js';

const test = suite('access log');

const listened = { by: 'ann', what: 'listened', recording: 'r1', file: 'mix.wav' } as const;

test('one who plays a file is noted once, however often the player asks; anything else is noted too', () => {
  let nowMs = Date.parse('2026-11-24T12:00:00Z');
  const keeps: Access[] = [];
  const log = new AccessLog(() => nowMs);
  log.keepBy((access) => keeps.push(access));
  for (let ask = 0; ask < 50; ask += 1) log.add(listened);
  log.add({ ...listened, by: 'bo' });
  log.add({ ...listened, file: 'track-1.wav' });
  log.add({ ...listened, what: 'downloaded' });
  log.add({ ...listened, recording: 'r2' });
  nowMs += 9 * 60_000;
  log.add(listened);
  assert.is(keeps.length, 5);
  nowMs += 60_000;
  log.add(listened);
  assert.is(keeps.length, 6);
  assert.equal(keeps.at(-1), { time: '2026-11-24T12:10:00.000Z', ...listened });
  assert.equal(log.list('r2').length, 1);
  assert.equal(log.list()[0], keeps.at(-1), 'newest first');
});

test('the past comes back, without what is no access', () => {
  const log = new AccessLog(() => 0);
  const line = { time: '2026-11-24T12:00:00.000Z', ...listened };
  for (const wrong of [null, 'x', {}, { ...line, what: 'ate' }, { ...line, file: 1 }, { ...line, by: 1 }])
    log.restore(wrong);
  log.restore(line);
  assert.equal(log.list(), [line]);
});

test.run();

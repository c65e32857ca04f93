/**
 * A flood of REGISTERs without credentials: those who talk and good phones do not notice. `make bench` does a minute.
 * Runs alone: it is about what the machine can do.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withBox } from '../support/box.js';
import { flood, floodConfig, MEMORY_SLACK_MIB, percentile } from '../support/flood.js';

const test = suite('flood');

test('3,000 REGISTERs a second while 16 people talk', () =>
  withBox(floodConfig, async (box) => {
    const outcome = await flood(box, 5, 3000);
    const { sent, answers, octetsIn, octetsOut, registerMs, maxTickCpuUs, beforeMiB, afterMiB } = outcome;
    assert.ok(sent > 12_000, `${sent} were sent`);
    assert.ok(answers <= sent, 'at most one answer each');
    assert.ok(octetsIn <= 2 * octetsOut, `${octetsIn / octetsOut} octets out for one in`);
    assert.ok(outcome.transactions < 200, `${outcome.transactions} transactions`);
    assert.ok(percentile(registerMs, 0.99) < 500, `p99 ${percentile(registerMs, 0.99)} ms`);
    assert.ok(maxTickCpuUs < 10_000, `a tick worked for ${maxTickCpuUs} us`);
    assert.ok(afterMiB <= beforeMiB + MEMORY_SLACK_MIB, `memory ${beforeMiB} -> ${afterMiB} MiB`);
  }));

test.run();

/** 3,000 REGISTERs a second without credentials for a minute, while 16 people talk. */
import * as assert from 'uvu/assert';
import { withBox } from '../support/box.js';
import { flood, floodConfig, MEMORY_SLACK_MIB, percentile } from '../support/flood.js';

const SECONDS = Number(process.argv[2] ?? 60);
const PER_SECOND = Number(process.argv[3] ?? 3000);

await withBox(floodConfig, async (box) => {
  const outcome = await flood(box, SECONDS, PER_SECOND);
  const p99 = percentile(outcome.registerMs, 0.99);
  const { sent, answers, maxTickCpuUs, gaps, cpuShare, beforeMiB, afterMiB } = outcome;
  console.log(
    `flood: ${Math.round(sent / SECONDS)} REGISTERs a second for ${SECONDS} s, ${answers} of ${sent} answered, ` +
      `${(outcome.octetsIn / outcome.octetsOut).toFixed(2)} octets out for one in, ` +
      `${Math.round(100 * cpuShare)} % of a core; a good phone registers in ` +
      `${percentile(outcome.registerMs, 0.5).toFixed(1)} ms, p99 ${p99.toFixed(1)} ms; ` +
      `longest tick ${maxTickCpuUs} us, ${gaps} packets missed; memory ${beforeMiB.toFixed(0)} -> ${afterMiB.toFixed(0)} MiB`,
  );
  assert.ok(maxTickCpuUs < 10_000, 'longest tick');
  assert.ok(p99 < 500, 'p99 of a good phone');
  assert.ok(answers <= sent && outcome.octetsIn <= 2 * outcome.octetsOut, 'amplification');
  assert.ok(afterMiB <= beforeMiB + MEMORY_SLACK_MIB, 'memory back');
});

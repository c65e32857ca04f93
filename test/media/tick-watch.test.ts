/** When a media worker is taken for one that hangs, look by look. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { TickWatch } from '../../firmware/media/tick-watch.js';

const test = suite('tick watch');

type Look = [nowMs: number, ticks: number, loading?: boolean];
// prettier-ignore
const scripts: [title: string, looks: Look[], hangsAtMs: number[]][] = [
  ['it ticks', [[250, 12], [500, 25], [750, 37], [1000, 50], [1250, 62]], []],
  ['it stops, and goes on to', [[250, 12], [500, 12], [750, 12], [1000, 12], [1250, 12], [1500, 12], [2000, 12], [2250, 12]], [1250, 2250]],
  ['we slept ourselves', [[250, 12], [3000, 12], [3250, 12], [3500, 12], [3750, 12]], []],
  ['it loads for seconds, and hangs then', [[500, 0, true], [1000, 0, true], [1500, 0, true], [2000, 0], [2500, 0]], [2500]],
];
for (const [title, looks, hangsAtMs] of scripts)
  test(title, () => {
    const watch = new TickWatch(0);
    const hanging = looks.filter(([nowMs, ticks, loading = false]) => watch.hangs(nowMs, ticks, loading));
    assert.equal(
      hanging.map(([nowMs]) => nowMs),
      hangsAtMs,
    );
  });

test.run();

/** What parts have learnt is written at their pace, and again where flash would not take it. */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ManualClock } from '../../firmware/clock.js';
import { KeptState, type Learner } from '../../firmware/config/kept-state.js';

const test = suite('kept state');

const SECOND_MS = 1000;
const PACE = { soonMs: 2 * SECOND_MS, betweenMs: 5 * SECOND_MS };

class Counter implements Learner {
  onChanged: Learner['onChanged'] = () => {};
  count = 0;
  snapshot(): object {
    return { count: this.count };
  }
  restore(document: unknown): void {
    ({ count: this.count } = document as { count: number });
  }
  clear(): void {
    this.count = 0;
  }
  add(urgent?: boolean): void {
    this.count += 1;
    this.onChanged(urgent);
  }
}

let folder: string;
test.before.each(() => void (folder = fs.mkdtempSync(path.join(tmpdir(), 'parley-kept-'))));
test.after.each(() => fs.rmSync(folder, { recursive: true, force: true }));

function start(name = 'counter.json') {
  const file = path.join(folder, name);
  const [clock, counter] = [new ManualClock(), new Counter()];
  const kept = KeptState.open(file, clock, counter, PACE);
  const onFlash = () =>
    fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, 'utf8')) as Counter).count : 0;
  return { file, clock, counter, kept, onFlash };
}

test('soon after the first change, merged with what follows; the next a while later; urgent ones at once', () => {
  const { clock, counter, onFlash } = start();
  counter.add();
  counter.add();
  clock.advance(PACE.soonMs - 1);
  assert.is(onFlash(), 0);
  clock.advance(1);
  assert.is(onFlash(), 2);
  counter.add();
  clock.advance(PACE.betweenMs - 1);
  assert.is(onFlash(), 2);
  counter.add(true);
  assert.is(onFlash(), 4);
  assert.is(start().counter.count, 4, 'after a restart');
});

test('closed: what waits is written, what comes later is not', () => {
  const { clock, counter, kept, onFlash } = start();
  counter.add();
  kept.close();
  assert.is(onFlash(), 1);
  counter.add();
  clock.advance(60 * SECOND_MS);
  assert.is(onFlash(), 1);
});

test('flash that does not take it is an alarm and tried again ten minutes later; then the alarm is over', () => {
  const { clock, counter, kept, onFlash } = start('away/counter.json');
  counter.add();
  clock.advance(PACE.soonMs);
  assert.equal(
    kept.alarms.map(({ code }) => code),
    ['kept-state'],
  );
  assert.match(kept.alarms[0].text, /^counter\.json could not be written: ENOENT/);
  fs.mkdirSync(path.join(folder, 'away'));
  clock.advance(600 * SECOND_MS);
  assert.is(onFlash(), 1);
  assert.equal(kept.alarms, []);
});

test('a file that cannot be read is an alarm, and the one before it is taken', () => {
  const { file, counter, kept } = start();
  counter.add(true);
  counter.add(true);
  kept.close();
  fs.writeFileSync(file, '{"count":');
  const again = start();
  assert.is(again.counter.count, 1);
  assert.match(again.kept.alarms[0].text, /^counter\.json could not be read: /);
});

test.run();

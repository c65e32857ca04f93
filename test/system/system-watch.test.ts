/** What the machine says of itself, and how much there was to do. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ManualClock } from '../../firmware/clock.js';
import { flashSafeWrite } from '../../firmware/config/flash-safe-write.js';
import { flashWear } from '../../firmware/flash-wear.js';
import { AppendLog } from '../../firmware/system/append-log.js';
import {
  hostConditions,
  isHot,
  readFlashUsed,
  readHost,
  readTemperature,
} from '../../firmware/system/host.js';
import { LoadHistory, type Reading } from '../../firmware/system/load-history.js';
import { SystemWatch } from '../../firmware/system/system-watch.js';
import { chart } from '../../web-ui/pages/chart.js';

const test = suite('system watch');

const NOW_MS = Date.UTC(2026, 10, 24);
let directory: string;
test.before.each(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'parley-system-'));
});
test.after.each(() => rmSync(directory, { recursive: true }));

test('the hottest sensor that can be asked; none where there is none', () => {
  assert.is(readTemperature(path.join(directory, 'nowhere')), undefined);
  assert.is(readTemperature(directory), undefined);
  for (const [name, text] of [
    ['thermal_zone0', '41000\n'],
    ['thermal_zone1', '56500\n'],
    ['thermal_zone2', undefined],
    ['thermal_zone3', '-274000\n'],
    ['cooling_device0', '99000\n'],
  ]) {
    mkdirSync(path.join(directory, name!));
    if (text !== undefined) writeFileSync(path.join(directory, name!, 'temp'), text);
  }
  assert.is(readTemperature(directory), 56.5);
});

test('a disk that is nearly full and a clock that was never set are alarms', () => {
  const host = readHost(directory);
  assert.ok(host.disk!.total > host.disk!.free && host.memory.total > host.memory.program);
  const codes = (free: number, nowMs: number) =>
    hostConditions({ ...host, disk: { free, total: 100 } }, nowMs).map(({ code }) => code);
  assert.equal(codes(5, NOW_MS), []);
  assert.equal(codes(4, NOW_MS), ['disk-full']);
  assert.equal(codes(50, 0), ['clock-unset']);
});

test('too hot is an alarm until it is cooler again; so is flash that is nearly worn out', () => {
  const hot = (temperatureC: number, before: boolean) => isHot({ temperatureC }, before);
  assert.equal([hot(85, false), hot(86, false), hot(84, true), hot(80, true)], [false, true, true, false]);
  const host = readHost(directory);
  const codes = (flashUsed: number, isHot: boolean) =>
    hostConditions({ ...host, disk: undefined, flashUsed }, NOW_MS, isHot).map(({ code }) => code);
  assert.equal(codes(0.8, true), ['hot']);
  assert.equal(codes(0.9, false), ['flash-worn']);
  assert.is(readFlashUsed(directory), undefined);
  for (const [name, told] of [
    ['mmcblk0', '0x02 0x09\n'],
    ['mmcblk1', '0x00 0x00\n'],
  ]) {
    mkdirSync(path.join(directory, name, 'device'), { recursive: true });
    writeFileSync(path.join(directory, name, 'device/life_time'), told);
  }
  assert.is(readFlashUsed(directory), 0.9);
});

test('CPU by what it grew, though its count wraps or begins anew; an hour of samples', () => {
  const clock = new ManualClock();
  const reading: Reading = {
    mainCpuMs: 0,
    mediaCpuUs: 2 ** 32 - 1000,
    tickP50Us: 0,
    tickLongestUs: 0,
    callers: 0,
  };
  const load = new LoadHistory(() => ({ ...reading }), { timeMs: () => NOW_MS, nowMs: () => clock.nowMs() });
  const next = (change: Partial<Reading>) => {
    Object.assign(reading, change);
    clock.advance(10_000);
    load.sample();
    const { mainCpu, mediaCpu } = load.samples.at(-1)!;
    return [mainCpu, mediaCpu];
  };
  assert.equal(next({ mainCpuMs: 2500, mediaCpuUs: 999_000 }), [0.25, 0.1]);
  assert.equal(next({ mainCpuMs: 2500, mediaCpuUs: 500_000 }), [0, 0], 'another worker');
  assert.equal(next({ mainCpuMs: 99_000, mediaCpuUs: 700_000 }), [1, 0.02]);
  for (let i = 0; i < 400; i += 1) next({ callers: i });
  assert.is(load.samples.length, 360);
  assert.is(load.samples.at(-1)!.callers, 399);
});

test('it looks every ten seconds', () => {
  const clock = new ManualClock();
  let conditions = [{ code: 'a', text: 'b' }];
  const watch = new SystemWatch({
    directory,
    clock,
    timeMs: () => NOW_MS + clock.nowMs(),
    read: () => ({ mediaCpuUs: 0, tickP50Us: 0, tickLongestUs: 0, callers: 3 }),
    conditions: () => conditions,
  });
  clock.advance(10_000);
  conditions = [];
  clock.advance(15_000);
  assert.is(watch.load.samples.length, 2);
  const [over] = watch.alarms.past;
  assert.equal(
    [over.raised, over.cleared].map((time) => Date.parse(time!) - NOW_MS),
    [10_000, 20_000],
  );
});

test('everything that is written to flash is counted', async () => {
  const before = { ...flashWear };
  flashSafeWrite(path.join(directory, 'file'), Buffer.alloc(1000));
  const log = AppendLog.open(path.join(directory, 'log'), () => {});
  log.append({ a: 1 });
  await log.flush();
  await log.flush();
  assert.equal(flashWear, { writes: before.writes + 2, bytes: before.bytes + 1008 });
});

test('a chart: the newest at the right, the top never lower than is said', () => {
  const { line, area, top, said, from } = chart('Callers', [0, 4, 2], 8, String);
  assert.is(line, '28,60.0 29,30.0 30,45.0');
  assert.is(area, '28,60 28,60.0 29,30.0 30,45.0 30,60');
  assert.is(top, '8');
  assert.is(said, 'Callers over the last hour: now 2, at most 4');
  assert.is(from, '5 min ago');
  assert.is(chart('Callers', [0, 40], 8, String).line, '29,60.0 30,0.0');
  const hour = chart('Callers', Array<number>(360).fill(8), 8, String);
  assert.is(hour.from, '60 min ago');
  assert.ok(hour.line.startsWith('0,0.0 1,0.0') && hour.line.endsWith(' 359,0.0'));
});

test.run();

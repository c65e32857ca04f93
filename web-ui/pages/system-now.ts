/** What the page of the system shows. */
import type { LoadSample } from '../../firmware/system/load-history.js';
import type { ApiSources } from '../api/sources.js';
import { systemNow } from '../api/system.js';
import { moment } from '../views.js';
import { chart } from './chart.js';

const MIB = 2 ** 20;
const percent = (part: number) => `${Math.round(100 * part)} %`;
const milliseconds = (ms: number) => `${ms.toFixed(1)} ms`;

export function systemPart(sources: ApiSources, uptimeSeconds: number): object {
  const now = systemNow(sources);
  const { cpu, ticks, memory, disk, temperatureC, flash } = now;
  const { alarms, load } = sources.system;
  const facts: [name: string, value: string][] = [
    ['Time', `${moment(new Date().toISOString())} (${sources.config().timeZone})`],
    ['Running for', inWords(uptimeSeconds)],
    ['Version', now.version],
    ['CPU of calls and pages', cpu ? percent(cpu.main) : ''],
    ['CPU of the sound', cpu ? percent(cpu.media) : ''],
    ['Work in a tick, median', ticks.p50Ms ? `${milliseconds(ticks.p50Ms)} of 20 ms` : ''],
    ['Work in a tick, longest', `${milliseconds(ticks.longestEverMs)} of 20 ms`],
    ['Latest tick', `${milliseconds(ticks.latestMs)} late`],
    ['Late ticks', String(ticks.late)],
    ['Ticks given up', String(ticks.skipped)],
    ['Runs before all else (real-time class)', ticks.realtime ? 'yes' : 'no: the system does not allow it'],
    [
      'Serves all phones in one system call (io_uring)',
      ticks.ioUring ? 'yes' : 'no: the system does not allow it',
    ],
    ['Made on one CPU alone (--media-cpu)', ticks.onCpu === undefined ? 'no' : `yes: ${ticks.onCpu}`],
    ['Ports for audio', String(now.ports)],
    ['Memory of the program', inMiB(memory.program)],
    ['Memory free', `${inMiB(memory.free)} of ${inMiB(memory.total)}`],
    ['Disk free', disk ? `${inMiB(disk.free)} of ${inMiB(disk.total)}` : ''],
    ['Written to flash since the start', `${flash.writes} times, ${Math.ceil(flash.bytes / 1024)} KiB`],
    ['Temperature', temperatureC === undefined ? '' : `${Math.round(temperatureC)} °C`],
  ];
  return {
    alarms: alarms.standing,
    past: alarms.past.slice(0, 10),
    load: Math.round(100 * ticks.load),
    facts: facts.filter(([, value]) => value !== ''),
    charts: load.samples.length < 2 ? [] : chartsOf(load.samples),
  };
}

function chartsOf(samples: readonly LoadSample[]) {
  const of = (pick: (sample: LoadSample) => number) => samples.map(pick);
  const tickMs = of(({ tickLongestMs }) => tickLongestMs);
  return [
    chart(
      'CPU of the sound',
      of(({ mediaCpu }) => mediaCpu),
      1,
      percent,
    ),
    chart(
      'CPU of calls and pages',
      of(({ mainCpu }) => mainCpu),
      1,
      percent,
    ),
    chart('Longest work in a tick', tickMs, 20, milliseconds),
    chart(
      'Callers',
      of(({ callers }) => callers),
      4,
      String,
    ),
  ];
}

function inMiB(bytes: number): string {
  return `${Math.round(bytes / MIB)} MiB`;
}

/** To the minute, so that a page does not change every second for it. */
function inWords(seconds: number): string {
  const [days, hours, minutes] = [seconds / 86_400, (seconds / 3600) % 24, (seconds / 60) % 60].map(
    Math.floor,
  );
  return `${days > 0 ? `${days} d ` : ''}${days + hours > 0 ? `${hours} h ` : ''}${minutes} min`;
}

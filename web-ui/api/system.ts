/** How the box itself is: its machine, its load over the last hour, its alarms. */
import { flashWear } from '../../firmware/flash-wear.js';
import type { Route } from './route.js';
import { alarmsResult, systemResult } from './results.js';
import { secondsSince, type ApiSources } from './sources.js';

/** Length of a tick of the media plane, us. */
const TICK_US = 20_000;

export function systemRoutes(sources: ApiSources): Route[] {
  const startedMs = sources.clock.nowMs();
  return [
    {
      method: 'GET',
      path: 'system',
      role: 'viewer',
      summary:
        'The machine: CPU, ticks, memory, disk, flash wear, temperature; and the load over the last hour.',
      result: systemResult,
      answer: () => ({
        uptimeSeconds: secondsSince(sources, startedMs),
        ...systemNow(sources),
        lastHour: sources.system.load.samples,
      }),
    },
    {
      method: 'GET',
      path: 'alarms',
      role: 'viewer',
      summary: 'What is wrong now and since when, and what was wrong before.',
      result: alarmsResult,
      answer: () => ({ standing: sources.system.alarms.standing, past: sources.system.alarms.past }),
    },
  ];
}

/** How the box is now; bytes, milliseconds, and parts of 1. */
export function systemNow(sources: ApiSources) {
  const media = sources.media();
  const { loadUs, maxLatenessUs, lateTicks, skippedTicks, maxTickCpuUs, ports } = media;
  const { host, load } = sources.system;
  const last = load.samples.at(-1);
  return {
    version: sources.version,
    /** Of one core each; absent for some seconds after a start. */
    cpu: last && { main: last.mainCpu, media: last.mediaCpu },
    ticks: {
      load: loadUs / TICK_US,
      p50Ms: last?.tickP50Ms,
      longestMs: last?.tickLongestMs,
      longestEverMs: maxTickCpuUs / 1000,
      latestMs: maxLatenessUs / 1000,
      late: lateTicks,
      skipped: skippedTicks,
      realtime: media.realtime === 1,
      ioUring: media.ring > 0,
      onCpu: media.cpu > 0 ? media.cpu - 1 : undefined,
    },
    ports,
    ...host,
    flash: { ...flashWear },
  };
}

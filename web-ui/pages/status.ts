/** What the box does now: pages with a live part. */
import { mayDo } from '../api/route.js';
import { secondsSince, type ApiSources } from '../api/sources.js';
import { calls } from '../api/status.js';
import type { LiveParts } from '../live-parts.js';
import { localTime } from '../local-time.js';
import type { Page } from '../page.js';
import type { Sessions } from '../sessions.js';
import { conferencesNow, qualityOf } from './conferences-now.js';

export type LivePart = {
  part: string;
  title: string;
  purpose: string;
  /** What views/live/<part>.njk shows. */
  data: () => object;
};

/** Length of a tick of the media plane, us. */
const TICK_US = 20_000;

export function liveParts(sources: ApiSources): LivePart[] {
  const startedMs = sources.clock.nowMs();
  return [
    {
      part: 'conferences',
      title: 'Conferences',
      purpose: 'Who is in which conference now, and who talks.',
      data: () => conferencesNow(sources),
    },
    {
      part: 'calls',
      title: 'Calls',
      purpose: 'Every phone or line that is in a call now, and how well it is heard.',
      data: () => ({ calls: calls(sources).map((call) => ({ ...call, quality: qualityOf(call.media) })) }),
    },
    {
      part: 'phones',
      title: 'Phones',
      purpose: 'Which extensions can be reached: their phones have registered with the box.',
      data: () => ({ extensions: extensionsNow(sources) }),
    },
    {
      part: 'trunks',
      title: 'Trunks',
      purpose: 'The providers and other systems through which the outside is reached.',
      data: () => ({ trunks: sources.trunks() }),
    },
    {
      part: 'system',
      title: 'System',
      purpose: 'How the box itself is, and what needs a look.',
      data() {
        const { loadUs, maxTickCpuUs, maxLatenessUs, lateTicks, skippedTicks, ports } = sources.media();
        const percent = Math.round((100 * loadUs) / TICK_US);
        return {
          alarms: sources.alarms(),
          load: percent,
          facts: [
            ['Time', `${localTime(Date.now(), sources.config().timeZone)} (${sources.config().timeZone})`],
            ['Running for', inWords(secondsSince(sources, startedMs))],
            ['Version', sources.version],
            ['Ports for audio', String(ports)],
            ['Longest work in a tick', `${(maxTickCpuUs / 1000).toFixed(1)} ms of 20 ms`],
            ['Latest tick', `${(maxLatenessUs / 1000).toFixed(1)} ms late`],
            ['Late ticks', String(lateTicks)],
            ['Ticks given up', String(skippedTicks)],
            ['Memory', `${Math.round(process.memoryUsage.rss() / 2 ** 20)} MiB`],
          ],
        };
      },
    },
  ];
}

export function statusPages(parts: readonly LivePart[], live: LiveParts, sessions: Sessions): Page[] {
  return parts.flatMap(({ part, title, purpose, data }): Page[] => [
    {
      path: `/status/${part}`,
      role: 'viewer',
      get: ({ administrator }) => ({
        view: 'status',
        data: { part, title, purpose, moderates: mayDo(administrator!.role, 'operator'), ...data() },
      }),
    },
    {
      path: `/events/${part}`,
      role: 'viewer',
      get({ cookie }) {
        const events = live.watch(part, () => sessions.administratorOf(cookie) !== undefined);
        return events
          ? { events }
          : { view: 'message', status: 503, data: { text: 'Too many pages are watching; close some.' } };
      },
    },
  ]);
}

function extensionsNow(sources: ApiSources) {
  const registrations = new Map(sources.registrations().map(({ username, phones }) => [username, phones]));
  return sources.config().extensions.map(({ number, name, sip }) => ({
    number,
    name,
    phones: (registrations.get(sip.username) ?? []).map(({ source, userAgent, expiresAtMs }) => ({
      address: source.address,
      transport: (source.transport ?? 'udp').toUpperCase(),
      userAgent,
      expiresMinutes: Math.max(0, Math.ceil((expiresAtMs - sources.clock.nowMs()) / 60_000)),
    })),
  }));
}

/** To the minute, so that a page does not change every second for it. */
function inWords(seconds: number): string {
  const [days, hours, minutes] = [seconds / 86_400, (seconds / 3600) % 24, (seconds / 60) % 60].map(
    Math.floor,
  );
  return `${days > 0 ? `${days} d ` : ''}${days + hours > 0 ? `${hours} h ` : ''}${minutes} min`;
}

/** What the box does now: pages with a live part. */
import { levels } from '../../firmware/recent-log.js';
import { audioPortsNow } from '../api/audio-ports.js';
import { logLines } from '../api/log.js';
import { ApiError, mayDo } from '../api/route.js';
import { secondsSince, type ApiSources } from '../api/sources.js';
import { calls } from '../api/status.js';
import type { LiveParts } from '../live-parts.js';
import type { Page } from '../page.js';
import type { Sessions } from '../sessions.js';
import { conferencesNow, heardNow } from './conferences-now.js';
import { linesPart } from './lines-now.js';
import { systemPart } from './system-now.js';

export type LivePart = {
  part: string;
  title: string;
  purpose: string;
  /** View of its page; status.njk if it is not said. */
  view?: string;
  /** What of the page's question matters to it. */
  asks?: readonly string[];
  /** What views/live/<part>.njk shows, and its page. */
  data: (query: URLSearchParams) => object;
};

/** Characters of what is asked of a part. */
const MAX_ASKED = 64;
const LOG_ASKS = ['part', 'level', 'search'];

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
      data: () => ({ calls: calls(sources).map((call) => ({ ...call, quality: heardNow(call.media) })) }),
    },
    {
      part: 'phones',
      title: 'Phones',
      purpose:
        'Which extensions can be reached: their phones have registered with the box, or are on its lines.',
      data: () => ({ extensions: extensionsNow(sources) }),
    },
    {
      part: 'trunks',
      title: 'Trunks',
      purpose: 'The providers and other systems through which the outside is reached.',
      data: () => ({ trunks: sources.trunks() }),
    },
    {
      part: 'lines',
      title: 'Lines and audio ports',
      purpose: 'What is attached to the box itself, whether it is there, and how loud it is.',
      data: () => ({ ...linesPart(sources), audioPorts: audioPortsNow(sources) }),
    },
    {
      part: 'system',
      title: 'System',
      purpose: 'How the box itself is, and what needs a look.',
      data: () => systemPart(sources, secondsSince(sources, startedMs)),
    },
    {
      part: 'log',
      title: 'Log',
      purpose:
        'What the box has said of itself lately, newest first: the last thousand lines, since it started.',
      view: 'log',
      asks: LOG_ASKS,
      data: (query) => logNow(sources, query),
    },
  ];
}

/** What the page of the log shows; a question that cannot be answered shows nothing. */
function logNow(sources: ApiSources, query: URLSearchParams): object {
  const form = Object.fromEntries(LOG_ASKS.map((name) => [name, query.get(name) ?? '']));
  try {
    const { lines, parts } = logLines(sources, query);
    return { lines, form, parts, levels, trouble: '' };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { lines: [], form, parts: [], levels, trouble: error.message };
  }
}

export function statusPages(parts: readonly LivePart[], live: LiveParts, sessions: Sessions): Page[] {
  return parts.flatMap(({ part, title, purpose, view = 'status', asks = [], data }): Page[] => [
    {
      path: `/status/${part}`,
      role: 'viewer',
      get({ administrator, query }) {
        const moderates = mayDo(administrator!.role, 'operator');
        const events = `/events/${asked(part, asks, query)}`;
        return { view, data: { part, title, purpose, moderates, events, ...data(query) } };
      },
    },
    {
      path: `/events/${part}`,
      role: 'viewer',
      get({ cookie, query }) {
        const events = live.watch(
          asked(part, asks, query),
          () => sessions.administratorOf(cookie) !== undefined,
        );
        return events
          ? { events }
          : { view: 'message', status: 503, data: { text: 'Too many pages are watching; close some.' } };
      },
    },
  ]);
}

/** A part with what is asked of it, the same text for all who ask the same. */
function asked(part: string, asks: readonly string[], query: URLSearchParams): string {
  const wanted = asks.flatMap((name): [string, string][] => {
    const value = query.get(name) ?? '';
    return value === '' ? [] : [[name, value.slice(0, MAX_ASKED)]];
  });
  return wanted.length === 0 ? part : `${part}?${new URLSearchParams(wanted).toString()}`;
}

function extensionsNow(sources: ApiSources) {
  const registrations = new Map(sources.registrations().map(({ username, phones }) => [username, phones]));
  const cutOff = new Set(sources.stolen.cutOff.map(({ extension }) => extension));
  return sources.config().extensions.map(({ number, name, sip }) => ({
    number,
    name,
    cutOff: cutOff.has(number),
    lines: sources.lines.lines.flatMap(({ settings, offHook, alarm }) =>
      settings?.extension === number ? { name: settings.name, offHook, alarm } : [],
    ),
    phones: ((sip && registrations.get(sip.username)) ?? []).map(({ source, userAgent, expiresAtMs }) => ({
      address: source.address,
      transport: (source.transport ?? 'udp').toUpperCase(),
      userAgent,
      expiresMinutes: Math.max(0, Math.ceil((expiresAtMs - sources.clock.nowMs()) / 60_000)),
    })),
  }));
}

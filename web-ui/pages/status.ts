/** What the box does now: pages with a live part. */
import type { Config } from '../../firmware/config/schema.js';
import type { Api } from '../api.js';
import type { LiveParts } from '../live-parts.js';
import type { Page } from '../page.js';
import type { Sessions } from '../sessions.js';
import { conferencesNow } from './conferences-now.js';

export type LivePart = {
  part: string;
  title: string;
  purpose: string;
  /** What views/live/<part>.njk shows. */
  data(): object;
};

export function liveParts(api: Api, config: () => Config): LivePart[] {
  return [
    {
      part: 'conferences',
      title: 'Conferences',
      purpose: 'Who is in which conference now, and who talks.',
      data: () => conferencesNow(api, config().conferences),
    },
  ];
}

export function statusPages(parts: readonly LivePart[], live: LiveParts, sessions: Sessions): Page[] {
  return [
    ...parts.map(({ part, title, purpose, data }): Page => ({
      path: `/status/${part}`,
      get: () => ({ view: 'status', data: { part, title, purpose, ...data() } }),
    })),
    ...parts.map(({ part }): Page => ({
      path: `/events/${part}`,
      get({ cookie, administrator }) {
        const events = live.watch(part, () => sessions.administratorOf(cookie) === administrator);
        return events
          ? { events }
          : { view: 'message', status: 503, data: { text: 'Too many pages are watching; close some.' } };
      },
    })),
  ];
}

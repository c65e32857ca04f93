/** What the buttons of the running conferences, of calls, phones, lines and audio ports do: the routes of the API, as forms. */
import { message, type Page } from '../page.js';
import type { PageApi } from './ask-api.js';
import { statusOf, troublesOf } from './troubles.js';

/** Where each stands. */
const PAGES: Record<string, string> = {
  conferences: '/status/conferences',
  calls: '/status/calls',
  phones: '/status/phones',
  lines: '/status/lines',
  'audio-ports': '/status/lines',
};

/** A page for each write route below these; what it wants to be sent stands in its query. */
export function moderationPages(api: PageApi): Page[] {
  return api.routes
    .filter(({ method, path }) => method === 'POST' && path.split('/')[0] in PAGES)
    .map(({ path, role }) => ({
      path: `/${path}`,
      role,
      async post({ params, query, administrator }) {
        const body = Object.fromEntries([...query].map(([name, value]) => [name, numberOr(value)]));
        try {
          await api.ask(`POST ${path}`, { params, by: administrator!.name, body });
          return { goTo: PAGES[path.split('/')[0]] };
        } catch (error) {
          return message(statusOf(error), `That could not be done. ${troublesOf(error).join(' ')}`);
        }
      },
    }));
}

function numberOr(text: string): number | string {
  return /^-?[0-9]{1,6}(\.[0-9]{1,6})?$/.test(text) ? Number(text) : text;
}

/** What the buttons of the running conferences, calls and phones do: the routes of the API, as forms. */
import { message, type Page } from '../page.js';
import type { PageApi } from './ask-api.js';
import { statusOf, troublesOf } from './troubles.js';

/** A page for each write route below conferences/, calls/ and phones/; what it wants to be sent stands in its query. */
export function moderationPages(api: PageApi): Page[] {
  return api.routes
    .filter(({ method, path }) => method === 'POST' && /^(conferences|calls|phones)\//.test(path))
    .map(({ path, role }) => ({
      path: `/${path}`,
      role,
      async post({ params, query, administrator }) {
        const body = Object.fromEntries([...query].map(([name, value]) => [name, numberOr(value)]));
        try {
          await api.ask(`POST ${path}`, { params, by: administrator!.name, body });
          return { goTo: `/status/${path.split('/')[0]}` };
        } catch (error) {
          return message(statusOf(error), `That could not be done. ${troublesOf(error).join(' ')}`);
        }
      },
    }));
}

function numberOr(text: string): number | string {
  return /^-?[0-9]{1,6}(\.[0-9]{1,6})?$/.test(text) ? Number(text) : text;
}

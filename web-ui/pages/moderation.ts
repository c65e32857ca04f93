/** What the buttons of the running conferences and calls do: the routes of the API, as forms. */
import type { Page } from '../page.js';
import { ApiError, type Route } from '../api/route.js';
import { ConfigError } from '../../firmware/config/schema-check.js';

/** A page for each write route below conferences/ and calls/; what it wants to be sent stands in its query. */
export function moderationPages(routes: readonly Route[]): Page[] {
  return routes
    .filter(({ method, path }) => method === 'POST' && /^(conferences|calls)\//.test(path))
    .map((route) => ({
      path: `/${route.path}`,
      role: route.role,
      async post({ params, query, administrator }) {
        const body = Object.fromEntries([...query].map(([name, value]) => [name, numberOr(value)]));
        try {
          await route.answer({ params, query, headers: {}, by: administrator!.name, body });
          return { goTo: `/status/${route.path.split('/')[0]}` };
        } catch (error) {
          if (!(error instanceof ApiError || error instanceof ConfigError)) throw error;
          const status = error instanceof ApiError ? error.status : 422;
          return { view: 'message', status, data: { text: `That could not be done: ${error.message}.` } };
        }
      },
    }));
}

function numberOr(text: string): number | string {
  return /^-?[0-9]{1,6}(\.[0-9]{1,6})?$/.test(text) ? Number(text) : text;
}

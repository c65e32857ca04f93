/** Configurations of the past: what each changed, what is different between any two, and one brought back. */
import { ConfigError } from '../../firmware/config/schema-check.js';
import { ApiError, type Route } from '../api/route.js';
import type { ApiSources } from '../api/sources.js';
import type { Page, Reply, Visit } from '../page.js';
import { inWords } from './troubles.js';
import { askRoute, changePage } from './what-changes.js';

const BASE = '/configuration/versions';

export function versionPages(sources: ApiSources, routes: readonly Route[]): Page[] {
  const routeOf = (path: string) => routes.find((one) => one.path === `config/versions/:version/${path}`)!;
  const nameOf = ({ params }: Visit) => {
    const version = sources.versions.list.find((one) => String(one.version) === params.version);
    return version && `version ${version.version} of ${timeInWords(version.saved)}`;
  };
  const compared = (from: string, to: string, by: string): { changes?: string[]; trouble?: string } => {
    try {
      return {
        changes: askRoute(routeOf('changes'), { params: { version: from }, query: { to }, by }, false),
      };
    } catch (error) {
      if (error instanceof ApiError) return { trouble: `${error.message}.` };
      if (error instanceof ConfigError) return { trouble: error.problems.map(inWords).join(' ') };
      throw error;
    }
  };
  return [
    {
      path: BASE,
      role: 'administrator',
      get({ query, administrator }): Reply {
        const versions = sources.versions.list.map(({ version, saved, by = '', changes = [] }) => ({
          version,
          saved,
          when: timeInWords(saved),
          by,
          changes,
        }));
        const newest = versions.at(0)?.version ?? 1;
        const form = {
          from: query.get('from') ?? String(versions.at(1)?.version ?? newest),
          to: query.get('to') ?? String(newest),
        };
        const options = versions.map(({ version, when }) => [String(version), `${version}, ${when}`]);
        const { changes, trouble } =
          query.get('from') === null
            ? { changes: undefined, trouble: undefined }
            : compared(form.from, form.to, administrator!.name);
        return { view: 'versions', data: { base: BASE, versions, options, form, changes, trouble } };
      },
    },
    changePage(`${BASE}/:version/restore`, (visit) => {
      const name = nameOf(visit);
      if (name === undefined)
        return { view: 'message', status: 404, data: { text: 'This version is not kept (any more).' } };
      const { params, administrator } = visit;
      return {
        heading: `Bring ${name} back?`,
        note: 'Administrators and their passwords stay as they are.',
        verb: 'Bring back',
        back: BASE,
        ask: (dryRun) => askRoute(routeOf('restore'), { params, by: administrator!.name }, dryRun),
        done: BASE,
      };
    }),
  ];
}

/** An instant of the box's clock (ISO 8601) to the minute. */
function timeInWords(instant: string): string {
  return `${instant.slice(0, 16).replace('T', ' ')} UTC`;
}

/** Configurations of the past: what each changed, what is different between any two, and one brought back. */
import type { ApiSources } from '../api/sources.js';
import { message, type Page, type Reply, type Visit } from '../page.js';
import { moment } from '../views.js';
import type { PageApi } from './ask-api.js';
import { troublesOf } from './troubles.js';
import { changePage } from './what-changes.js';

const BASE = '/configuration/versions';

export function versionPages(sources: ApiSources, api: PageApi): Page[] {
  const nameOf = ({ params }: Visit) => {
    const version = sources.versions.list.find((one) => String(one.version) === params.version);
    return version && `version ${version.version} of ${moment(version.saved)}`;
  };
  const compared = async (from: string, to: string, by: string) => {
    const asked = { params: { version: from }, query: { to }, by };
    try {
      return {
        changes: await api.changes('GET config/versions/:version/changes', asked, false),
        trouble: '',
      };
    } catch (error) {
      return { changes: undefined, trouble: troublesOf(error).join(' ') };
    }
  };
  return [
    {
      path: BASE,
      role: 'administrator',
      async get({ query, administrator }): Promise<Reply> {
        const versions = sources.versions.list.map(({ version, saved, by = '', changes = [] }) => ({
          version,
          saved,
          by,
          changes,
        }));
        const newest = versions.at(0)?.version ?? 1;
        const form = {
          from: query.get('from') ?? String(versions.at(1)?.version ?? newest),
          to: query.get('to') ?? String(newest),
        };
        const options = versions.map(({ version, saved }) => [
          String(version),
          `${version}, ${moment(saved)}`,
        ]);
        const { changes, trouble } =
          query.get('from') === null
            ? { changes: undefined, trouble: '' }
            : await compared(form.from, form.to, administrator!.name);
        return { view: 'versions', data: { base: BASE, versions, options, form, changes, trouble } };
      },
    },
    changePage(`${BASE}/:version/restore`, (visit) => {
      const name = nameOf(visit);
      if (name === undefined) return message(404, 'This version is not kept (any more).');
      const asked = { params: { version: visit.params.version }, by: visit.administrator!.name };
      return {
        heading: `Bring ${name} back?`,
        note: 'Administrators, their passwords and API tokens stay as they are.',
        verb: 'Bring back',
        back: BASE,
        ask: (dryRun) => api.changes('POST config/versions/:version/restore', asked, dryRun),
        done: BASE,
      };
    }),
  ];
}

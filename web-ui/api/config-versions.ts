/** Configurations of the past: listed, compared, brought back. */
import { changesBetween } from '../../firmware/config/config-changes.js';
import type { Config } from '../../firmware/config/schema.js';
import { change, changesResult, DRY_RUN } from './config-change.js';
import { ApiError, type Route } from './route.js';
import type { ApiSources } from './sources.js';
import { versionsResult } from './config-results.js';

export function configVersionRoutes(sources: ApiSources): Route[] {
  const { versions } = sources;
  const configOf = (text: string): Config => {
    const config = /^[0-9]{1,10}$/.test(text) ? versions.find(Number(text)) : undefined;
    if (config) return config;
    const kept = versions.list.map(({ version }) => version).join(', ');
    throw new ApiError(404, `version ${text} is not kept; these are: ${kept}`);
  };
  return [
    {
      method: 'GET',
      path: 'config/versions',
      role: 'administrator',
      summary: 'The last twenty configurations, newest first, and what each changed: the first is in use.',
      result: versionsResult,
      answer: () => versions.list,
    },
    {
      method: 'GET',
      path: 'config/versions/:version/changes',
      role: 'administrator',
      summary: 'What changed, in words, from that version to the one in use, or to another.',
      query: { to: 'another version' },
      result: changesResult,
      answer: ({ params, query }) => {
        const to = query.get('to');
        return {
          changes: changesBetween(configOf(params.version), to === null ? sources.config() : configOf(to)),
        };
      },
    },
    {
      method: 'POST',
      path: 'config/versions/:version/restore',
      role: 'administrator',
      summary: 'Brings that version back; administrators, their passwords and API tokens stay as they are.',
      query: DRY_RUN,
      result: changesResult,
      answer: (request) => {
        const { administrators, apiTokens } = sources.config();
        const after = { ...configOf(request.params.version), administrators, apiTokens };
        return change(sources, request, after);
      },
    },
  ];
}

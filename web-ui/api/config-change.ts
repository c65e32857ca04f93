/** A change of the configuration that a route makes, or with `dryRun=1` only tells. */
import { changesBetween } from '../../firmware/config/config-changes.js';
import type { Config } from '../../firmware/config/schema.js';
import { validateConfig } from '../../firmware/config/validate.js';
import type { ApiRequest } from './route.js';
import type { ApiSources } from './sources.js';

/** What may stand in the query of such a route. */
export const dryRun = { dryRun: '1: only says what would change' };

/** What such a route answers: each change in words. */
export const changesResult = {
  type: 'object',
  required: ['changes'],
  properties: {
    changes: { type: 'array', items: { type: 'string' }, description: 'what changed, or would, in words' },
  },
};

/** Saves a candidate, unless it is only asked. Throws ConfigError. */
export function change(
  sources: ApiSources,
  { query, by }: Pick<ApiRequest, 'query' | 'by'>,
  candidate: Config,
): { changes: string[] } {
  const changes = changesBetween(sources.config(), validateConfig(candidate));
  if (query.get('dryRun') !== '1') sources.versions.save(candidate, by);
  return { changes };
}

/** How a part of the configuration is changed: what is wrong is told by paths into that part. */
import { changesBetween } from '../../firmware/config/config-changes.js';
import type { Problem } from '../../firmware/config/problem.js';
import type { Config } from '../../firmware/config/schema.js';
import { ConfigError } from '../../firmware/config/schema-check.js';
import { validateConfig } from '../../firmware/config/validate.js';
import type { ApiRequest } from './route.js';
import type { ApiSources } from './sources.js';

export type Fields = Record<string, unknown>;

/** What a route that changes the configuration may be asked. */
export const DRY_RUN = { dryRun: '1: only says what would change' };

/** What such a route answers: each change in words. */
export const changesResult = {
  type: 'object',
  required: ['changes'],
  properties: {
    changes: { type: 'array', items: { type: 'string' }, description: 'what changed, or would, in words' },
  },
};

/**
 * Saves a candidate, or only says what would change. `base` is the path of the part that was sent, `clashes` are what is
 * known to be wrong with it. Throws ConfigError with everything that is wrong.
 */
export function change(
  sources: ApiSources,
  { query, by }: Pick<ApiRequest, 'query' | 'by'>,
  candidate: unknown,
  base = '',
  clashes: readonly Problem[] = [],
): { changes: string[] } {
  const after = valid(candidate, base, clashes);
  const changes = changesBetween(sources.config(), after);
  if (query.get('dryRun') !== '1') sources.versions.save(after, by);
  return { changes };
}

function valid(candidate: unknown, base: string, clashes: readonly Problem[]): Config {
  const problems = [...clashes];
  try {
    const config = validateConfig(candidate);
    if (problems.length === 0) return config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems) {
      const own = problem.path.startsWith(`${base}/`);
      const path = own ? problem.path.slice(base.length) : problem.path;
      // The other one of a clash has done nothing wrong.
      if (clashes.length === 0 || (own && !clashes.some((clash) => clash.path === path)))
        problems.push({ ...problem, path });
    }
  }
  throw new ConfigError(problems);
}

/** What was sent, if it is an object. Throws ConfigError. */
export function fieldsOf(body: unknown): Fields {
  if (isFields(body)) return body;
  throw new ConfigError([{ path: '', value: 'not an object', expected: 'an object { }' }]);
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

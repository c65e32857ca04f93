/** How a part of the configuration is changed: what is wrong is told by paths into that part. */
import { changesBetween } from '../../firmware/config/config-changes.js';
import type { Config } from '../../firmware/config/schema.js';
import { ConfigError } from '../../firmware/config/schema-check.js';
import { validateConfig } from '../../firmware/config/validate.js';
import type { ApiRequest } from './route.js';
import type { ApiSources } from './sources.js';

/** What a route that changes the configuration may be asked. */
export const DRY_RUN = { dryRun: '1: only says what would change' };

/**
 * Saves a candidate, or only says what would change. `base` is the path of the part that was sent. Throws ConfigError
 * with everything that is wrong.
 */
export function change(
  sources: ApiSources,
  { query, by }: Pick<ApiRequest, 'query' | 'by'>,
  candidate: unknown,
  base = '',
): { changes: string[] } {
  const after = valid(candidate, base);
  const changes = changesBetween(sources.config(), after);
  if (query.get('dryRun') !== '1') sources.versions.save(after, by);
  return { changes };
}

function valid(candidate: unknown, base: string): Config {
  try {
    return validateConfig(candidate);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(
      error.problems.map((problem) =>
        problem.path.startsWith(`${base}/`) ? { ...problem, path: problem.path.slice(base.length) } : problem,
      ),
    );
  }
}

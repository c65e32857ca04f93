/** How every route that changes the configuration does it. */
import { changesBetween } from '../../firmware/config/config-changes.js';
import { ConfigError } from '../../firmware/config/schema-check.js';
import { validateConfig } from '../../firmware/config/validate.js';
import type { ApiRequest } from './route.js';
import type { ApiSources } from './sources.js';

/** What such a route may be asked. */
export const DRY_RUN = { dryRun: '1: only says what would change' };

/** Saves a candidate, unless it is asked only what would change, and says in words what does. Throws ConfigError. */
export function applyChange(
  sources: ApiSources,
  { query, by }: Pick<ApiRequest, 'query' | 'by'>,
  after: unknown,
): { changes: string[] } {
  const changes = changesBetween(sources.config(), validateConfig(after));
  if (query.get('dryRun') !== '1') sources.versions.save(after, by);
  return { changes };
}

/** Problems below `base` are told by paths from there. */
export function withOwnPaths<Result>(base: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(
      error.problems.map((problem) =>
        problem.path.startsWith(`${base}/`) ? { ...problem, path: problem.path.slice(base.length) } : problem,
      ),
    );
  }
}

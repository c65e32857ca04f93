/** The API of the box, for pages and programs: everything below /api/v1. */
import { conferenceRoutes } from './conferences.js';
import { dialPlanRoutes } from './dial-plan.js';
import type { Route } from './route.js';
import type { ApiSources } from './sources.js';
import { statusRoutes } from './status.js';

export function api(sources: ApiSources): Route[] {
  return [...statusRoutes(sources), ...conferenceRoutes(sources), ...dialPlanRoutes(sources)];
}

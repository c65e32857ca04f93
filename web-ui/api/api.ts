/** The API of the box, for pages and programs: everything below /api/v1. */
import { configEntryRoutes } from './config-entries.js';
import { configVersionRoutes } from './config-versions.js';
import { conferenceRoutes } from './conferences.js';
import { dialPlanRoutes } from './dial-plan.js';
import { historyRoutes } from './history.js';
import type { LiveEvents } from './live-events.js';
import { liveRoutes } from './live.js';
import { openApiRoute } from './openapi.js';
import { phoneRoutes } from './phones.js';
import { recordingRoutes } from './recordings.js';
import type { Route } from './route.js';
import type { ApiSources } from './sources.js';
import { statusRoutes } from './status.js';

/** Every route; `events` tells what happens. */
export function api(sources: ApiSources, events: LiveEvents): Route[] {
  const routes = [
    ...statusRoutes(sources),
    ...conferenceRoutes(sources),
    ...phoneRoutes(sources),
    ...dialPlanRoutes(sources),
    ...liveRoutes(events),
    ...historyRoutes(sources),
    ...recordingRoutes(sources),
    ...configEntryRoutes(sources),
    ...configVersionRoutes(sources),
  ];
  return [...routes, openApiRoute(sources.version, routes)];
}

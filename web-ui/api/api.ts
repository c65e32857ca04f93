/** The API of the box, for pages and programs: everything below /api/v1. */
import { administratorRoutes } from './administrators.js';
import { audioPortRoutes } from './audio-ports.js';
import { backupRoutes } from './backup.js';
import { configEntryRoutes } from './config-entries.js';
import { configSectionRoutes } from './config-sections.js';
import { configVersionRoutes } from './config-versions.js';
import { conferenceRoutes } from './conferences.js';
import { disksRoute } from './disks.js';
import { dialPlanRoutes } from './dial-plan.js';
import { historyRoutes } from './history.js';
import { lineRoutes } from './lines.js';
import type { LiveEvents } from './live-events.js';
import { liveRoutes } from './live.js';
import { logRoutes } from './log.js';
import { openApiRoute } from './openapi.js';
import { phoneSetupRoute } from './phone-setup.js';
import { phoneRoutes } from './phones.js';
import { recordingRoutes } from './recordings.js';
import type { Route } from './route.js';
import { restartRoutes } from './restart.js';
import { simulatedCardRoute } from './simulated-card.js';
import type { ApiSources } from './sources.js';
import { statusRoutes } from './status.js';
import { systemRoutes } from './system.js';
import { supportBundleRoutes } from './support-bundle.js';
import { tokenRoutes } from './tokens.js';
import { updateRoutes } from './updates.js';
import { webhookRoutes } from './webhooks.js';

/** Every route; `events` tells what happens. */
export function api(sources: ApiSources, events: LiveEvents): Route[] {
  const disks = disksRoute(sources);
  const routes = [
    ...statusRoutes(sources),
    ...systemRoutes(sources),
    ...conferenceRoutes(sources),
    ...phoneRoutes(sources),
    ...lineRoutes(sources),
    ...audioPortRoutes(sources),
    ...dialPlanRoutes(sources),
    ...liveRoutes(events),
    ...historyRoutes(sources),
    ...logRoutes(sources),
    ...recordingRoutes(sources),
    ...configEntryRoutes(sources),
    phoneSetupRoute(sources),
    ...configSectionRoutes(sources),
    ...configVersionRoutes(sources),
    ...administratorRoutes(sources),
    ...backupRoutes(sources),
    ...tokenRoutes(sources),
    ...webhookRoutes(sources),
    simulatedCardRoute(sources),
    disks,
    ...restartRoutes(sources),
    ...updateRoutes(sources, disks),
  ];
  routes.push(...supportBundleRoutes(sources, routes));
  return [...routes, openApiRoute(sources.version, routes)];
}

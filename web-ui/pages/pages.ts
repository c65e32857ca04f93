/** All pages of the box, put together. */
import type { AdministratorCheck } from '../administrator-check.js';
import type { Route } from '../api/route.js';
import type { ApiSources } from '../api/sources.js';
import { readAssets } from '../assets.js';
import { LiveParts } from '../live-parts.js';
import type { Page } from '../page.js';
import type { PagesOptions } from '../server.js';
import { Sessions } from '../sessions.js';
import { Views } from '../views.js';
import { administratorKind } from './administrators.js';
import { PageApi } from './ask-api.js';
import { audioPortKind } from './audio-ports.js';
import { backupPages } from './backup.js';
import { conferenceKind } from './conferences.js';
import { consoleKind } from './console.js';
import { dialPlanPage } from './dial-plan.js';
import { entryPages } from './entry-pages.js';
import { extensionKind } from './extensions.js';
import { learnLinePage } from './learn-line.js';
import { lineKind } from './lines.js';
import { localeKind } from './locale.js';
import { mediaKind } from './media.js';
import { menu } from './menu.js';
import { networkKind } from './network.js';
import { phoneSetupPage } from './phone-setup.js';
import { permissionKind } from './permission-groups.js';
import { routeKind } from './routes.js';
import { sectionPage } from './section-pages.js';
import { securityKind } from './security.js';
import { serviceKind } from './services.js';
import { firstRunPages } from './first-run.js';
import { historyPages } from './history.js';
import { moderationPages } from './moderation.js';
import { recordingsKind } from './recording-settings.js';
import { recordingPages } from './recordings.js';
import { signInPages } from './sign-in.js';
import { liveParts, statusPages } from './status.js';
import { trunkKind } from './trunks.js';
import { updatePages } from './update.js';
import { versionPages } from './versions.js';
import { tokenPages } from './tokens.js';
import { webhookKind, webhookTestPage } from './webhooks.js';

export type BoxPages = {
  /** Where views/ and assets/ are. */
  folder: string;
  sources: ApiSources;
  /** The API: what pages change, they change through it. */
  routes: readonly Route[];
  administrators: AdministratorCheck;
};

export function boxPages({ folder, sources, routes, administrators }: BoxPages): PagesOptions {
  const views = new Views(`${folder}views`);
  const sessions = new Sessions(() => sources.config().administrators, sources.clock);
  const parts = liveParts(sources);
  const live = new LiveParts(sources.clock, (asked) => {
    const { pathname, searchParams } = new URL(asked, 'http://box');
    const { part, data } = parts.find((one) => pathname === `/${one.part}`)!;
    return views.render(`live/${part}`, data(searchParams));
  });
  const api = new PageApi(routes);
  const pages: Page[] = [
    { path: '/', role: 'viewer', get: () => ({ goTo: '/status/conferences' }) },
    ...firstRunPages(sources, api, sessions),
    ...signInPages(sources, administrators, sessions),
    ...statusPages(parts, live, sessions),
    dialPlanPage(sources, api),
    ...moderationPages(api),
    ...historyPages(sources, api),
    ...recordingPages(sources, api),
    ...entryPages(conferenceKind, sources, api),
    ...entryPages(extensionKind, sources, api),
    phoneSetupPage(sources, api),
    ...entryPages(trunkKind, sources, api),
    ...entryPages(routeKind, sources, api),
    ...entryPages(serviceKind, sources, api),
    ...entryPages(permissionKind, sources, api),
    ...entryPages(
      lineKind(() => sources.lines.lines),
      sources,
      api,
    ),
    learnLinePage(sources, api),
    ...entryPages(audioPortKind, sources, api),
    sectionPage(networkKind, sources, api),
    sectionPage(mediaKind, sources, api),
    sectionPage(securityKind, sources, api),
    sectionPage(
      recordingsKind(() => sources.recordingDisks()),
      sources,
      api,
    ),
    sectionPage(consoleKind, sources, api),
    sectionPage(localeKind, sources, api),
    ...entryPages(
      administratorKind(() => sources.config(), sessions),
      sources,
      api,
    ),
    ...tokenPages(sources, api),
    ...entryPages(
      webhookKind(() => sources.webhooks),
      sources,
      api,
    ),
    webhookTestPage(api),
    ...versionPages(sources, api),
    ...backupPages(sources, api),
    ...updatePages(api),
  ];
  return {
    pages,
    sessions,
    assets: readAssets(`${folder}assets`),
    render: (view, data) =>
      views.render(view, { menu, alarmCount: sources.system.alarms.standing.length, ...data }),
  };
}

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
import { administratorPages } from './administrators.js';
import { backupPages } from './backup.js';
import { conferenceKind } from './conferences.js';
import { dialPlanPage } from './dial-plan.js';
import { entryPages } from './entry-pages.js';
import { extensionKind } from './extensions.js';
import { mediaKind } from './media.js';
import { networkKind } from './network.js';
import { phoneSetupPage } from './phone-setup.js';
import { permissionKind } from './permission-groups.js';
import { routeKind } from './routes.js';
import { sectionPage } from './section-pages.js';
import { serviceKind } from './services.js';
import { firstRunPages } from './first-run.js';
import { historyPages, pastLists } from './history.js';
import { moderationPages } from './moderation.js';
import { settingsKinds, settingsPage } from './settings.js';
import { recordingPages } from './recordings.js';
import { signInPages } from './sign-in.js';
import { liveParts, statusPages } from './status.js';
import { trunkKind } from './trunks.js';
import { versionPages } from './versions.js';
import { tokenPages } from './tokens.js';
import { webhookPages } from './webhooks.js';

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
  const pages: Page[] = [
    { path: '/', role: 'viewer', get: () => ({ goTo: '/status/conferences' }) },
    ...firstRunPages(sources, routes, sessions),
    ...signInPages(sources, administrators, sessions),
    ...statusPages(parts, live, sessions),
    dialPlanPage(sources, routes),
    ...moderationPages(routes),
    ...historyPages(sources, routes),
    ...recordingPages(sources, routes),
    ...entryPages(conferenceKind, sources, routes),
    ...entryPages(extensionKind, sources, routes),
    phoneSetupPage(sources, routes),
    ...entryPages(trunkKind, sources, routes),
    ...entryPages(routeKind, sources, routes),
    ...entryPages(serviceKind, sources, routes),
    ...entryPages(permissionKind, sources, routes),
    ...versionPages(sources, routes),
    sectionPage(networkKind, sources, routes),
    sectionPage(mediaKind, sources, routes),
    ...settingsKinds.map((kind) => settingsPage(kind, sources, routes)),
    ...administratorPages(sources, routes, sessions),
    ...backupPages(sources, routes),
    ...tokenPages(sources, routes),
    ...webhookPages(sources, routes),
  ];
  const lists = [conferenceKind, extensionKind, trunkKind, routeKind, serviceKind, permissionKind];
  // Lines and audio ports bring pages of their own, and a line for each here.
  const menu = [
    {
      title: 'Status',
      role: 'viewer',
      pages: [
        ...parts.map(({ part, title }) => ({ title, path: `/status/${part}` })),
        { title: 'Dial plan', path: '/status/dial-plan' },
      ],
    },
    { title: 'Recordings', role: 'operator', pages: [{ title: 'Recordings', path: '/recordings' }] },
    {
      title: 'History',
      role: 'viewer',
      pages: pastLists.map(({ list, title }) => ({ title, path: `/history/${list}` })),
    },
    {
      title: 'Configuration',
      role: 'administrator',
      pages: [
        ...lists.map(({ list, title }) => ({ title, path: `/configuration/${list}` })),
        ...[networkKind, mediaKind].map(({ section, title }) => ({
          title,
          path: `/configuration/${section}`,
        })),
        ...settingsKinds.map(({ section, title }) => ({ title, path: `/configuration/${section}` })),
        { title: 'Administrators', path: '/configuration/administrators' },
        { title: 'API tokens', path: '/configuration/tokens' },
        { title: 'Webhooks', path: '/configuration/webhooks' },
        { title: 'Versions', path: '/configuration/versions' },
        { title: 'Backup', path: '/configuration/backup' },
      ],
    },
  ];
  return {
    pages,
    sessions,
    assets: readAssets(`${folder}assets`),
    render: (view, data) =>
      views.render(view, { menu, alarmCount: sources.system.alarms.standing.length, ...data }),
  };
}

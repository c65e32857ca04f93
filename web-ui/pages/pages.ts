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
import { conferenceKind } from './conferences.js';
import { dialPlanPage } from './dial-plan.js';
import { entryPages } from './entry-pages.js';
import { extensionKind } from './extensions.js';
import { moderationPages } from './moderation.js';
import { recordingPages } from './recordings.js';
import { signInPages } from './sign-in.js';
import { liveParts, statusPages } from './status.js';

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
  const live = new LiveParts(sources.clock, (name) => {
    const { part, data } = parts.find((one) => one.part === name)!;
    return views.render(`live/${part}`, data());
  });
  const pages: Page[] = [
    { path: '/', role: 'viewer', get: () => ({ goTo: '/status/conferences' }) },
    ...signInPages(administrators, sessions),
    ...statusPages(parts, live, sessions),
    dialPlanPage(sources, routes),
    ...moderationPages(routes),
    ...recordingPages(sources, routes),
    ...entryPages(conferenceKind, sources, routes),
    ...entryPages(extensionKind, sources, routes),
  ];
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
      title: 'Configuration',
      role: 'administrator',
      pages: [conferenceKind, extensionKind].map(({ list, title }) => ({
        title,
        path: `/configuration/${list}`,
      })),
    },
  ];
  return {
    pages,
    sessions,
    assets: readAssets(`${folder}assets`),
    render: (view, data) => views.render(view, { menu, ...data }),
  };
}

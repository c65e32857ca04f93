/** All pages of the box, put together. */
import type { Clock } from '../../firmware/clock.js';
import type { ConfigStore } from '../../firmware/config/config-store.js';
import type { AdministratorCheck } from '../administrator-check.js';
import type { Api } from '../api.js';
import { readAssets } from '../assets.js';
import { LiveParts } from '../live-parts.js';
import type { Page } from '../page.js';
import type { PagesOptions } from '../server.js';
import type { Sessions } from '../sessions.js';
import { Views } from '../views.js';
import { signInPages } from './sign-in.js';
import { liveParts, statusPages } from './status.js';

export type BoxPages = {
  /** Where views/ and assets/ are. */
  folder: string;
  clock: Clock;
  api: Api;
  store: ConfigStore;
  administrators: AdministratorCheck;
  sessions: Sessions;
};

type MenuGroup = { title: string; pages: { title: string; path: string }[] };

export function boxPages({ folder, clock, api, store, administrators, sessions }: BoxPages): PagesOptions {
  const views = new Views(`${folder}views`);
  const parts = liveParts(api, () => store.config);
  const live = new LiveParts(clock, (name) => {
    const { part, data } = parts.find((one) => one.part === name)!;
    return views.render(`live/${part}`, data());
  });
  // Recordings, lines and audio ports bring pages of their own, and a line for each here.
  const menu: MenuGroup[] = [
    { title: 'Status', pages: parts.map(({ part, title }) => ({ title, path: `/status/${part}` })) },
  ];
  const pages: Page[] = [
    { path: '/', get: () => ({ goTo: '/status/conferences' }) },
    ...signInPages(administrators, sessions),
    ...statusPages(parts, live, sessions),
  ];
  return {
    pages,
    sessions,
    assets: readAssets(`${folder}assets`),
    render: (view, data) => views.render(view, { menu, ...data }),
  };
}

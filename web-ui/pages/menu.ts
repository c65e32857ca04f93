/** The menu: every page that is found by it, in groups. */
import type { Role } from '../../firmware/config/schema.js';

export type MenuGroup = {
  title: string;
  /** The least role that sees it. */
  role: Role;
  pages: readonly { title: string; path: string }[];
};

export const menu: readonly MenuGroup[] = [
  group('Status', 'viewer', '/status', {
    Conferences: 'conferences',
    Calls: 'calls',
    Phones: 'phones',
    Trunks: 'trunks',
    'Lines and audio ports': 'lines',
    'Dial plan': 'dial-plan',
    System: 'system',
    Log: 'log',
  }),
  group('Recordings', 'operator', '', { Recordings: 'recordings' }),
  group('History', 'viewer', '/history', { Calls: 'calls', Conferences: 'conferences' }),
  group('Configuration', 'administrator', '/configuration', {
    Conferences: 'conferences',
    Extensions: 'extensions',
    Trunks: 'trunks',
    Routes: 'routes',
    'Service numbers': 'services',
    Permissions: 'permissionGroups',
    Lines: 'lines',
    'Audio ports': 'audioPorts',
  }),
  group('Box', 'administrator', '/configuration', {
    Network: 'network',
    Sound: 'media',
    'Keeping recordings': 'recordings',
    Security: 'security',
    'Time and language': 'time-and-language',
    Administrators: 'administrators',
    'API tokens': 'tokens',
    Webhooks: 'webhooks',
    Versions: 'versions',
    Backup: 'backup',
    Console: 'console',
    'Update and restart': 'update',
  }),
];

function group(title: string, role: Role, folder: string, pages: Record<string, string>): MenuGroup {
  return {
    title,
    role,
    pages: Object.entries(pages).map(([name, page]) => ({ title: name, path: `${folder}/${page}` })),
  };
}

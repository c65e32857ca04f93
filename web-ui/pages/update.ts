/** A new version of the firmware, restarts, and what support asks for. */
import type { Disk } from '../../firmware/recording/disks.js';
import type { Reply as ApiReply } from '../api/route.js';
import type { Page, Reply, Visit } from '../page.js';
import type { PageApi } from './ask-api.js';
import { statusOf, troublesOf } from './troubles.js';

const BASE = '/configuration/update';
/** How long calls may delay a restart, minutes, in words. */
const WAITS = [
  ['1440', 'when nobody is in a call, within a day'],
  ['60', 'when nobody is in a call, within an hour'],
  ['10080', 'when nobody is in a call, within a week'],
  ['0', 'at once, calls are cut off'],
];

export function updatePages(api: PageApi): Page[] {
  const role = 'administrator';
  const show = async ({ administrator }: Visit, trouble = '', status = 200): Promise<Reply> => {
    const by = { by: administrator!.name };
    const [update, restart, disks] = await Promise.all([
      api.ask<{ state: string }>('GET update', by),
      api.ask('GET restart', by),
      api.ask<(Disk & { bundles: string[] })[]>('GET disks', by),
    ]);
    const bundles = disks.flatMap((disk) => disk.bundles);
    return { view: 'update', status, data: { base: BASE, waits: WAITS, update, restart, bundles, trouble } };
  };
  /** A button: asks a route, and shows the page again, with what is wrong if something is. */
  const button = (name: string, what: string, bodyOf: (visit: Visit) => object | undefined): Page => ({
    path: `${BASE}/${name}`,
    role,
    takesFile: name === 'send',
    get: () => ({ goTo: BASE }),
    async post(visit) {
      const body = bodyOf(visit);
      if (!body) return show(visit, 'Choose a file first.', 422);
      try {
        await api.ask(what, { by: visit.administrator!.name, body });
      } catch (error) {
        return show(visit, troublesOf(error)[0], statusOf(error));
      }
      return { goTo: BASE };
    },
  });
  const wait = ({ form }: Visit) => ({ waitMinutes: Number(form.get('waitMinutes')) });
  return [
    { path: BASE, role, get: (visit) => show(visit) },
    button('send', 'POST update', ({ file }) => file),
    button('from-disk', 'POST update/from-disk', ({ form }) => ({ file: form.get('file') ?? '' })),
    button('install', 'POST update/install', wait),
    button('forget', 'DELETE update', () => ({})),
    button('restart', 'POST restart', wait),
    button('stay', 'DELETE restart', () => ({})),
    {
      path: `${BASE}/support-bundle`,
      role,
      get: async ({ administrator }) => ({
        sent: await api.ask<ApiReply>('GET support-bundle', { by: administrator!.name }),
      }),
    },
  ];
}

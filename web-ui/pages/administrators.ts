/** Who may use the pages: listed, added, changed, deleted. */
import type { Route } from '../api/route.js';
import type { ApiSources } from '../api/sources.js';
import type { Page, Reply, Visit } from '../page.js';
import type { Sessions } from '../sessions.js';
import { askRoute, type Fields } from './ask-route.js';

const BASE = '/configuration/administrators';
const ROLES = [
  ['administrator', 'administrator: everything'],
  ['operator', 'operator: watches, and moderates conferences'],
  ['viewer', 'viewer: watches'],
];

export function administratorPages(
  sources: ApiSources,
  routes: readonly Route[],
  sessions: Sessions,
): Page[] {
  const role = 'administrator';
  const all = () => sources.config().administrators;
  const find = (name: string) => all().find((one) => one.name === name);
  const routeOf = (method: string) =>
    routes.find((one) => one.method === method && one.path === 'config/administrators/:name')!;
  const show = (dialog?: object, status = 200, done = ''): Reply => ({
    view: 'administrators',
    status,
    data: { base: BASE, administrators: all(), roles: ROLES, done, dialog },
  });
  const dialogOf = (name: string | undefined, form: Fields, errors: Fields = {}) => ({
    name,
    form,
    errors,
    action: name === undefined ? `${BASE}/add` : `${BASE}/${name}/edit`,
  });
  const gone = (name: string): Reply => ({
    view: 'message',
    status: 404,
    data: { text: `There is no administrator ${name} (any more).` },
  });

  const save = async ({ form: sent, administrator }: Visit, before: string | undefined): Promise<Reply> => {
    const form = Object.fromEntries(sent);
    const name = (form.name ?? '').trim();
    const refuse = (errors: Fields) => show(dialogOf(before, { name, role: form.role }, errors), 422);
    if (before === undefined && find(name))
      return refuse({ name: 'Has to be one that no other administrator has.' });
    if (form.password !== form.repeated) return refuse({ repeated: 'Has to be the same as above.' });
    const { errors } = await askRoute(routeOf('PUT'), {
      params: { name: before ?? name },
      by: administrator!.name,
      body: { name, role: form.role, password: form.password || undefined },
    });
    if (Object.keys(errors).length > 0) return refuse(errors);
    // With another name or password every session ends; whoever changed the own goes on in a new one.
    const isOneself = before === administrator!.name;
    const goTo = `${BASE}?saved=${encodeURIComponent(name)}`;
    return isOneself ? { goTo, cookie: sessions.begin(find(name)!) } : { goTo };
  };

  return [
    {
      path: BASE,
      role,
      get({ query }) {
        const saved = find(query.get('saved') ?? '');
        return show(undefined, 200, saved ? `${saved.name} is saved: ${saved.role}.` : '');
      },
    },
    {
      path: `${BASE}/add`,
      role,
      get: () => show(dialogOf(undefined, { role: 'operator' })),
      post: (visit) => save(visit, undefined),
    },
    {
      path: `${BASE}/:name/edit`,
      role,
      get({ params: { name } }) {
        const one = find(name);
        return one ? show(dialogOf(name, { name, role: one.role })) : gone(name);
      },
      post: (visit) => (find(visit.params.name) ? save(visit, visit.params.name) : gone(visit.params.name)),
    },
    {
      path: `${BASE}/:name/delete`,
      role,
      get: ({ params: { name } }) =>
        find(name) ? { view: 'delete-administrator', data: question(name) } : gone(name),
      async post({ params, administrator }) {
        if (!find(params.name)) return gone(params.name);
        const { errors } = await askRoute(routeOf('DELETE'), { params, by: administrator!.name, body: {} });
        if (errors[''] === undefined) return { goTo: BASE };
        return { view: 'delete-administrator', status: 409, data: question(params.name, errors['']) };
      },
    },
  ];
}

function question(name: string, trouble = ''): object {
  return { base: BASE, name, trouble };
}

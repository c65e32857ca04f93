/** Configuration of the webhooks, and how telling them went. */
import type { Webhook } from '../../firmware/config/schema.js';
import { webhookEvents } from '../../firmware/config/integration-schema.js';
import type { Delivery } from '../../firmware/webhook/webhooks.js';
import { newSecret } from '../../firmware/webhook/post.js';
import type { Route } from '../api/route.js';
import type { ApiSources } from '../api/sources.js';
import type { Page, Reply, Visit } from '../page.js';
import { ApiOfPages } from './ask-api.js';

const base = '/configuration/webhooks';
const one = 'config/webhooks/:name';
/** What each event is, for people. */
const EVENTS: Record<(typeof webhookEvents)[number], string> = {
  'conference.started': 'A conference starts',
  'conference.ended': 'A conference ends',
  'participant.joined': 'Somebody joins a conference',
  'participant.left': 'Somebody leaves a conference',
  'recording.ready': 'A recording is ready',
};

export function webhookPages(sources: ApiSources, routes: readonly Route[]): Page[] {
  const api = new ApiOfPages(routes);
  const role = 'administrator';
  const webhooks = () => sources.config().webhooks;
  const find = (name: string) => webhooks().find((hook) => hook.name === name);
  const show = (data: object = {}, status = 200): Reply => ({
    view: 'webhooks',
    status,
    data: {
      base,
      events: Object.entries(EVENTS),
      webhooks: webhooks().map((hook) => ({ ...hook, ...sources.webhooks.deliveries(hook.name) })),
      dialog: undefined,
      saved: '',
      tested: undefined,
      ...data,
    },
  });
  const gone = (name: string): Reply => ({
    view: 'message',
    status: 404,
    data: { text: `Webhook ${name} is not there (any more).` },
  });
  const dialog = (
    before: Webhook | undefined,
    form: object,
    events: readonly string[],
    errors: object = {},
  ) => ({
    dialog: {
      before: before?.name,
      action: before ? `${base}/${before.name}/edit` : `${base}/add`,
      form,
      events,
      errors,
    },
  });
  const posted = async (visit: Visit, before: Webhook | undefined): Promise<Reply> => {
    const form = Object.fromEntries(visit.form);
    const events = visit.form.getAll('events');
    if (form.make === 'secret') return show(dialog(before, { ...form, secret: newSecret() }, events));
    const name = (form.name ?? '').trim();
    const body = { name, url: (form.url ?? '').trim(), secret: form.secret?.trim() || undefined, events };
    const answer = await api.ask(visit, 'PUT', one, { name: before?.name ?? '' }, body);
    if ('result' in answer) return { goTo: `${base}?${new URLSearchParams({ saved: name }).toString()}` };
    return show(dialog(before, form, events, answer.errors), answer.status);
  };
  return [
    {
      path: base,
      role,
      get: ({ query }) => {
        const saved = query.get('saved') ?? '';
        return show(find(saved) ? { saved: `Webhook ${saved} is saved and in use.` } : {});
      },
    },
    {
      path: `${base}/add`,
      role,
      get: () => show(dialog(undefined, { secret: newSecret() }, webhookEvents)),
      post: (visit) => posted(visit, undefined),
    },
    {
      path: `${base}/:name/edit`,
      role,
      get({ params: { name } }) {
        const hook = find(name);
        return hook ? show(dialog(hook, { name: hook.name, url: hook.url }, hook.events)) : gone(name);
      },
      post(visit) {
        const hook = find(visit.params.name);
        return hook ? posted(visit, hook) : gone(visit.params.name);
      },
    },
    {
      path: `${base}/:name/test`,
      role,
      async post(visit) {
        const { name } = visit.params;
        const answer = await api.ask<Delivery>(visit, 'POST', `${one}/test`, { name });
        return 'result' in answer ? show({ tested: { name, ...answer.result } }) : gone(name);
      },
    },
    {
      path: `${base}/:name/delete`,
      role,
      get: ({ params: { name } }) =>
        find(name)
          ? {
              view: 'confirm',
              data: {
                title: `Delete the webhook ${name}?`,
                text: 'It is told nothing any more; what still waits for it is forgotten.',
                action: `${base}/${name}/delete`,
                base,
                button: 'Delete',
              },
            }
          : gone(name),
      async post(visit) {
        const answer = await api.ask(visit, 'DELETE', one, visit.params);
        return 'result' in answer ? { goTo: base } : gone(visit.params.name);
      },
    },
  ];
}

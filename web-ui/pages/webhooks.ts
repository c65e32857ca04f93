/** Configuration of the webhooks, and how telling them went. */
import type { Webhook } from '../../firmware/config/schema.js';
import { webhookEvents } from '../../firmware/config/integration-schema.js';
import type { Webhooks } from '../../firmware/webhook/webhooks.js';
import { newSecret } from '../../firmware/webhook/post.js';
import { message, type Page } from '../page.js';
import type { PageApi } from './ask-api.js';
import type { EntryKind } from './entry-pages.js';
import { statusOf, troublesOf } from './troubles.js';

const base = '/configuration/webhooks';
/** What each event is, for people. */
const EVENTS: Record<(typeof webhookEvents)[number], string> = {
  'conference.started': 'A conference starts',
  'conference.ended': 'A conference ends',
  'participant.joined': 'Somebody joins a conference',
  'participant.left': 'Somebody leaves a conference',
  'recording.ready': 'A recording is ready',
};

export function webhookKind(webhooks: () => Webhooks): EntryKind<Webhook> {
  return {
    list: 'webhooks',
    key: 'name',
    title: 'Webhooks',
    choices: (config) => ({
      events: Object.entries(EVENTS),
      told: Object.fromEntries(config.webhooks.map(({ name }) => [name, webhooks().deliveries(name)])),
    }),
    formOf: (hook) => ({
      name: hook?.name ?? '',
      url: hook?.url ?? '',
      secret: hook ? '' : newSecret(),
      ...Object.fromEntries((hook?.events ?? webhookEvents).map((event) => [`on-${event}`, 'yes'])),
    }),
    bodyOf: (form) => ({
      url: (form.url ?? '').trim(),
      // None: the one that there is stays.
      secret: form.secret?.trim() || undefined,
      events: webhookEvents.filter((event) => form[`on-${event}`] === 'yes'),
    }),
    makes: { secret: newSecret },
    deleteNote: 'It is told nothing any more; what still waits for it is forgotten.',
  };
}

/** Sends a test; what came of it is the newest that the list shows. */
export function webhookTestPage(api: PageApi): Page {
  return {
    path: `${base}/:name/test`,
    role: 'administrator',
    async post({ params: { name }, administrator }) {
      try {
        await api.ask('POST config/webhooks/:name/test', { params: { name }, by: administrator!.name });
        return { goTo: base };
      } catch (error) {
        return message(statusOf(error), troublesOf(error).join(' '));
      }
    },
  };
}

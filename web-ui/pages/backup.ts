/** The configuration kept as a file, brought back from one, and the box made as new. */
import { ConfigError } from '../../firmware/config/schema-check.js';
import type { Reply as ApiReply } from '../api/route.js';
import type { ApiSources } from '../api/sources.js';
import type { Page, Reply } from '../page.js';
import type { PageApi } from './ask-api.js';
import { troublesOf, type Form } from './troubles.js';
import { shownFirst, type Change } from './what-changes.js';

const BASE = '/configuration/backup';
const RESET = `${BASE}/factory-reset`;
/** A backup that was looked at waits so long to be applied; of more than these the oldest is forgotten. */
const WAITING_MS = 10 * 60_000;
const MAX_WAITING = 4;

type Waiting = { body: { backup: unknown; passphrase: string }; untilMs: number };

export function backupPages(sources: ApiSources, api: PageApi): Page[] {
  const role = 'administrator';
  /** By the cookie of who sent it. */
  const waiting = new Map<string, Waiting>();
  const show = (errors: Form = {}, said = ''): Reply => ({
    view: 'backup',
    status: Object.keys(errors).length > 0 ? 422 : 200,
    data: { errors, said, base: BASE },
  });

  const restoring = (body: Waiting['body'], by: string): Change => ({
    heading: 'Restore this backup?',
    note: 'You stay signed in, and API tokens stay as they are.',
    verb: 'Restore',
    back: BASE,
    ask: (dryRun) => api.changes('POST backup/restore', { by, body }, dryRun),
    done: `${BASE}?restored`,
  });

  return [
    {
      path: BASE,
      role,
      get: ({ query }) =>
        show({}, query.has('restored') ? 'The backup is restored and in use. No call was ended.' : ''),
    },
    {
      path: `${BASE}/download`,
      role,
      get: () => ({ goTo: BASE }),
      async post({ form, administrator }) {
        const passphrase = form.get('passphrase') ?? '';
        if (passphrase !== form.get('repeated')) return show({ repeated: 'Has to be the same as above.' });
        try {
          const asked = { by: administrator!.name, body: { passphrase } };
          return { sent: await api.ask<ApiReply>('POST backup', asked) };
        } catch (error) {
          return show({ passphrase: said(error) });
        }
      },
    },
    {
      path: `${BASE}/restore`,
      role,
      uploads: true,
      get: () => ({ goTo: BASE }),
      async post({ form, administrator, cookie }) {
        const backup = document(form.get('backup') ?? '');
        if (backup === undefined)
          return show({ backup: 'Has to be a backup of this box: a file that was downloaded here.' });
        const body = { backup, passphrase: form.get('opens') ?? '' };
        const change = restoring(body, administrator!.name);
        try {
          await change.ask(true);
        } catch (error) {
          const text = said(error);
          return show(/passphrase/.test(text) ? { opens: text } : { backup: text });
        }
        waiting.delete(cookie);
        waiting.set(cookie, { body, untilMs: sources.clock.nowMs() + WAITING_MS });
        if (waiting.size > MAX_WAITING) waiting.delete(waiting.keys().next().value!);
        return shownFirst(change, `${BASE}/apply`, {});
      },
    },
    {
      path: `${BASE}/apply`,
      role,
      get: () => ({ goTo: BASE }),
      post({ form, administrator, cookie }) {
        const found = waiting.get(cookie);
        if (!found || found.untilMs < sources.clock.nowMs())
          return show({ backup: 'That was too long ago: choose the file again. Nothing was changed.' });
        return shownFirst(
          restoring(found.body, administrator!.name),
          `${BASE}/apply`,
          Object.fromEntries(form),
        );
      },
    },
    {
      path: RESET,
      role,
      get: () => ({ view: 'factory-reset', data: { base: BASE, errors: {} } }),
      async post({ form, administrator }) {
        try {
          const body = { confirm: (form.get('confirm') ?? '').trim() };
          await api.ask('POST factory-reset', { by: administrator!.name, body });
          return { goTo: '/' };
        } catch (error) {
          if (!(error instanceof ConfigError)) throw error;
          const errors = { confirm: 'Has to be the word reset. Nothing was changed.' };
          return { view: 'factory-reset', status: 422, data: { base: BASE, errors } };
        }
      },
    },
  ];
}

/** What is wrong with what was sent, in words. Throws what nobody could have sent. */
function said(error: unknown): string {
  return troublesOf(error)[0];
}

/** A JSON object; undefined for what is none. */
function document(text: string): object | undefined {
  try {
    const parsed: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined;
  } catch {
    return undefined;
  }
}

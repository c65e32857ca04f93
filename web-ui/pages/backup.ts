/** The configuration kept as a file, brought back from one, and the box made as new. */
import { ConfigError } from '../../firmware/config/schema-check.js';
import { ApiError, type Reply as ApiReply, type Route } from '../api/route.js';
import type { ApiSources } from '../api/sources.js';
import type { Page, Reply } from '../page.js';

const BASE = '/configuration/backup';
const RESET = `${BASE}/factory-reset`;
/** A backup that was looked at waits so long to be applied; of more than these the oldest is forgotten. */
const WAITING_MS = 10 * 60_000;
const MAX_WAITING = 4;

type Errors = Record<string, string>;
type Waiting = { body: { backup: unknown; passphrase: string }; untilMs: number };

export function backupPages(sources: ApiSources, routes: readonly Route[]): Page[] {
  const role = 'administrator';
  /** By the cookie of who sent it. */
  const waiting = new Map<string, Waiting>();
  const ask = (path: string, by: string, body: object, dryRun = false): unknown => {
    const query = new URLSearchParams(dryRun ? { dryRun: '1' } : {});
    return routes.find((one) => one.path === path)!.answer({ params: {}, query, headers: {}, by, body });
  };
  const show = (errors: Errors = {}, said = ''): Reply => ({
    view: 'backup',
    status: Object.keys(errors).length > 0 ? 422 : 200,
    data: { errors, said, base: BASE },
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
          return { sent: (await ask('backup', administrator!.name, { passphrase })) as ApiReply };
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
        try {
          const { changes } = (await ask('backup/restore', administrator!.name, body, true)) as Changes;
          waiting.delete(cookie);
          waiting.set(cookie, { body, untilMs: sources.clock.nowMs() + WAITING_MS });
          if (waiting.size > MAX_WAITING) waiting.delete(waiting.keys().next().value!);
          return { view: 'restore', data: { changes, base: BASE } };
        } catch (error) {
          const text = said(error);
          return show(/passphrase/.test(text) ? { opens: text } : { backup: text });
        }
      },
    },
    {
      path: `${BASE}/apply`,
      role,
      get: () => ({ goTo: BASE }),
      async post({ administrator, cookie }) {
        const found = waiting.get(cookie);
        waiting.delete(cookie);
        if (!found || found.untilMs < sources.clock.nowMs())
          return show({ backup: 'That was too long ago: choose the file again. Nothing was changed.' });
        try {
          await ask('backup/restore', administrator!.name, found.body);
          return { goTo: `${BASE}?restored` };
        } catch (error) {
          return show({ backup: said(error) });
        }
      },
    },
    {
      path: RESET,
      role,
      get: () => ({ view: 'factory-reset', data: { base: BASE, errors: {} } }),
      async post({ form, administrator }) {
        try {
          await ask('factory-reset', administrator!.name, { confirm: (form.get('confirm') ?? '').trim() });
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

type Changes = { changes: string[] };

/** What is wrong with what was sent, in words. Throws what nobody could have sent. */
function said(error: unknown): string {
  if (error instanceof ApiError) return sentence(error.message);
  if (!(error instanceof ConfigError)) throw error;
  const [{ path, expected }] = error.problems;
  return path === '/passphrase' ? `The passphrase has to be ${expected}.` : sentence(error.message);
}

function sentence(text: string): string {
  return `${text[0].toUpperCase()}${text.slice(1)}.`;
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

/** Configuration of the administrators: who may use the pages and the API. */
import type { Administrator, Config } from '../../firmware/config/schema.js';
import type { Sessions } from '../sessions.js';
import type { EntryKind } from './entry-pages.js';

const ROLES = [
  ['administrator', 'administrator: everything'],
  ['operator', 'operator: watches, and moderates conferences'],
  ['viewer', 'viewer: watches'],
];

export function administratorKind(config: () => Config, sessions: Sessions): EntryKind<Administrator> {
  return {
    list: 'administrators',
    key: 'name',
    title: 'Administrators',
    choices: () => ({ roles: ROLES }),
    formOf: (one) => ({
      name: one?.name ?? '',
      role: one?.role ?? 'operator',
      password: '',
      repeated: '',
    }),
    // No password: the one that there is stays.
    bodyOf: (form) => ({ role: form.role, password: form.password || undefined }),
    troubles: ({ password, repeated }): Record<string, string> =>
      password === repeated ? {} : { repeated: 'Has to be the same as above.' },
    deleteNote: 'Whoever is signed in by this name is signed out at once.',
    // With another name or password every session ends; whoever changed the own goes on in a new one.
    cookieAfter(name, before, by) {
      const saved = config().administrators.find((one) => one.name === name);
      return saved && before?.name === by ? sessions.begin(saved) : undefined;
    },
  };
}

/** Pages for parts of the configuration that are one form: what will change is shown before it is applied. */
import { createHash } from 'node:crypto';
import type { Config } from '../../firmware/config/schema.js';
import type { Route } from '../api/route.js';
import type { ApiSources } from '../api/sources.js';
import type { Page, Reply } from '../page.js';
import { askRoute, dryRun, type Fields } from './ask-route.js';
import { localeChoices } from './locale.js';

export type SettingsKind = {
  /** Of the API, and of the view. */
  section: string;
  title: string;
  formOf(config: Config): Fields;
  /** What the API is sent for it. */
  bodyOf(form: Fields): object;
  choices(config: Config): object;
};

export const settingsKinds: readonly SettingsKind[] = [
  {
    section: 'security',
    title: 'Security',
    formOf: ({ security }) => ({
      digestAlgorithms: security.digestAlgorithms.join(),
      trustedNetworks: security.trustedNetworks.join('\n'),
    }),
    bodyOf: (form) => ({
      digestAlgorithms: (form.digestAlgorithms ?? '').split(','),
      trustedNetworks: (form.trustedNetworks ?? '').split(/[\s,]+/).filter((network) => network !== ''),
    }),
    choices: () => ({
      digests: [
        ['SHA-256,MD5', 'SHA-256, or MD5 where a phone has no other'],
        ['SHA-256', 'SHA-256 only'],
        ['MD5,SHA-256', 'MD5, or SHA-256 where a phone has no other'],
        ['MD5', 'MD5 only'],
      ],
    }),
  },
  {
    section: 'time-and-language',
    title: 'Time and language',
    formOf: ({ country, timeZone, language }) => ({ country, timeZone, language }),
    bodyOf: ({ country, timeZone, language }) => ({ country, timeZone, language }),
    choices: localeChoices,
  },
];

export function settingsPage(kind: SettingsKind, sources: ApiSources, routes: readonly Route[]): Page {
  const { section, title } = kind;
  const path = `/configuration/${section}`;
  const route = routes.find((one) => one.method === 'PUT' && one.path === `config/${section}`)!;
  const show = (form: Fields, more: object = {}, status = 200): Reply => ({
    view: section,
    status,
    data: {
      title,
      base: path,
      form,
      errors: {},
      changes: [],
      done: '',
      ...kind.choices(sources.config()),
      ...more,
    },
  });
  return {
    path,
    role: 'administrator',
    get: ({ query }) =>
      show(kind.formOf(sources.config()), { done: query.has('saved') ? 'It is saved and in use.' : '' }),
    async post({ form: sent, administrator }) {
      const form = Object.fromEntries(sent);
      if (form.step === 'edit') return show(form);
      const ask = (query: URLSearchParams) =>
        askRoute(route, { by: administrator!.name, body: kind.bodyOf(form), query });
      const { errors, changes } = await ask(dryRun);
      if (Object.keys(errors).length > 0) return show(form, { errors }, 422);
      if (changes.length === 0) return show(form, { done: 'Nothing would change: this is what is set.' });
      // Only what was shown is applied.
      const shown = createHash('sha256').update(changes.join()).digest('hex');
      if (form.shown !== shown) return show(form, { changes, shown });
      await ask(new URLSearchParams());
      return { goTo: `${path}?saved=1` };
    },
  };
}

/** Configuration of the API tokens: made, shown once, revoked. */
import type { ApiSources } from '../api/sources.js';
import { tokens } from '../api/tokens.js';
import { message, type Page, type Reply } from '../page.js';
import type { PageApi } from './ask-api.js';
import { trimmedIn } from './config-form.js';
import { besideFields, firstPart, statusOf } from './troubles.js';
import { changePage } from './what-changes.js';

const base = '/configuration/tokens';
const SCOPES = [
  ['viewer', 'watch: state, history and live events'],
  ['operator', 'watch and moderate conferences'],
  ['administrator', 'everything but administrators, tokens, backup and factory reset'],
];

export function tokenPages(sources: ApiSources, api: PageApi): Page[] {
  const role = 'administrator';
  const show = (data: object = {}, status = 200): Reply => ({
    view: 'tokens',
    status,
    data: { base, scopes: SCOPES, tokens: tokens(sources), dialog: undefined, made: undefined, ...data },
  });
  return [
    { path: base, role, get: () => show() },
    {
      path: `${base}/add`,
      role,
      get: () => show({ dialog: { form: { scope: 'viewer' }, errors: {} } }),
      async post({ form: sent, administrator }) {
        const form = Object.fromEntries(sent);
        const { scope } = form;
        const body = { name: (form.name ?? '').trim(), scope, expires: trimmedIn(form.expires) };
        try {
          // Shown in this answer and nowhere else: nothing remembers it.
          return show({ made: await api.ask('POST config/tokens', { by: administrator!.name, body }) });
        } catch (error) {
          const errors = besideFields(error, firstPart, ['name', 'scope', 'expires']);
          return show({ dialog: { form, errors } }, statusOf(error));
        }
      },
    },
    changePage(`${base}/:name/delete`, ({ params: { name }, administrator }) => {
      if (!sources.config().apiTokens.some((one) => one.name === name))
        return message(404, `There is no token ${name} (any more).`);
      return {
        heading: `Revoke the token ${name}?`,
        note: 'Programs that use it are refused at once. This cannot be taken back: make them another one.',
        verb: 'Revoke',
        danger: true,
        back: base,
        ask: (dryRun) =>
          api.changes('DELETE config/tokens/:name', { params: { name }, by: administrator!.name }, dryRun),
        done: base,
      };
    }),
  ];
}

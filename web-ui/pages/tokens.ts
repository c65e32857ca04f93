/** Configuration of the API tokens: made, shown once, revoked. */
import type { Route } from '../api/route.js';
import type { ApiSources } from '../api/sources.js';
import { tokens } from '../api/tokens.js';
import type { Page, Reply } from '../page.js';
import { ApiOfPages } from './ask-api.js';

const base = '/configuration/tokens';
const SCOPES = [
  ['viewer', 'watch: state, history and live events'],
  ['operator', 'watch and moderate conferences'],
  ['administrator', 'everything but administrators and tokens'],
];

export function tokenPages(sources: ApiSources, routes: readonly Route[]): Page[] {
  const api = new ApiOfPages(routes);
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
      async post(visit) {
        const form = Object.fromEntries(visit.form);
        const body = {
          name: (form.name ?? '').trim(),
          scope: form.scope,
          expires: form.expires?.trim() || undefined,
        };
        const answer = await api.ask<{ name: string; token: string }>(
          visit,
          'POST',
          'config/tokens',
          {},
          body,
        );
        // Shown in this answer and nowhere else: nothing remembers it.
        return 'result' in answer
          ? show({ made: answer.result })
          : show({ dialog: { form, errors: answer.errors } }, answer.status);
      },
    },
    {
      path: `${base}/:name/delete`,
      role,
      get: ({ params: { name } }) => ({
        view: 'confirm',
        data: {
          title: `Revoke the token ${name}?`,
          text: 'Programs that use it are refused at once. This cannot be taken back: make them another one.',
          action: `${base}/${name}/delete`,
          base,
          button: 'Revoke',
        },
      }),
      async post(visit) {
        const { params } = visit;
        const answer = await api.ask(visit, 'DELETE', 'config/tokens/:name', params);
        return 'result' in answer
          ? { goTo: base }
          : { view: 'message', status: answer.status, data: { text: answer.errors[''] } };
      },
    },
  ];
}

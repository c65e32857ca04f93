/** Signing in and out. */
import type { AdministratorCheck } from '../administrator-check.js';
import type { ApiSources } from '../api/sources.js';
import type { Page } from '../page.js';
import type { Sessions } from '../sessions.js';

const TROUBLE = {
  refused: { status: 401, trouble: 'Name or password is not right.' },
  busy: { status: 503, trouble: 'Too many are signing in at this moment. Try again.' },
  locked: {
    status: 429,
    trouble: 'Too many wrong passwords came from your address. Wait some minutes, then try again.',
  },
};

export function signInPages(
  sources: ApiSources,
  administrators: AdministratorCheck,
  sessions: Sessions,
): Page[] {
  return [
    {
      path: '/sign-in',
      role: 'anybody',
      get({ query, administrator }) {
        if (administrator) return { goTo: '/' };
        if (sources.config().administrators.length === 0) return { goTo: '/first-run' };
        return { view: 'sign-in', data: { form: { to: query.get('to') }, trouble: undefined } };
      },
      async post({ form, source }) {
        const [name, password] = [form.get('name') ?? '', form.get('password') ?? ''];
        const verdict = await administrators.check(name, password, source);
        if (typeof verdict === 'object')
          return { goTo: ownPath(form.get('to')), cookie: sessions.begin(verdict) };
        const { status, trouble } = TROUBLE[verdict];
        return { view: 'sign-in', status, data: { form: { to: form.get('to'), name }, trouble } };
      },
    },
    {
      path: '/sign-out',
      role: 'anybody',
      post({ cookie }) {
        sessions.end(cookie);
        return { goTo: '/sign-in', cookie: sessions.newCookie() };
      },
    },
  ];
}

/** Where somebody wanted to go, if it is on this box. */
function ownPath(wanted: string | null): string {
  return wanted !== null && /^\/(?![/\\])[!-~]*$/.test(wanted) ? wanted : '/';
}

/** How a phone registers as an extension; the password is shown on demand. */
import { isWithin } from '../../firmware/sip/networks.js';
import type { PhoneSetup } from '../api/phone-setup.js';
import type { Route } from '../api/route.js';
import type { ApiSources } from '../api/sources.js';
import type { Page, Reply, Visit } from '../page.js';

const LOOPBACK = ['127.0.0.0/8', '::1/128'];

export function phoneSetupPage(sources: ApiSources, routes: readonly Route[]): Page {
  const setup = routes.find(({ path }) => path === 'config/extensions/:number/phone')!;
  const show = ({ params, source, administrator }: Visit, shown: boolean): Reply => {
    const extension = sources.config().extensions.find(({ number }) => number === params.number);
    if (!extension)
      return { view: 'message', status: 404, data: { text: `There is no extension ${params.number}.` } };
    // Phones are where the browser is, if that is not on the box itself.
    const body = isWithin(source, LOOPBACK) ? {} : { at: source };
    const by = administrator!.name;
    const { password, ...rest } = setup.answer({
      params,
      query: new URLSearchParams(),
      headers: {},
      by,
      body,
    }) as PhoneSetup;
    const phones = sources.registrations().find(({ username }) => username === rest.username)?.phones ?? [];
    return {
      view: 'phone',
      data: {
        extension,
        setup: rest,
        password: shown ? password : '',
        phones: phones.map(({ userAgent, source: { address } }) => ({ userAgent, address })),
      },
    };
  };
  return {
    path: '/configuration/extensions/:number/phone',
    role: 'administrator',
    get: (visit) => show(visit, false),
    post: (visit) => show(visit, true),
  };
}

/** A box without administrators asks for one, then says how to register the first phones. */
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { freeNumber } from '../../firmware/config/number-holder.js';
import { randomPassword } from '../../firmware/config/password.js';
import { isWithin, loopback } from '../../firmware/sip/networks.js';
import type { ApiSources } from '../api/sources.js';
import { message, type Page, type Reply, type Visit } from '../page.js';
import type { Sessions } from '../sessions.js';
import type { Asked, PageApi } from './ask-api.js';
import { localeChoices } from './locale.js';
import { phoneSetup } from './phone-setup.js';
import { besideFields, firstPart, statusOf, troublesOf, type Form } from './troubles.js';

const FIRST_PHONES = 4;
const PASSWORD_LENGTH = 14;

export function firstRunPages(sources: ApiSources, api: PageApi, sessions: Sessions): Page[] {
  /** Somebody is being made the administrator. */
  let busy = false;
  /** The browser that made the first administrator, and may read passwords of phones until it signs out. */
  let owner: string | undefined;

  const show = (form: Form, errors: Form = {}, status = 200): Reply => ({
    view: 'first-run',
    status,
    data: { form, errors, guess: status === 200, ...localeChoices(sources.config()) },
  });
  /** Why this visitor may not be the first administrator; undefined if nothing is against it. */
  const refusal = ({ source, host }: Visit): Reply | undefined => {
    const { administrators, network } = sources.config();
    if (administrators.length > 0) return { goTo: '/' };
    if (!isWithin(source, network.localNetworks) && !isWithin(source, loopback))
      return message(403, NOT_FROM_AFAR);
    return isOwnName(host) ? undefined : message(403, NOT_BY_NAME);
  };
  /** Makes the first administrator and sets the rest; what is wrong, by field. */
  const begin = async (form: Form): Promise<Form> => {
    const { country, timeZone, language, password, repeated } = form;
    const by = (form.name ?? '').trim();
    const locale = { by, body: { country, timeZone, language } };
    const administrator = {
      by,
      params: { name: by },
      body: { name: by, role: 'administrator', password: password || undefined },
    };
    const wrong = async (what: string, asked: Asked): Promise<Form> => {
      try {
        await api.changes(what, asked, true);
        return {};
      } catch (error) {
        return besideFields(error, firstPart, Object.keys(form));
      }
    };
    const [set, make] = ['PUT config/time-and-language', 'PUT config/administrators/:name'];
    const errors = {
      ...(await wrong(set, locale)),
      ...(await wrong(make, administrator)),
      ...(password === repeated ? {} : { repeated: 'Has to be the same as above.' }),
    };
    if (Object.keys(errors).length > 0) return errors;
    await api.changes(set, locale, false);
    await api.changes(make, administrator, false);
    return {};
  };

  return [
    {
      path: '/first-run',
      role: 'anybody',
      get(visit) {
        const { country, timeZone, language } = sources.config();
        return refusal(visit) ?? show({ name: 'admin', country, timeZone, language });
      },
      async post(visit) {
        const refused = refusal(visit);
        if (refused) return refused;
        if (busy) return message(503, 'Somebody else is setting up this box at this moment.');
        busy = true;
        try {
          const form = Object.fromEntries(visit.form);
          const errors = await begin(form);
          if (Object.keys(errors).length > 0) return show(form, errors, 422);
          owner = sessions.begin(sources.config().administrators[0]);
          return { goTo: '/first-run/phones', cookie: owner };
        } finally {
          busy = false;
        }
      },
    },
    {
      path: '/first-run/phones',
      role: 'administrator',
      async get(visit) {
        if (visit.cookie !== owner) return { goTo: '/configuration/extensions' };
        const { extensions, conferences } = sources.config();
        const phones: object[] = [];
        for (const { number, name } of extensions.slice(0, FIRST_PHONES))
          phones.push({ number, name, ...(await phoneSetup(api, number, visit)) });
        return { view: 'first-phones', data: { phones, conferences } };
      },
      async post({ cookie, administrator }) {
        if (cookie !== owner) return { goTo: '/configuration/extensions' };
        while (sources.config().extensions.length < FIRST_PHONES) {
          const number = freeNumber(sources.config(), 'extensions') ?? '';
          const sip = { username: number, password: randomPassword(PASSWORD_LENGTH) };
          const body = { number, name: `Phone ${number}`, sip };
          const asked = { by: administrator!.name, params: { number }, query: { new: '1' }, body };
          try {
            await api.changes('PUT config/extensions/:number', asked, false);
          } catch (error) {
            return message(statusOf(error), `No extension could be made. ${troublesOf(error).join(' ')}`);
          }
        }
        return { goTo: '/first-run/phones' };
      },
    },
  ];
}

const NOT_FROM_AFAR =
  'This box has no administrator yet. It takes one only from its own network (localNetworks in its configuration): open this page on a computer there.';
const NOT_BY_NAME =
  'This box has no administrator yet. Open this page by the address of the box, as its terminal shows it, and not by a name: ' +
  'another site could have lent that name to the box.';

/** No name that somebody else could point at the box to let a browser here speak for them (DNS rebinding). */
function isOwnName(host: string): boolean {
  const own = hostname().toLowerCase();
  return (
    isIP(host.replace(/^\[(.*)\]$/, '$1')) !== 0 ||
    ['localhost', own, `${own}.local`].includes(host.toLowerCase())
  );
}

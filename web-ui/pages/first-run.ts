/** A box without administrators asks for one, then says how to register the first phones. */
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { freeNumber } from '../../firmware/config/number-holder.js';
import { randomPassword } from '../../firmware/config/password.js';
import type { Extension } from '../../firmware/config/schema.js';
import { outwardAddress } from '../../firmware/config/welcome.js';
import { isWithin, loopback } from '../../firmware/sip/networks.js';
import { hostPortText } from '../../firmware/sip/transport.js';
import type { Route } from '../api/route.js';
import type { ApiSources } from '../api/sources.js';
import type { Page, Reply, Visit } from '../page.js';
import { qrCode } from '../qr-code.js';
import type { Sessions } from '../sessions.js';
import { askRoute, dryRun, type Fields } from './ask-route.js';
import { localeChoices } from './locale.js';

const FIRST_PHONES = 4;
const PASSWORD_LENGTH = 14;

export function firstRunPages(sources: ApiSources, routes: readonly Route[], sessions: Sessions): Page[] {
  /** Somebody is being made the administrator. */
  let busy = false;
  /** The browser that made the first administrator, and may read passwords of phones until it signs out. */
  let owner: string | undefined;
  const routeOf = (path: string) => routes.find((one) => one.method === 'PUT' && one.path === path)!;

  const show = (form: Fields, errors: Fields = {}, status = 200): Reply => ({
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
  const begin = async (form: Fields): Promise<Fields> => {
    const { country, timeZone, language, password, repeated } = form;
    const by = (form.name ?? '').trim();
    const locale = { by, body: { country, timeZone, language } };
    const administrator = {
      by,
      params: { name: by },
      body: { name: by, role: 'administrator', password: password || undefined },
    };
    const [set, make] = [routeOf('config/time-and-language'), routeOf('config/administrators/:name')];
    const errors = {
      ...(await askRoute(set, { ...locale, query: dryRun })).errors,
      ...(await askRoute(make, { ...administrator, query: dryRun })).errors,
      ...(password === repeated ? {} : { repeated: 'Has to be the same as above.' }),
    };
    if (Object.keys(errors).length > 0) return errors;
    await askRoute(set, locale);
    return (await askRoute(make, administrator)).errors;
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
      get({ cookie, host }) {
        if (cookie !== owner) return { goTo: '/configuration/extensions' };
        const { extensions, conferences } = sources.config();
        const address = isReachable(host) ? host.replace(/^\[(.*)\]$/, '$1') : outwardAddress();
        const { port, tlsPort } = sources.sip();
        const phones = extensions
          .slice(0, FIRST_PHONES)
          .map((one) => phoneOf(one, hostPortText({ address, port })));
        return { view: 'first-phones', data: { address, port, tlsPort, phones, conferences } };
      },
      async post({ cookie, administrator }) {
        if (cookie !== owner) return { goTo: '/configuration/extensions' };
        while (sources.config().extensions.length < FIRST_PHONES) {
          const number = freeNumber(sources.config(), 'extensions') ?? '';
          const sip = { username: number, password: randomPassword(PASSWORD_LENGTH) };
          const body = { number, name: `Phone ${number}`, sip };
          const { errors } = await askRoute(routeOf('config/extensions/:number'), {
            params: { number },
            by: administrator!.name,
            body,
          });
          const [trouble] = Object.values(errors);
          if (trouble !== undefined) return message(422, `No extension could be made: ${trouble}`);
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

function message(status: number, text: string): Reply {
  return { view: 'message', status, data: { text } };
}

/** No name that somebody else could point at the box to let a browser here speak for them (DNS rebinding). */
function isOwnName(host: string): boolean {
  const own = hostname().toLowerCase();
  return (
    isIP(host.replace(/^\[(.*)\]$/, '$1')) !== 0 ||
    ['localhost', own, `${own}.local`].includes(host.toLowerCase())
  );
}

/** Whether a phone reaches the box where the browser does. */
function isReachable(host: string): boolean {
  const address = host.replace(/^\[(.*)\]$/, '$1');
  return isIP(address) !== 0 && !isWithin(address, loopback);
}

/** `qr`: a SIP URI with the password (RFC 3261 §19.1.1), for apps that take an account from one. */
function phoneOf({ number, name, sip }: Extension, server: string) {
  const account = [sip.username, sip.password].map(encodeURIComponent).join(':');
  return {
    number,
    name,
    username: sip.username,
    password: sip.password,
    qr: qrCode(`sip:${account}@${server}`),
  };
}

/** How a phone registers as an extension; the password, and the QR code that holds it, are shown on demand. */
import { isWithin, loopback } from '../../firmware/sip/networks.js';
import { hostPortText } from '../../firmware/sip/transport.js';
import type { PhoneSetup } from '../api/phone-setup.js';
import type { ApiSources } from '../api/sources.js';
import { message, type Page, type Reply, type Visit } from '../page.js';
import { qrCode } from '../qr-code.js';
import type { PageApi } from './ask-api.js';

export function phoneSetupPage(sources: ApiSources, api: PageApi): Page {
  const show = async (visit: Visit, shown: boolean): Promise<Reply> => {
    const extension = sources.config().extensions.find(({ number }) => number === visit.params.number);
    if (!extension) return message(404, `There is no extension ${visit.params.number} (any more).`);
    const phone = await phoneSetup(api, extension.number, visit);
    const registered = sources.registrations().find(({ username }) => username === phone.username);
    const phones = (registered?.phones ?? []).map(({ userAgent, source: { address } }) => ({
      userAgent,
      address,
    }));
    return { view: 'phone', data: { extension, phone, shown, phones } };
  };
  return {
    path: '/configuration/extensions/:number/phone',
    role: 'administrator',
    get: (visit) => show(visit, false),
    post: (visit) => show(visit, true),
  };
}

/** What is entered in a phone, and the same as a QR code: a SIP URI with the password (RFC 3261 §19.1.1). */
export async function phoneSetup(
  api: PageApi,
  number: string,
  { source, administrator }: Visit,
): Promise<PhoneSetup & { qr: object }> {
  // Phones are where the browser is, if that is not on the box itself.
  const body = isWithin(source, loopback) ? {} : { at: source };
  const setup = await api.ask<PhoneSetup>('POST config/extensions/:number/phone', {
    by: administrator!.name,
    params: { number },
    body,
  });
  const account = [setup.username, setup.password].map(encodeURIComponent).join(':');
  return { ...setup, qr: qrCode(`sip:${account}@${hostPortText(setup)}`) };
}

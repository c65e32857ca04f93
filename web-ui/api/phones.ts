/** The phones that are registered now. */
import { hostPortText } from '../../firmware/sip/transport.js';
import type { Binding } from '../../firmware/sip/registrar.js';
import type { Route } from './route.js';
import type { ApiSources } from './sources.js';
import { phonesResult } from './results.js';

export function phoneRoutes(sources: ApiSources): Route[] {
  return [
    {
      method: 'GET',
      path: 'phones',
      role: 'viewer',
      summary: 'The phones that are registered now, by user name.',
      result: phonesResult,
      answer: () =>
        sources.registrations().map(({ username, phones }) => ({
          username,
          phones: phones.map((phone) => ({
            ...phoneFields(phone),
            expiresInSeconds: Math.ceil((phone.expiresAtMs - sources.clock.nowMs()) / 1000),
          })),
        })),
    },
  ];
}

/** What is told of a phone everywhere. */
export function phoneFields({ contact, source, userAgent }: Binding) {
  return { contact, address: hostPortText(source), userAgent };
}

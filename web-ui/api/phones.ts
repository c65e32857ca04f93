/** The phones that are registered now. */
import { hostPortText } from '../../firmware/sip/transport.js';
import type { Binding } from '../../firmware/sip/binding.js';
import { ApiError, write, type Route } from './route.js';
import type { ApiSources } from './sources.js';
import { cutOffResult, phonesResult } from './results.js';

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
    {
      method: 'GET',
      path: 'phones/cut-off',
      role: 'viewer',
      summary: 'Extensions that may not call outside any more, as their calls were unusual; and since when.',
      result: cutOffResult,
      answer: () =>
        sources.stolen.cutOff.map(({ extension, sinceMs }) => ({
          extension,
          since: new Date(sinceMs).toISOString(),
        })),
    },
    {
      method: 'POST',
      path: 'phones/:extension/release',
      role: 'administrator',
      summary: 'Lets an extension call outside again that was cut off.',
      answer({ params: { extension } }) {
        if (!sources.config().extensions.some(({ number }) => number === extension))
          throw new ApiError(404, `there is no extension ${extension}`);
        sources.stolen.release(extension);
      },
    },
    write<{ waiting: boolean }>(
      {
        method: 'POST',
        path: 'phones/:extension/message-waiting',
        role: 'operator',
        summary:
          'Has the analog phones of an extension show, by lamp and dial tone, that messages wait, or no more.',
        body: {
          type: 'object',
          additionalProperties: false,
          required: ['waiting'],
          properties: { waiting: { type: 'boolean', description: 'true or false' } },
        },
      },
      ({ params: { extension }, body }) => {
        if (!sources.config().extensions.some(({ number }) => number === extension))
          throw new ApiError(404, `there is no extension ${extension}`);
        sources.messages.set(extension, body.waiting);
      },
    ),
  ];
}

/** What is told of a phone everywhere. */
export function phoneFields({ contact, source, userAgent }: Binding) {
  return { contact, address: hostPortText(source), userAgent };
}

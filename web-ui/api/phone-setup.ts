/** How a phone is set up so that it registers as an extension. */
import { ApiError, write, type Route } from './route.js';
import { phoneSetupResult } from './results.js';
import type { ApiSources } from './sources.js';

export type PhoneSetup = {
  /** Where it registers: also called registrar, domain, or SIP server. */
  address: string;
  /** Of UDP and TCP. */
  port: number;
  /** Undefined if there is no TLS. */
  tlsPort: number | undefined;
  username: string;
  password: string;
};

const bodySchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    at: {
      type: 'string',
      format: 'ip',
      description: 'the IP address of the phone, if it is not beside the box',
    },
  },
} as const;

/** Told to who may change it, by POST: where only reading is allowed, no password is told. */
export function phoneSetupRoute(sources: ApiSources): Route {
  return write<{ at?: string }>(
    {
      method: 'POST',
      path: 'config/extensions/:number/phone',
      role: 'administrator',
      summary:
        'How a phone registers as this extension: address, ports, user name and password. Changes nothing.',
      body: bodySchema,
      result: phoneSetupResult,
    },
    ({ params: { number }, body: { at } }): PhoneSetup => {
      const extension = sources.config().extensions.find((one) => one.number === number);
      if (!extension) throw new ApiError(404, `there is no extension ${number}`);
      if (!extension.sip) throw new ApiError(404, `no phone registers as extension ${number}`);
      const { username, password } = extension.sip;
      return { ...sources.registrar(at), username, password };
    },
  );
}

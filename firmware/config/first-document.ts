/** The configuration of a box that has none yet. */
import { hashPassword, randomDigits, randomPassword } from './password.js';
import { validateConfig } from './validate.js';
import type { Config } from './schema.js';

/** Four extensions, a static and a dynamic conference; passwords and the PIN are random. */
export function firstDocument(): Config {
  return validateConfig({
    version: 1,
    extensions: ['101', '102', '103', '104'].map((number) => ({
      number,
      name: `Phone ${number}`,
      sip: { username: number, password: randomPassword(14), maxCalls: 4 },
    })),
    conferences: [
      {
        number: '800',
        description: 'Conference room',
        type: 'static',
        pin: randomDigits(6),
        levelling: true,
      },
      { number: '801', description: 'Conferences on demand', type: 'dynamic', levelling: true },
    ],
  });
}

/** The administrator `admin`. `shown`: the password, if it was made here and must be shown once. */
export async function firstAdministrator(wanted: string | undefined) {
  const password = wanted ?? randomPassword(14);
  return {
    administrator: {
      name: 'admin',
      passwordHash: await hashPassword(password),
      role: 'administrator' as const,
    },
    shown: wanted === undefined ? password : undefined,
  };
}

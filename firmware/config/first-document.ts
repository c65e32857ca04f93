/** The configuration of a box that has none yet. */
import { hashPassword, randomDigits, randomPassword } from './password.js';
import { validateConfig } from './validate.js';
import type { Administrator, Config } from './schema.js';

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

/** Somebody who may do everything, with this password. */
export async function administratorNamed(name: string, password: string): Promise<Administrator> {
  return { name, passwordHash: await hashPassword(password), role: 'administrator' };
}

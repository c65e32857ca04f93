/** The configuration of a box that has none yet. */
import { readFileSync } from 'node:fs';
import { hashPassword, randomDigits, randomPassword } from './password.js';
import { validateConfig } from './validate.js';
import type { Administrator, Config } from './schema.js';

/**
 * Four extensions, a static and a dynamic conference; passwords and the PIN are random. `factory` names a file with
 * what this board has otherwise than others, sections of the configuration (JSON). Throws ConfigError, SyntaxError or
 * the system's error if the file is not good.
 */
export function firstDocument(factory?: string): Config {
  const board = factory === undefined ? {} : (JSON.parse(readFileSync(factory, 'utf8')) as object);
  return validateConfig({
    version: 1,
    ...board,
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

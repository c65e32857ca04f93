/** Every number and prefix of the dial plan with who has it, as a list. Pure. */
import type { Config } from '../config/schema.js';

export type NumberInUse = {
  /** Of a route: how the dialled numbers begin. */
  number: string;
  has: 'extension' | 'conference' | 'audio port' | 'service' | 'route';
  description: string;
};

/** In order of the numbers. */
export function numbersInUse(config: Config): NumberInUse[] {
  const entries: NumberInUse[] = [
    ...config.extensions.map(({ number, name }) => ({
      number,
      has: 'extension' as const,
      description: name,
    })),
    ...config.conferences.map(({ number, description, type }) => ({
      number,
      has: 'conference' as const,
      description: `${description} (${type})`,
    })),
    ...config.audioPorts.map(({ number, name }) => ({
      number,
      has: 'audio port' as const,
      description: name,
    })),
    ...config.services.map(({ number }) => ({
      number,
      has: 'service' as const,
      description: 'asks for a conference number',
    })),
    ...config.routes.map(({ prefix, trunks }) => ({
      number: prefix,
      has: 'route' as const,
      description: `trunk ${trunks.join(', then ')}`,
    })),
  ];
  return entries.sort((a, b) => a.number.localeCompare(b.number, 'en', { numeric: true }));
}

/** Every number and prefix of the dial plan with who has it, as a list. Pure. */
import type { Config } from '../config/schema.js';
import { serviceInWords, waysInWords } from './dial-plan.js';

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
    ...config.services.map((service) => ({
      number: service.number,
      has: 'service' as const,
      description: serviceInWords(service),
    })),
    ...config.routes.map(({ prefix, trunks }) => ({
      number: prefix,
      has: 'route' as const,
      description: waysInWords(trunks),
    })),
  ];
  return entries.sort((a, b) => a.number.localeCompare(b.number, 'en', { numeric: true }));
}

/** Every number of the box and what has it. Pure. */
import type { Conference, Config, Extension } from '../config/schema.js';

export type Destination =
  { type: 'extension'; extension: Extension } | { type: 'conference'; conference: Conference };

/** What a dialled number reaches; undefined if nobody has it. */
export function destinationOf(config: Config, number: string): Destination | undefined {
  const conference = config.conferences.find((candidate) => candidate.number === number);
  if (conference) return { type: 'conference', conference };
  const extension = config.extensions.find((candidate) => candidate.number === number);
  return extension && { type: 'extension', extension };
}

export type DialPlanEntry = { number: string; has: 'extension' | 'conference'; description: string };

/** The numbers in use, in order of the numbers. */
export function dialPlan(config: Config): DialPlanEntry[] {
  const entries: DialPlanEntry[] = [
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
  ];
  return entries.sort((a, b) => a.number.localeCompare(b.number, 'en', { numeric: true }));
}

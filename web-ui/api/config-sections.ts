/** The sections of the configuration that are one object each. */
import { configSchema } from '../../firmware/config/schema.js';
import { change, DRY_RUN, fieldsOf } from './config-change.js';
import type { Route } from './route.js';
import type { ApiSources } from './sources.js';

export type SectionName = 'network' | 'media';

const SECTIONS: Record<SectionName, string> = { network: 'Addresses and ports', media: 'How callers sound' };

export function configSectionRoutes(sources: ApiSources): Route[] {
  return Object.entries(SECTIONS).flatMap(([section, what]): Route[] => {
    const name = section as SectionName;
    const path = `config/${name}`;
    const role = 'administrator';
    return [
      { method: 'GET', path, role, summary: `${what}.`, answer: () => sources.config()[name] },
      {
        method: 'PUT',
        path,
        role,
        summary: `${what}: replaces them all; what is left out takes its default.`,
        query: DRY_RUN,
        body: configSchema.properties[name],
        answer: (request) =>
          change(sources, request, { ...sources.config(), [name]: fieldsOf(request.body) }, `/${name}`),
      },
    ];
  });
}

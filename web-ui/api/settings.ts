/** Parts of the configuration that are no lists: read and set as a whole. */
import { configSchema, type Config } from '../../firmware/config/schema.js';
import { schemaCheck } from '../../firmware/config/schema-check.js';
import { change, DRY_RUN } from './config-change.js';
import type { Route } from './route.js';
import type { ApiSources } from './sources.js';

type Section = {
  name: string;
  /** What it is, for people. */
  what: string;
  fields: Record<string, object>;
  /** Where it is in the document. */
  path: string;
  of(config: Config): object;
  with(config: Config, values: object): object;
};

const { security, country, timeZone, language } = configSchema.properties;

const sections: readonly Section[] = [
  {
    name: 'security',
    what: 'how phones prove who they are',
    fields: security.properties,
    path: '/security',
    of: (config) => config.security,
    with: (config, values) => ({ ...config, security: values }),
  },
  {
    name: 'time-and-language',
    what: 'the country, whose tones callers hear, the time zone of the pages, and the language of the prompts',
    fields: { country, timeZone, language },
    path: '',
    of: (config) => ({ country: config.country, timeZone: config.timeZone, language: config.language }),
    with: (config, values) => ({ ...config, ...values }),
  },
];

export function settingsRoutes(sources: ApiSources): Route[] {
  return sections.flatMap(({ name, what, fields, path, ...section }): Route[] => {
    const body = { type: 'object', additionalProperties: false, properties: withoutDefaults(fields) };
    const check = schemaCheck<object>(body);
    return [
      {
        method: 'GET',
        path: `config/${name}`,
        role: 'administrator',
        summary: `As it is configured: ${what}.`,
        answer: () => section.of(sources.config()),
      },
      {
        method: 'PUT',
        path: `config/${name}`,
        role: 'administrator',
        summary: `Sets ${what}; what is left out stays.`,
        query: DRY_RUN,
        body,
        answer(request) {
          const before = sources.config();
          const after = section.with(before, { ...section.of(before), ...check(request.body) });
          return change(sources, request, after, path);
        },
      },
    ];
  });
}

/** What is left out stays as it is, so nothing may fill it in. */
function withoutDefaults(fields: Record<string, object>): Record<string, object> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, schema]) => [name, { ...schema, default: undefined }]),
  );
}

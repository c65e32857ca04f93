/** The sections of the configuration that are one form each. */
import { configSchema, type Config } from '../../firmware/config/schema.js';
import { change, changesResult, DRY_RUN } from './config-change.js';
import { write, type Route } from './route.js';
import type { ApiSources } from './sources.js';

/** What each section holds. */
export type Sections = Pick<Config, 'network' | 'media' | 'security' | 'recordings' | 'console'> & {
  'time-and-language': Pick<Config, 'country' | 'timeZone' | 'language' | 'recordingTone'>;
};
export type SectionName = keyof Sections;

const { network, media, security, recordings, console, country, timeZone, language, recordingTone } =
  configSchema.properties;
const SECTIONS: Record<SectionName, { what: string; properties: object; at: string }> = {
  network: { what: 'Addresses and ports', properties: network.properties, at: '/network' },
  media: { what: 'How callers sound', properties: media.properties, at: '/media' },
  security: { what: 'How phones prove who they are', properties: security.properties, at: '/security' },
  console: { what: 'The serial port of the technician', properties: console.properties, at: '/console' },
  recordings: {
    what: 'Where recordings are kept, and how long',
    properties: recordings.properties,
    at: '/recordings',
  },
  'time-and-language': {
    what: 'The country, whose tones callers hear, the time zone of the pages, the language of the prompts, and the tone of recorded conferences',
    properties: { country, timeZone, language, recordingTone },
    at: '',
  },
};

/** What a section is now. */
export function sectionOf<Name extends SectionName>(config: Config, name: Name): Sections[Name] {
  const { country, timeZone, language, recordingTone } = config;
  return { ...config, 'time-and-language': { country, timeZone, language, recordingTone } }[name];
}

export function configSectionRoutes(sources: ApiSources): Route[] {
  return Object.entries(SECTIONS).flatMap(([section, { what, properties, at }]): Route[] => {
    const name = section as SectionName;
    const schema = { type: 'object', additionalProperties: false, description: 'an object { }', properties };
    const common = { path: `config/${name}`, role: 'administrator' } as const;
    return [
      {
        ...common,
        method: 'GET',
        summary: `${what}.`,
        result: schema,
        answer: () => sectionOf(sources.config(), name),
      },
      write<object>(
        {
          ...common,
          method: 'PUT',
          summary: `${what}: replaces it all; what is left out takes its default.`,
          query: DRY_RUN,
          body: schema,
          result: changesResult,
        },
        (request) => {
          const values = at === '' ? request.body : { [name]: request.body };
          return change(sources, request, { ...sources.config(), ...values }, at);
        },
      ),
    ];
  });
}

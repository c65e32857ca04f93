/** Configuration of country, time zone and language: what can be chosen of each, and the words for it. */
import { tonePlanCountries } from '../../firmware/tone-plans.js';
import { configSchema, type Config } from '../../firmware/config/schema.js';
import type { SectionKind } from './section-pages.js';

type Choice = [value: string, words: string];

const regions = new Intl.DisplayNames('en', { type: 'region' });
const languages = new Intl.DisplayNames('en', { type: 'language' });
const zones = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];

/** What is set stands among the choices even if it is none of ours: nothing changes unseen. */
export function localeChoices({ country, timeZone }: Config): Record<string, Choice[]> {
  const known = tonePlanCountries.map((code): Choice => [code, regions.of(code.toUpperCase())!]);
  const other: Choice[] = tonePlanCountries.includes(country)
    ? []
    : [[country, `${country.toUpperCase()}, with the tones of the United States`]];
  return {
    countries: [...other, ...known].sort((a, b) => a[1].localeCompare(b[1], 'en')),
    timeZones: [...new Set([...zones, timeZone])].map((zone) => [zone, zone.replaceAll('_', ' ')]),
    languages: configSchema.properties.language.enum.map((code) => [code, languages.of(code)!]),
  };
}

export const localeKind: SectionKind<'time-and-language'> = {
  section: 'time-and-language',
  title: 'Time and language',
  choices: localeChoices,
  formOf: ({ recordingTone, ...locale }) => ({ ...locale, recordingTone: recordingTone ? 'yes' : '' }),
  bodyOf: ({ country, timeZone, language, recordingTone }) => ({
    country,
    timeZone,
    language,
    recordingTone: recordingTone === 'yes',
  }),
};

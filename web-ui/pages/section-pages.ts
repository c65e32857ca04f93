/** A page by which one section of the configuration is kept. */
import type { Config } from '../../firmware/config/schema.js';
import { sectionOf, type SectionName, type Sections } from '../api/config-sections.js';
import type { ApiSources } from '../api/sources.js';
import type { Page, Reply } from '../page.js';
import type { PageApi } from './ask-api.js';
import { sentForm } from './config-form.js';
import { firstPart, type Form } from './troubles.js';

/** What is special about one section. */
export type SectionKind<Name extends SectionName> = {
  section: Name;
  title: string;
  /** Its view, if that has not the name of the section. */
  view?: string;
  /** What there is to know before it is saved. */
  note?: string;
  /** What the view needs beside the form. */
  choices?(config: Config): object | Promise<object>;
  formOf(section: Sections[Name]): Form;
  /** What the API is sent; the fields that the form does not have stay as they are. */
  bodyOf(form: Form): object;
  /** Field of a path into the section; without this, the first part of the path. */
  fieldOf?: (path: string) => string;
};

export function sectionPage<Name extends SectionName>(
  kind: SectionKind<Name>,
  sources: ApiSources,
  api: PageApi,
): Page {
  const { section, title, view = section, fieldOf = firstPart } = kind;
  const path = `/configuration/${section}`;
  const now = () => sectionOf(sources.config(), section);
  const showing = async () => {
    const choices = await kind.choices?.(sources.config());
    return (form: Form, errors: Form = {}, status = 200, saved = false): Reply => ({
      view,
      status,
      data: { title, action: path, form, errors, saved, ...choices },
    });
  };
  return {
    path,
    role: 'administrator',
    get: async ({ query }) => (await showing())(kind.formOf(now()), {}, 200, query.get('saved') !== null),
    post: async ({ form: sent, administrator }) => {
      const form: Form = Object.fromEntries(sent);
      const body = { ...now(), ...kind.bodyOf(form) };
      const by = administrator!.name;
      return sentForm({
        form,
        action: path,
        show: await showing(),
        fieldOf,
        change: {
          heading: `Save ${title.toLowerCase()}?`,
          note: kind.note,
          ask: (dryRun) => api.changes(`PUT config/${section}`, { body, by }, dryRun),
          done: `${path}?saved`,
        },
      });
    },
  };
}

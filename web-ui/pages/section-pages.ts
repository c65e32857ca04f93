/** A page by which one object of the configuration is kept. */
import type { Config } from '../../firmware/config/schema.js';
import type { SectionName } from '../api/config-sections.js';
import type { Route } from '../api/route.js';
import type { ApiSources } from '../api/sources.js';
import type { Page, Reply } from '../page.js';
import { sentForm } from './config-form.js';
import { askRoute, type Form } from './what-changes.js';

/** What is special about one section; its view has the name of the section. */
export type SectionKind<Name extends SectionName> = {
  section: Name;
  title: string;
  /** What there is to know before it is saved. */
  note?: string;
  /** What the view needs beside the form. */
  choices?: object;
  formOf(section: Config[Name]): Form;
  /** What the API is sent; the fields that the form does not have stay as they are. */
  bodyOf(form: Form): object;
  /** Field of a path into the section. */
  fieldOf(path: string): string;
};

export function sectionPage<Name extends SectionName>(
  kind: SectionKind<Name>,
  sources: ApiSources,
  routes: readonly Route[],
): Page {
  const { section, title } = kind;
  const path = `/configuration/${section}`;
  const put = routes.find((one) => one.method === 'PUT' && one.path === `config/${section}`)!;
  const show = (form: Form, errors: Form = {}, status = 200, saved = false): Reply => ({
    view: section,
    status,
    data: { title, action: path, form, errors, saved, ...kind.choices },
  });
  return {
    path,
    role: 'administrator',
    get: ({ query }) => show(kind.formOf(sources.config()[section]), {}, 200, query.get('saved') !== null),
    post: ({ form: sent, administrator }) => {
      const form: Form = Object.fromEntries(sent);
      const body = { ...sources.config()[section], ...kind.bodyOf(form) };
      const by = administrator!.name;
      return sentForm({
        form,
        action: path,
        show,
        fieldOf: (at) => kind.fieldOf(at),
        change: {
          heading: `Save ${title.toLowerCase()}?`,
          note: kind.note,
          ask: (dryRun) => askRoute(put, { body, by }, dryRun),
          done: `${path}?saved`,
        },
      });
    },
  };
}

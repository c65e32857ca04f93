/** Pages by which one list of the configuration is kept: the list, and dialogs to add, edit, move and delete an entry. */
import { entryNames, type ListName } from '../../firmware/config/config-changes.js';
import type { Config } from '../../firmware/config/schema.js';
import type { ApiSources } from '../api/sources.js';
import { message, type Page, type Reply, type Visit } from '../page.js';
import type { PageApi } from './ask-api.js';
import { sentForm } from './config-form.js';
import { rowCount } from './form-rows.js';
import { firstPart, type Form } from './troubles.js';
import { changePage } from './what-changes.js';

/** What is special about one list; its view has the name of the list. */
export type EntryKind<Entry> = {
  list: Exclude<ListName, 'apiTokens'>;
  /** The field by which an entry is found. */
  key: 'number' | 'name' | 'prefix';
  title: string;
  /** Whether the order means something: entries have a place that can be changed. */
  ordered?: boolean;
  /** What the view needs beside the entries. */
  choices?(config: Config): object;
  /** The form of an entry, or of a new one. */
  formOf(entry: Entry | undefined, config: Config): Form;
  /** What the API is sent for it. */
  bodyOf(form: Form): object;
  /** What only a form can have wrong. */
  troubles?(form: Form): Form;
  /** Buttons beside a field that fill it in. */
  makes?: Record<string, (form: Form) => string>;
  /** Field of a path into the entry; without this, the first part of the path. */
  fieldOf?(path: string, form: Form): string;
  /** What there is to know before one is deleted. */
  deleteNote?: string;
  /** As whom the browser is known once the entry `before` was saved by this name; undefined if as before. */
  cookieAfter?(name: string, before: Entry | undefined, by: string): string | undefined;
};

export function entryPages<Entry>(kind: EntryKind<Entry>, sources: ApiSources, api: PageApi): Page[] {
  const { list, key, title, ordered = false } = kind;
  const name = entryNames[list];
  const base = `/configuration/${list}`;
  const role = 'administrator';
  const one = `config/${list}/:${key}`;
  const keyOf = (entry: Entry) => String((entry as Record<string, unknown>)[key]);
  const entries = () => sources.config()[list] as unknown as readonly Entry[];
  const entryOf = ({ params }: Visit) => entries().find((entry) => keyOf(entry) === params.key);
  const show = (dialog?: object, status = 200, saved = ''): Reply => {
    const sorted = [...entries()];
    if (!ordered) sorted.sort((a, b) => keyOf(a).localeCompare(keyOf(b), 'en', { numeric: true }));
    const choices = kind.choices?.(sources.config());
    return {
      view: list,
      status,
      data: { base, title, name, key, ordered, entries: sorted, saved, dialog, ...choices },
    };
  };
  const dialog = (before: Entry | undefined, form: Form, errors: Form = {}) => ({
    form,
    errors,
    action: before ? `${pathOf(before)}/edit` : `${base}/add`,
    key: before && keyOf(before),
  });
  const pathOf = (entry: Entry) => `${base}/${encodeURIComponent(keyOf(entry))}`;
  const newForm = (entry: Entry | undefined): Form => ({
    ...kind.formOf(entry, sources.config()),
    ...(ordered ? { place: String((entry ? entries().indexOf(entry) : entries().length) + 1) } : {}),
  });

  const posted = ({ form: sent, administrator }: Visit, before: Entry | undefined): Promise<Reply> => {
    const form: Form = Object.fromEntries(sent);
    if (form.rows !== undefined) form.rows = String(rowCount(form));
    const wanted = (form[key] ?? '').trim();
    // Lines have a place of another kind.
    const place = ordered ? form.place : undefined;
    const by = administrator!.name;
    return sentForm({
      form,
      action: dialog(before, form).action,
      show: (shown, errors, status) => show(dialog(before, shown, errors), status),
      makes: kind.makes,
      troubles: kind.troubles?.(form),
      fieldOf: (path) => kind.fieldOf?.(path, form) ?? firstPart(path),
      change: {
        heading: `Save ${name} ${wanted}?`,
        ask: (dryRun) =>
          api.changes(
            `PUT ${one}`,
            {
              params: { [key]: before ? keyOf(before) : wanted },
              query: { ...(before ? {} : { new: '1' }), ...(place ? { place } : {}) },
              body: { ...kind.bodyOf(form), [key]: wanted },
              by,
            },
            dryRun,
          ),
        done: `${base}?${new URLSearchParams({ saved: wanted }).toString()}`,
        cookie: () => kind.cookieAfter?.(wanted, before, by),
      },
    });
  };

  /** A page of one entry, or the word that it is gone. */
  const of = (action: (entry: Entry, visit: Visit) => Reply | Promise<Reply>) => (visit: Visit) => {
    const entry = entryOf(visit);
    return entry === undefined ? gone(visit) : action(entry, visit);
  };
  const gone = ({ params }: Visit) => message(404, `There is no ${name} ${params.key} (any more).`);

  const pages: Page[] = [
    {
      path: base,
      role,
      get({ query }) {
        const saved = entries().find((entry) => keyOf(entry) === query.get('saved'));
        return show(undefined, 200, saved && keyOf(saved));
      },
    },
    {
      path: `${base}/add`,
      role,
      get: () => show(dialog(undefined, newForm(undefined))),
      post: (visit) => posted(visit, undefined),
    },
    {
      path: `${base}/:key/edit`,
      role,
      get: of((entry) => show(dialog(entry, newForm(entry)))),
      post: of((entry, visit) => posted(visit, entry)),
    },
    changePage(`${base}/:key/delete`, (visit) => {
      const entry = entryOf(visit);
      if (entry === undefined) return gone(visit);
      const by = visit.administrator!.name;
      return {
        heading: `Delete ${name} ${keyOf(entry)}?`,
        note: kind.deleteNote,
        verb: 'Delete',
        danger: true,
        back: base,
        ask: (dryRun) => api.changes(`DELETE ${one}`, { params: { [key]: keyOf(entry) }, by }, dryRun),
        done: base,
      };
    }),
  ];
  if (ordered)
    pages.push(
      changePage(`${base}/:key/move`, (visit) => {
        const entry = entryOf(visit);
        if (entry === undefined) return gone(visit);
        const place = visit.query.get('place') ?? '';
        const by = visit.administrator!.name;
        const body = entry as object;
        return {
          heading: `Let ${name} ${keyOf(entry)} be number ${place}?`,
          back: base,
          ask: (dryRun) =>
            api.changes(
              `PUT ${one}`,
              { params: { [key]: keyOf(entry) }, query: { place }, body, by },
              dryRun,
            ),
          done: base,
        };
      }),
    );
  return pages;
}

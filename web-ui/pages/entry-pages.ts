/** Pages by which one list of the configuration is kept: the list, and dialogs to add, edit and delete an entry. */
import { freeNumber, holderOf } from '../../firmware/config/number-holder.js';
import type { Conference, Config, Extension } from '../../firmware/config/schema.js';
import { ConfigError } from '../../firmware/config/schema-check.js';
import type { Route } from '../api/route.js';
import type { ApiSources } from '../api/sources.js';
import type { Page, Reply } from '../page.js';

/** What stands in the fields of a form, and what is wrong with them, by field. */
export type Fields = Record<string, string>;

export type EntryKind<Entry extends Extension | Conference> = {
  list: 'extensions' | 'conferences';
  title: string;
  /** Begins a sentence: `Conference`. */
  name: string;
  /** The form of an entry, or of a new one. */
  formOf(entry: Entry | undefined, config: Config): Fields;
  /** What the API is sent for it, beside the number. */
  bodyOf(form: Fields): object;
  /** What only a form can have wrong. */
  troubles?(form: Fields, before: Entry | undefined): Fields;
  /** Buttons beside a field that fill it in. */
  makes: Record<string, () => string>;
  /** Field of a path into the entry. */
  fieldOf(path: string): string;
};

export function entryPages<Entry extends Extension | Conference>(
  kind: EntryKind<Entry>,
  sources: ApiSources,
  routes: readonly Route[],
): Page[] {
  const { list, title, name } = kind;
  const base = `/configuration/${list}`;
  const role = 'administrator';
  const routeOf = (method: string) =>
    routes.find((one) => one.method === method && one.path === `config/${list}/:number`)!;
  const entries = () => sources.config()[list] as readonly Entry[];
  const entryOf = (number: string) => entries().find((entry) => entry.number === number);
  const show = (dialog?: object, status = 200): Reply => ({
    view: list,
    status,
    data: {
      base,
      title,
      name,
      groups: [
        ['', 'no: numbers of the box only'],
        ...sources.config().permissionGroups.map((group) => [group.name, group.name]),
      ],
      entries: [...entries()].sort((a, b) => a.number.localeCompare(b.number, 'en', { numeric: true })),
      saved: '',
      dialog,
    },
  });
  const gone = (number: string): Reply => ({
    view: 'message',
    status: 404,
    data: { text: `${name} ${number} is not there (any more).` },
  });

  /** Saves what a form says; the errors by field, or under `''`, if it is not right. */
  const save = (form: Fields, before: Entry | undefined, by: string): Fields => {
    const errors = kind.troubles?.(form, before) ?? {};
    const config = sources.config();
    const wanted = (form.number ?? '').trim();
    const holder = wanted === before?.number ? undefined : holderOf(config, wanted);
    if (holder !== undefined) errors.number = `Has to be one that nobody has; ${holder} has this one.`;
    // What else is wrong is said too: with a number that would be right, and without saving.
    const number = holder === undefined ? wanted : (freeNumber(config, list) ?? '');
    const query = new URLSearchParams(Object.keys(errors).length > 0 ? { dryRun: '1' } : {});
    const params = { number: before?.number ?? number };
    try {
      routeOf('PUT').answer({ params, query, headers: {}, by, body: { ...kind.bodyOf(form), number } });
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      for (const { path, expected } of error.problems)
        errors[kind.fieldOf(path)] ??= `Has to be ${expected}.`;
    }
    return errors;
  };

  const dialog = (before: Entry | undefined, form: Fields, errors: Fields = {}) => ({
    form,
    errors,
    action: before ? `${base}/${before.number}` : `${base}/add`,
    number: before?.number,
  });
  const posted = (sent: URLSearchParams, before: Entry | undefined, by: string): Reply => {
    const form = Object.fromEntries(sent);
    const make = kind.makes[form.make];
    if (make) return show(dialog(before, { ...form, [form.make]: make() }));
    const errors = save(form, before, by);
    if (Object.keys(errors).length > 0) return show(dialog(before, form, errors), 422);
    return { goTo: `${base}?saved=${encodeURIComponent(form.number.trim())}` };
  };

  return [
    {
      path: base,
      role,
      get: ({ query }) => {
        const number = query.get('saved') ?? '';
        const reply = show();
        const saved = entryOf(number) ? `${name} ${number} is saved and in use.` : '';
        return 'view' in reply ? { ...reply, data: { ...reply.data, saved } } : reply;
      },
    },
    {
      path: `${base}/add`,
      role,
      get: () => show(dialog(undefined, kind.formOf(undefined, sources.config()))),
      post: ({ form, administrator }) => posted(form, undefined, administrator!.name),
    },
    {
      path: `${base}/:number`,
      role,
      get({ params }) {
        const entry = entryOf(params.number);
        return entry ? show(dialog(entry, kind.formOf(entry, sources.config()))) : gone(params.number);
      },
      post({ params, form, administrator }) {
        const entry = entryOf(params.number);
        return entry ? posted(form, entry, administrator!.name) : gone(params.number);
      },
    },
    {
      path: `${base}/:number/delete`,
      role,
      get({ params }) {
        const entry = entryOf(params.number);
        return entry
          ? { view: 'delete', data: { base, name, number: entry.number, trouble: '' } }
          : gone(params.number);
      },
      post({ params, administrator }) {
        if (!entryOf(params.number)) return gone(params.number);
        try {
          const by = administrator!.name;
          routeOf('DELETE').answer({ params, query: new URLSearchParams(), headers: {}, by, body: {} });
          return { goTo: base };
        } catch (error) {
          if (!(error instanceof ConfigError)) throw error;
          const trouble = `It is still used: ${error.message}.`;
          return { view: 'delete', status: 422, data: { base, name, number: params.number, trouble } };
        }
      },
    },
  ];
}

/** What a number field holds: as a number if it is one, undefined if nothing, else as it is, to be refused. */
export function numberIn(text: string | undefined): number | string | undefined {
  const trimmed = (text ?? '').trim();
  if (trimmed === '') return undefined;
  return /^[0-9]{1,9}$/.test(trimmed) ? Number(trimmed) : trimmed;
}

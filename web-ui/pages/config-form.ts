/** A form of the configuration that was sent: what is wrong stands beside its field, then what will change is shown. */
import type { Reply } from '../page.js';
import { besideFields, type Form } from './troubles.js';
import { shownFirst, type Change } from './what-changes.js';

export type SentForm = {
  form: Form;
  /** Where it is sent to. */
  action: string;
  /** Shows it with what was filled in, and what is wrong, by field. */
  show: (form: Form, errors: Form, status?: number) => Reply;
  /** Buttons of it that fill in a field, by the field. */
  makes?: Record<string, (form: Form) => string>;
  /** What only a form can have wrong. */
  troubles?: Form;
  /** Field of a path into what the API is sent. */
  fieldOf: (path: string) => string;
  change: Change;
};

export async function sentForm(sent: SentForm): Promise<Reply> {
  const { form, action, show, makes = {}, troubles = {}, fieldOf, change } = sent;
  const make = makes[form.make];
  if (make) return show({ ...form, [form.make]: make(form) }, {});
  if (form.step === 'back') return show(form, {});
  let errors = troubles;
  try {
    await change.ask(true);
  } catch (error) {
    errors = { ...besideFields(error, fieldOf, Object.keys(form)), ...errors };
  }
  return Object.keys(errors).length > 0 ? show(form, errors, 422) : shownFirst(change, action, form);
}

/** What a number field holds: as a number if it is one, undefined if nothing, else as it is, to be refused. */
export function numberIn(text: string | undefined): number | string | undefined {
  const trimmed = trimmedIn(text);
  if (trimmed === undefined) return undefined;
  return /^-?[0-9]{1,9}$/.test(trimmed) ? Number(trimmed) : trimmed;
}

/** What a text field holds, undefined if nothing. */
export function trimmedIn(text: string | undefined): string | undefined {
  return text?.trim() || undefined;
}

/** What stands in a field of many lines. */
export function linesIn(text: string | undefined): string[] {
  return (text ?? '').split(/[\s,]+/).filter((line) => line !== '');
}

/** What was chosen in fields `name-0`, `name-1` ... that stand for an order. */
export function orderIn(form: Form, name: string): string[] {
  const chosen: string[] = [];
  for (let at = 0; form[`${name}-${at}`] !== undefined; at += 1)
    if (form[`${name}-${at}`] !== '') chosen.push(form[`${name}-${at}`]);
  return chosen;
}

/** The fields for an order; those beyond its end are empty. */
export function orderOf(name: string, chosen: readonly string[], places: number): Form {
  return Object.fromEntries(Array.from({ length: places }, (_, at) => [`${name}-${at}`, chosen[at] ?? '']));
}

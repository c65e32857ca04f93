/** What is wrong, in words beside the field where it can be put right. Pure. */
import { entryNames, type ListName } from '../../firmware/config/config-changes.js';
import type { Problem } from '../../firmware/config/problem.js';
import { ConfigError } from '../../firmware/config/schema-check.js';
import { ApiError } from '../api/route.js';

/** What stands in the fields of a form, or what is wrong with it, by field. */
export type Form = Record<string, string>;

/** What the API refused, in a sentence each. Throws what is no refusal. */
export function troublesOf(error: unknown): string[] {
  if (error instanceof ApiError) return [sentence(error.message)];
  if (!(error instanceof ConfigError)) throw error;
  return error.problems.map(inWords);
}

/** The HTTP status that goes with it. */
export function statusOf(error: unknown): number {
  return error instanceof ApiError ? error.status : 422;
}

/**
 * What the API refused, by field; what belongs to none stands under `''`. `fieldOf` gives the field of a path into what was
 * sent, and `fields` are those that the form has. Throws what is no refusal.
 */
export function besideFields(
  error: unknown,
  fieldOf: (path: string) => string,
  fields: readonly string[],
): Form {
  if (!(error instanceof ConfigError)) return { '': troublesOf(error)[0] };
  const errors: Form = {};
  for (const problem of error.problems) {
    const field = isElsewhere(problem.path) ? '' : fieldOf(problem.path);
    if (fields.includes(field)) errors[field] ??= `Has to be ${problem.expected}.`;
    else errors[''] = errors[''] === undefined ? inWords(problem) : `${errors['']} ${inWords(problem)}`;
  }
  return errors;
}

/** The field of a path where the first part of it is one. */
export function firstPart(path: string): string {
  return path.split('/')[1] ?? '';
}

/** Whether a path leads to an entry of a list of the document, and not into what was sent. */
function isElsewhere(path: string): boolean {
  const [, list, , ...rest] = path.split('/');
  return list in entryNames && rest.length > 0;
}

/** `Route 2, prefix: has to be one that ...` */
function inWords({ path, expected }: Problem): string {
  const [list, at, ...rest] = path.slice(1).split('/').map(fromOne);
  const place = isElsewhere(path)
    ? `${entryNames[list as ListName]} ${at}, ${rest.join(' ')}`
    : [list, at, ...rest].join(' ').trim();
  const words = place === '' ? '' : `${place[0].toUpperCase()}${place.slice(1)}: `;
  return `${words}has to be ${expected}.`;
}

/** People count from 1. */
function fromOne(part: string): string {
  return /^[0-9]{1,4}$/.test(part) ? String(Number(part) + 1) : part;
}

function sentence(text: string): string {
  return `${text[0].toUpperCase()}${text.slice(1)}.`;
}

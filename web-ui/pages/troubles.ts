/** What is wrong, in words beside the field where it can be put right. Pure. */
import { entryNames, type ListName } from '../../firmware/config/config-changes.js';
import type { Problem } from '../../firmware/config/problem.js';

/**
 * Errors by field; what belongs to none stands under `''`. `fieldOf` gives the field of a path into what was sent, and
 * `fields` are those that the form has.
 */
export function besideFields(
  problems: readonly Problem[],
  fieldOf: (path: string) => string,
  fields: readonly string[],
): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const problem of problems) {
    const field = isElsewhere(problem.path) ? '' : fieldOf(problem.path);
    if (fields.includes(field)) errors[field] ??= `Has to be ${problem.expected}.`;
    else errors[''] = errors[''] === undefined ? inWords(problem) : `${errors['']} ${inWords(problem)}`;
  }
  return errors;
}

/** Whether a path leads to an entry of a list of the document, and not into what was sent. */
function isElsewhere(path: string): boolean {
  const [, list, , ...rest] = path.split('/');
  return list in entryNames && rest.length > 0;
}

/** `Route 2, prefix: has to be one that ...` */
export function inWords({ path, expected }: Problem): string {
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

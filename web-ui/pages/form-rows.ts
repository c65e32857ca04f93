/** Rows of fields in a form, `number-0`, `to-0`, `number-1` ...; `rows` says how many there are. Pure. */
import type { Form } from './troubles.js';

/** So many stand empty at the end. */
const EMPTY_ROWS = 2;
const MORE_ROWS = 5;
const MAX_ROWS = 1000;

/** The fields for some rows, and for empty ones after them. */
export function rowsOf(rows: readonly Record<string, string>[]): Form {
  const form: Form = { rows: String(rows.length + EMPTY_ROWS) };
  for (const [at, row] of rows.entries())
    for (const [column, value] of Object.entries(row)) form[`${column}-${at}`] = value;
  return form;
}

export function withMoreRows(form: Form): string {
  return String(rowCount(form) + MORE_ROWS);
}

/** The rows in which one of these columns is filled in. */
export function filledRows(form: Form, columns: readonly string[]): number[] {
  return Array.from({ length: rowCount(form) }, (_, at) => at).filter((at) =>
    columns.some((column) => (form[`${column}-${at}`] ?? '').trim() !== ''),
  );
}

/** How many rows a form has; what was sent may say anything. */
export function rowCount({ rows }: Form): number {
  return /^[0-9]{1,4}$/.test(rows ?? '') ? Math.min(Number(rows), MAX_ROWS) : 0;
}

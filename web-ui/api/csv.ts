/** Tables as CSV (RFC 4180), safe to be opened by a spreadsheet. */

/** A line that names the columns, then a line for each row. */
export function csv(columns: readonly string[], rows: readonly object[]): string {
  const lines = rows.map((row) => columns.map((column) => (row as Record<string, unknown>)[column]));
  return [columns, ...lines].map((line) => `${line.map(cell).join()}\r\n`).join('');
}

/** A text that a spreadsheet would take for a formula begins with an apostrophe: callers choose their own names. */
function cell(value: unknown): string {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const safe = typeof value === 'string' && /^\s*[=+\-@|%]|^[\t\r\n]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Instants as people of a place read them. */

const formats = new Map<string, Intl.DateTimeFormat>();

/** `24 Nov 2026, 17:04` in a time zone of the IANA database. */
export function localTime(ms: number, timeZone: string): string {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('en-GB', { timeZone, dateStyle: 'medium', timeStyle: 'short' });
  formats.set(timeZone, format);
  return format.format(ms);
}

/** Instants as people and programs write them: ISO 8601. */

/** ms since 1970 of a day (`2026-01-31`, UTC) or an instant (`2026-01-31T12:00:00Z`); undefined for anything else. */
export function instantMs(text: string): number | undefined {
  const isOne = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/.test(text);
  const ms = isOne ? Date.parse(text) : NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

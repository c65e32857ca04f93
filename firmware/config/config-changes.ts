/** What differs between two configurations, in words; secrets are not shown. Pure. */
import { isSecret } from './problem.js';
import type { Config } from './schema.js';

/** What one entry of each list is called. */
export const entryNames = {
  administrators: 'administrator',
  extensions: 'extension',
  conferences: 'conference',
  services: 'service',
  trunks: 'trunk',
  routes: 'route',
  permissionGroups: 'permission group',
  audioPorts: 'audio port',
  apiTokens: 'API token',
  webhooks: 'webhook',
  lines: 'line',
} as const;

export type ListName = keyof typeof entryNames;

type Fields = Record<string, unknown>;

/** One sentence for each change; none if both are the same. */
export function changesBetween(before: Config, after: Config): string[] {
  return Object.keys({ ...before, ...after }).flatMap((section) => {
    const [old, now] = [(before as Fields)[section], (after as Fields)[section]];
    return section in entryNames
      ? entryChanges(entryNames[section as ListName], old as Fields[], now as Fields[])
      : fieldChanges(section, old, now);
  });
}

function entryChanges(kind: string, before: readonly Fields[], after: readonly Fields[]): string[] {
  const [old, now] = [byName(before), byName(after)];
  const both = [...old.keys()].filter((name) => now.has(name));
  const moved = both.join('\n') !== [...now.keys()].filter((name) => old.has(name)).join('\n');
  return [
    ...[...old.keys()].filter((name) => !now.has(name)).map((name) => `${kind} ${name} is removed`),
    ...[...now.keys()].filter((name) => !old.has(name)).map((name) => `${kind} ${name} is new`),
    ...both.flatMap((name) =>
      fieldChanges('', old.get(name), now.get(name)).map((change) => `${kind} ${name}: ${change}`),
    ),
    ...(moved ? [`the order of every ${kind} is ${[...now.keys()].join(', ')}`] : []),
  ];
}

function byName(entries: readonly Fields[]): Map<string, Fields> {
  return new Map(entries.map((entry) => [String(entry.number ?? entry.name ?? entry.prefix), entry]));
}

function fieldChanges(path: string, before: unknown, after: unknown): string[] {
  if (isFields(before) && isFields(after))
    return Object.keys({ ...before, ...after }).flatMap((name) =>
      fieldChanges(path === '' ? name : `${path}.${name}`, before[name], after[name]),
    );
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (isSecret(path)) return [`${path} is ${after === undefined ? 'removed' : 'another one'}`];
  if (after === undefined) return [`${path} is removed`];
  // When it was said is not told: a look at what will change would be another one each time.
  if (path === 'recordAcknowledgement' && isFields(after)) return [`${path} is by ${String(after.by)}`];
  if (before === undefined) return [`${path} is ${JSON.stringify(after)}`];
  return [`${path} is ${JSON.stringify(after)}, was ${JSON.stringify(before)}`];
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

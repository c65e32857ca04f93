/** Whether an extension may dial a number, by the rules of its permission group. Pure. */
import type { Config, Extension, PermissionGroup } from '../config/schema.js';

/** `why` in words, for people. */
export type Permission = { allowed: boolean; why: string };

/** The group of an extension or an audio port; undefined if it has none. */
export function groupOf(
  config: Config,
  { permissions }: Pick<Extension, 'permissions'>,
): PermissionGroup | undefined {
  return config.permissionGroups.find(({ name }) => name === permissions);
}

/**
 * The first rule that the dialled number begins with decides. If none does, or there is no group, numbers of the box
 * may be dialled and numbers outside may not.
 */
export function permission(
  group: PermissionGroup | undefined,
  dialled: string,
  place: 'box' | 'outside',
): Permission {
  for (const [at, { allow, deny }] of (group?.rules ?? []).entries()) {
    const prefix = allow ?? deny ?? '';
    if (!dialled.startsWith(prefix)) continue;
    const allowed = allow !== undefined;
    const numbers = prefix === '' ? 'every number' : `numbers that begin with ${prefix}`;
    return {
      allowed,
      why: `rule ${at + 1} of permission group ${group!.name} ${allowed ? 'allows' : 'denies'} ${numbers}`,
    };
  }
  const nothing = group
    ? `no rule of permission group ${group.name} is about ${dialled}`
    : 'the caller has no permission group';
  return place === 'box'
    ? { allowed: true, why: `${nothing}: numbers of the box are allowed` }
    : { allowed: false, why: `${nothing}: numbers outside are denied` };
}

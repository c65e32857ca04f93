/** Configuration of the permission groups: who may dial what. */
import type { PermissionGroup } from '../../firmware/config/schema.js';
import { numberIn } from './config-form.js';
import type { EntryKind } from './entry-pages.js';
import { filledRows, rowsOf, withMoreRows } from './form-rows.js';

export const permissionKind: EntryKind<PermissionGroup> = {
  list: 'permissionGroups',
  key: 'name',
  title: 'Permissions',
  choices({ extensions }) {
    const members: Record<string, number> = {};
    for (const { permissions } of extensions)
      if (permissions !== undefined) members[permissions] = (members[permissions] ?? 0) + 1;
    return { members };
  },
  formOf: (group) => ({
    name: group?.name ?? '',
    maxOutboundCalls: group?.maxOutboundCalls?.toString() ?? '',
    maxCallsPerHour: group?.maxCallsPerHour?.toString() ?? '',
    transferOutside: group?.transferOutside ? 'yes' : '',
    unusualCallsPerDay: group?.unusualCallsPerDay.toString() ?? '',
    ...rowsOf(
      (group?.rules ?? []).map(({ allow, deny }) => ({
        rule: allow === undefined ? 'deny' : 'allow',
        prefix: allow ?? deny ?? '',
      })),
    ),
  }),
  bodyOf: (form) => ({
    rules: filledRows(form, ['rule', 'prefix']).map((row) => ({
      [form[`rule-${row}`] || 'rule']: (form[`prefix-${row}`] ?? '').trim(),
    })),
    maxOutboundCalls: numberIn(form.maxOutboundCalls),
    maxCallsPerHour: numberIn(form.maxCallsPerHour),
    transferOutside: form.transferOutside === 'yes',
    unusualCallsPerDay: numberIn(form.unusualCallsPerDay),
  }),
  troubles: (form) =>
    Object.fromEntries(
      filledRows(form, ['prefix'])
        .filter((row) => !form[`rule-${row}`])
        .map((row) => [`prefix-${row}`, 'Choose whether these numbers may be dialled.']),
    ),
  makes: { rows: withMoreRows },
  fieldOf(path, form) {
    const [, field, at] = path.split('/');
    return field === 'rules' && at !== undefined
      ? `prefix-${filledRows(form, ['rule', 'prefix'])[Number(at)]}`
      : field;
  },
};

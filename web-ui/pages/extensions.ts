/** Configuration of the extensions. */
import { freeNumber } from '../../firmware/config/number-holder.js';
import { randomPassword } from '../../firmware/config/password.js';
import type { Extension } from '../../firmware/config/schema.js';
import { numberIn, trimmedIn } from './config-form.js';
import type { EntryKind } from './entry-pages.js';

const PASSWORD_LENGTH = 14;

export const extensionKind: EntryKind<Extension> = {
  list: 'extensions',
  key: 'number',
  title: 'Extensions',
  choices: ({ permissionGroups }) => ({
    groups: [['', 'no: numbers of the box only'], ...permissionGroups.map(({ name }) => [name, name])],
  }),
  formOf(entry, config) {
    const number = entry?.number ?? freeNumber(config, 'extensions') ?? '';
    return {
      number,
      name: entry?.name ?? '',
      permissions: entry?.permissions ?? '',
      username: entry ? (entry.sip?.username ?? '') : number,
      password: entry ? '' : randomPassword(PASSWORD_LENGTH),
      maxCalls: String(entry?.sip?.maxCalls ?? 4),
      srtp: entry?.sip?.srtp ?? 'optional',
    };
  },
  bodyOf: (form) => ({
    name: (form.name ?? '').trim(),
    permissions: form.permissions || undefined,
    // Without a user name no phone registers: an analog one may be attached to a line.
    sip: trimmedIn(form.username) && {
      username: trimmedIn(form.username),
      // None: the one that there is stays.
      password: form.password || undefined,
      maxCalls: numberIn(form.maxCalls),
      srtp: form.srtp,
    },
  }),
  makes: { password: () => randomPassword(PASSWORD_LENGTH) },
  fieldOf: (path) => path.replace(/^\/(sip\/)?/, ''),
};

/** JSON schemas of what the API tells of the configuration; a test holds real answers against them. */
import { configSchema } from '../../firmware/config/schema.js';
import { list, object, text, time, whole, yes, type Schema } from './results.js';

const {
  administrators,
  extensions,
  conferences,
  trunks,
  routes,
  services,
  permissionGroups,
  audioPorts,
  lines,
} = configSchema.properties;
const sip: Record<string, Schema> = without(extensions.items.properties.sip.properties, 'password');

/** Entries of the configuration as they are told: without secrets. */
export const entryResults = {
  extensions: {
    ...extensions.items,
    properties: {
      ...extensions.items.properties,
      sip: { type: 'object', required: Object.keys(sip), properties: sip },
    },
  },
  conferences: {
    ...conferences.items,
    properties: { ...without(conferences.items.properties, 'pin'), hasPin: yes },
  },
  trunks: {
    ...trunks.items,
    properties: { ...without(trunks.items.properties, 'password'), hasPassword: yes },
  },
  routes: routes.items,
  services: services.items,
  permissionGroups: permissionGroups.items,
  audioPorts: audioPorts.items,
  lines: lines.items,
};
export const entriesResult = (listName: keyof typeof entryResults) =>
  object({ [listName]: list(entryResults[listName]), 'freeNumber?': text });

export const administratorResult: Schema = object(without(administrators.items.properties, 'passwordHash'));
export const administratorsResult = object({ administrators: list(administratorResult) });

export const versionsResult = list(
  object({ version: whole, saved: time, 'by?': text, 'changes?': list(text) }),
);

function without(properties: Record<string, Schema>, secret: string): Record<string, Schema> {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => name !== secret));
}

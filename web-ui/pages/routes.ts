/** Configuration of the routes: which dialled numbers go over which trunks. */
import type { Route } from '../../firmware/config/schema.js';
import { numberIn, orderIn, orderOf, trimmedIn } from './config-form.js';
import type { EntryKind } from './entry-pages.js';
import { firstPart } from './troubles.js';

const MAX_TRUNKS = 8;

export const routeKind: EntryKind<Route> = {
  list: 'routes',
  key: 'prefix',
  title: 'Routes',
  ordered: true,
  choices: ({ trunks }) => ({ trunks: trunks.map(({ name }) => name), places: placesFor(trunks) }),
  formOf: (route, { trunks }) => ({
    prefix: route?.prefix ?? '',
    strip: route?.strip?.toString() ?? '',
    prepend: route?.prepend ?? '',
    callerId: route?.callerId ?? '',
    ...orderOf('trunks', route?.trunks ?? [], placesFor(trunks)),
  }),
  bodyOf: (form) => ({
    strip: numberIn(form.strip),
    prepend: (form.prepend ?? '').trim(),
    callerId: trimmedIn(form.callerId),
    trunks: orderIn(form, 'trunks'),
  }),
  fieldOf: (path) => (path.startsWith('/trunks') ? 'trunks-0' : firstPart(path)),
};

function placesFor(trunks: readonly object[]): number {
  return Math.min(MAX_TRUNKS, Math.max(1, trunks.length));
}

/** Configuration of the routes: which dialled numbers go over which trunks. */
import { waysOut } from '../../firmware/config/dial-plan-checks.js';
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
  choices: (config) => ({ trunks: waysOut(config), places: placesFor(waysOut(config)) }),
  formOf: (route, config) => ({
    prefix: route?.prefix ?? '',
    strip: route?.strip?.toString() ?? '',
    prepend: route?.prepend ?? '',
    callerId: route?.callerId ?? '',
    ...orderOf('trunks', route?.trunks ?? [], placesFor(waysOut(config))),
  }),
  bodyOf: (form) => ({
    strip: numberIn(form.strip),
    prepend: (form.prepend ?? '').trim(),
    callerId: trimmedIn(form.callerId),
    trunks: orderIn(form, 'trunks'),
  }),
  fieldOf: (path) => (path.startsWith('/trunks') ? 'trunks-0' : firstPart(path)),
};

function placesFor(ways: readonly string[]): number {
  return Math.min(MAX_TRUNKS, Math.max(1, ways.length));
}

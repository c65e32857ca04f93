/** The step between a form and the box: what will change is shown, and done only if it is still that. */
import { createHash } from 'node:crypto';
import { ConfigError } from '../../firmware/config/schema-check.js';
import type { Route } from '../api/route.js';
import type { Page, Reply, Visit } from '../page.js';
import { inWords } from './troubles.js';

/** What was filled in, by field. */
export type Form = Record<string, string>;

export type Change = {
  /** A question: `Save extension 104?` */
  heading: string;
  /** What else there is to know. */
  note?: string;
  /** On the button that does it; `Apply`. */
  verb?: string;
  /** Where "Back" leads; without it, back into the form that was filled in. */
  back?: string;
  /** Asks the API what would change, or to do it. Throws ConfigError. */
  ask: (dryRun: boolean) => string[];
  /** Where it goes when it is done. */
  done: string;
};

/** So many changes are shown one by one. */
const MAX_SHOWN = 100;
const OWN_FIELDS = ['token', 'step', 'shown', 'make'];

/** Does the change if just this was shown; else shows it. `form`: what was filled in, which is sent again. */
export function shownFirst(change: Change, action: string, form: Form): Reply {
  const { heading, note = '', verb = 'Apply', back, ask, done } = change;
  const data = { heading, note, verb, back, action, danger: verb === 'Delete' };
  let changes: string[];
  try {
    changes = ask(true);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const troubles = error.problems.map(inWords);
    return { view: 'changes', status: 422, data: { ...data, troubles, changes: [], more: 0, fields: [] } };
  }
  const shown = createHash('sha256').update(JSON.stringify(changes)).digest('hex');
  if (form.step === 'apply' && form.shown === shown) {
    ask(false);
    return { goTo: done };
  }
  const troubles =
    form.step === 'apply' ? ['Nothing is done yet: meanwhile something else was changed. Look again.'] : [];
  const fields = [['shown', shown], ...Object.entries(form).filter(([name]) => !OWN_FIELDS.includes(name))];
  const more = Math.max(0, changes.length - MAX_SHOWN);
  return {
    view: 'changes',
    data: { ...data, troubles, changes: changes.slice(0, MAX_SHOWN), more, fields },
  };
}

/** A page for a change that needs no form: it asks first. `changeOf` gives a reply where there is nothing to change. */
export function changePage(path: string, changeOf: (visit: Visit) => Change | Reply): Page {
  const visited = (visit: Visit): Reply => {
    const change = changeOf(visit);
    if (!('ask' in change)) return change;
    const query = visit.query.size > 0 ? `?${visit.query.toString()}` : '';
    return shownFirst(change, visit.path + query, Object.fromEntries(visit.form));
  };
  return { path, role: 'administrator', get: visited, post: visited };
}

/** What a route of the API says that it changed, or would. */
export function askRoute(
  route: Route,
  { params = {}, query = {}, body = {}, by }: Partial<AskedOf> & { by: string },
  dryRun: boolean,
): string[] {
  const asked = new URLSearchParams({ ...query, ...(dryRun ? { dryRun: '1' } : {}) });
  const answer = route.answer({ params, query: asked, headers: {}, by, body });
  return (answer as { changes: string[] }).changes;
}

type AskedOf = { params: Record<string, string>; query: Record<string, string>; body: object };

/** The step between a form and the box: what will change is shown, and done only if it is still that. */
import { createHash } from 'node:crypto';
import type { Page, Reply, Visit } from '../page.js';
import { statusOf, troublesOf, type Form } from './troubles.js';

export type Change = {
  /** A question: `Save extension 104?` */
  heading: string;
  /** What else there is to know. */
  note?: string;
  /** On the button that does it; `Apply`. */
  verb?: string;
  /** Whether it takes something away that only another one replaces. */
  danger?: boolean;
  /** Where "Back" leads; without it, back into the form that was filled in. */
  back?: string;
  /** Asks the API what would change, or to do it. Throws ApiError and ConfigError. */
  ask: (dryRun: boolean) => Promise<string[]>;
  /** Where it goes when it is done, and as whom the browser is known from then on, if not as before. */
  done: string;
  cookie?: () => string | undefined;
};

/** So many changes are shown one by one. */
const MAX_SHOWN = 100;
const OWN_FIELDS = ['token', 'step', 'shown', 'make'];

/** Does the change if just this was shown; else shows it. `form`: what was filled in, which is sent again. */
export async function shownFirst(change: Change, action: string, form: Form): Promise<Reply> {
  const { heading, note = '', verb = 'Apply', danger = false, back, ask, done, cookie } = change;
  const data = { heading, note, verb, danger, back, action };
  let changes: string[];
  try {
    changes = await ask(true);
  } catch (error) {
    const nothing = { troubles: troublesOf(error), changes: [], more: 0, fields: [] };
    return { view: 'changes', status: statusOf(error), data: { ...data, ...nothing } };
  }
  const shown = createHash('sha256').update(JSON.stringify(changes)).digest('hex');
  if (form.step === 'apply' && form.shown === shown) {
    await ask(false);
    return { goTo: done, cookie: cookie?.() };
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
  const visited = (visit: Visit): Reply | Promise<Reply> => {
    const change = changeOf(visit);
    if (!('ask' in change)) return change;
    const query = visit.query.size > 0 ? `?${visit.query.toString()}` : '';
    return shownFirst(change, visit.path + query, Object.fromEntries(visit.form));
  };
  return { path, role: 'administrator', get: visited, post: visited };
}

/** The lists of the configuration, entry by entry. Secrets are taken and never told. */
import { entryNames, type ListName } from '../../firmware/config/config-changes.js';
import { freeNumber, holderOf } from '../../firmware/config/number-holder.js';
import type { Problem } from '../../firmware/config/problem.js';
import { configSchema, type Config } from '../../firmware/config/schema.js';
import { ConfigError } from '../../firmware/config/schema-check.js';
import { change, changesResult, DRY_RUN, fieldsOf, isFields, type Fields } from './config-change.js';
import { ApiError, type ApiRequest, type Route } from './route.js';
import type { ApiSources } from './sources.js';
import { entriesResult, entryResults } from './config-results.js';

/** What differs between the lists. */
type Kind = {
  list: Exclude<ListName, 'administrators' | 'apiTokens' | 'webhooks'>;
  /** The field by which an entry is found. */
  key: 'number' | 'name' | 'prefix';
  /** What is told of one: without secrets. */
  told?: (entry: Fields) => Fields;
  /** What was sent, with the secrets that were not. */
  withSecrets?: (sent: Fields, before: Fields | undefined) => Fields;
  /** What was sent, with what only the box can say; `by`: the administrator. */
  signed?: (sent: Fields, before: Fields | undefined, by: string) => Fields;
  /** The schema of what is sent, where it is not that of what is kept. */
  body?: object;
};

/**
 * Who takes the liability for recording is who says so, now; once it is taken it stays as long as there is recording. Throws
 * ConfigError if it is said of somebody else.
 */
function acknowledged(sent: Fields, before: Fields | undefined, by: string): Fields {
  const { recordAcknowledgement: said, ...entry } = sent;
  if (entry.record === undefined || entry.record === 'off') return entry;
  const known = before?.recordAcknowledgement;
  if (said !== undefined && said !== true && JSON.stringify(said) !== JSON.stringify(known))
    throw new ConfigError([forged]);
  const fresh = said === true ? { by, at: new Date().toISOString() } : undefined;
  const recordAcknowledgement = known ?? fresh;
  return recordAcknowledgement ? { ...entry, recordAcknowledgement } : entry;
}

const forged: Problem = {
  path: '/recordAcknowledgement',
  value: "somebody else's, or of another time",
  expected: 'true: who sends it takes the liability for recording, now',
};

const { items } = configSchema.properties.conferences;
/** A conference as it is sent. */
const conferenceBody = {
  ...items,
  properties: {
    ...items.properties,
    recordAcknowledgement: {
      anyOf: [{ const: true }, items.properties.recordAcknowledgement],
      description: 'true: who sends this takes the liability for recording, and notifies the users',
    },
  },
};

const KINDS: readonly Kind[] = [
  {
    list: 'extensions',
    key: 'number',
    told: (entry) => (isFields(entry.sip) ? { ...entry, sip: { ...entry.sip, password: undefined } } : entry),
    withSecrets(sent, before) {
      if (!isFields(sent.sip) || sent.sip.password !== undefined || !isFields(before?.sip)) return sent;
      return { ...sent, sip: { ...sent.sip, password: before.sip.password } };
    },
  },
  {
    list: 'conferences',
    key: 'number',
    told: ({ pin, ...entry }) => ({ ...entry, hasPin: pin !== undefined }),
    withSecrets: (sent, before) =>
      keeping('pin', 'hasPin', sent, sent.type === 'static' ? before : undefined),
    signed: acknowledged,
    body: conferenceBody,
  },
  {
    list: 'trunks',
    key: 'name',
    told: ({ password, ...entry }) => ({ ...entry, hasPassword: password !== undefined }),
    withSecrets: (sent, before) => keeping('password', 'hasPassword', sent, before),
  },
  { list: 'routes', key: 'prefix' },
  { list: 'services', key: 'number' },
  { list: 'permissionGroups', key: 'name' },
  { list: 'audioPorts', key: 'number' },
  { list: 'lines', key: 'name' },
];

/** A secret that was not sent stays; null removes it. What is `told` instead of it may be sent back, and says nothing. */
function keeping(secret: string, told: string, sent: Fields, before: Fields | undefined): Fields {
  const entry = { ...sent };
  delete entry[told];
  if (entry[secret] === undefined) entry[secret] = before?.[secret];
  if (entry[secret] === null) delete entry[secret];
  return entry;
}

export function configEntryRoutes(sources: ApiSources): Route[] {
  return KINDS.flatMap((kind) => routesOf(kind, sources));
}

function routesOf(kind: Kind, sources: ApiSources): Route[] {
  const { list, key, told = (entry) => entry, withSecrets, signed, body } = kind;
  const name = entryNames[list];
  const entries = (): readonly Fields[] => sources.config()[list];
  const indexOf = (wanted: string) => entries().findIndex((entry) => entry[key] === wanted);
  const found = ({ params }: ApiRequest): number => {
    const at = indexOf(params[key]);
    if (at < 0) throw new ApiError(404, `there is no ${name} ${params[key]}`);
    return at;
  };
  const others = (at: number) => {
    const after = structuredClone(sources.config()) as Config & Record<typeof list, Fields[]>;
    if (at >= 0) after[list].splice(at, 1);
    return after;
  };
  const numbered = list === 'extensions' || list === 'conferences';
  const path = `config/${list}`;
  const role = 'administrator';
  return [
    {
      method: 'GET',
      path,
      role,
      summary: `Every ${name} as it is configured${numbered ? ', and a free number for another one' : ''}.`,
      result: entriesResult(list),
      answer: () => ({
        [list]: entries().map(told),
        freeNumber: numbered ? freeNumber(sources.config(), list) : undefined,
      }),
    },
    {
      method: 'GET',
      path: `${path}/:${key}`,
      role,
      summary: `One ${name} as it is configured.`,
      result: entryResults[list],
      answer: (request) => told(entries()[found(request)]),
    },
    {
      method: 'PUT',
      path: `${path}/:${key}`,
      role,
      summary: `Makes or replaces the ${name} of this ${key}.`,
      query: {
        ...DRY_RUN,
        new: '1: makes a new one, and replaces none',
        place: 'where in the list, from 1: without it where it is, or at the end',
      },
      body: body ?? configSchema.properties[list].items,
      result: changesResult,
      answer: (request) => {
        const sent = { [key]: request.params[key], ...fieldsOf(request.body) };
        const at = request.query.get('new') === '1' ? -1 : indexOf(request.params[key]);
        const whole = withSecrets?.(sent, entries()[at]) ?? sent;
        const entry = signed?.(whole, entries()[at], request.by) ?? whole;
        const after = others(at);
        const index = placeIn(after[list].length, request.query.get('place'), at);
        const clashes = clashesOf(after, list, key, entry);
        after[list].splice(index, 0, entry);
        return change(sources, request, after, `/${list}/${index}`, clashes);
      },
    },
    {
      method: 'DELETE',
      path: `${path}/:${key}`,
      role,
      summary: `Removes a ${name}; calls go on.`,
      result: changesResult,
      query: DRY_RUN,
      answer: (request) => change(sources, request, others(found(request))),
    },
  ];
}

/** Where an entry goes beside so many others, of which it was the one at `at`; -1 if it is new. */
function placeIn(others: number, wanted: string | null, at: number): number {
  if (wanted === null) return at < 0 ? others : at;
  const place = /^[0-9]{1,4}$/.test(wanted) ? Number(wanted) : 0;
  if (place >= 1 && place <= others + 1) return place - 1;
  throw new ConfigError([
    {
      path: '/place',
      value: JSON.stringify(wanted),
      expected: `1 to ${others + 1}, as it stands in the query`,
    },
  ]);
}

/** What another one has already is a problem of this entry, not of that one. */
function clashesOf(
  others: Config & Record<Kind['list'], Fields[]>,
  list: Kind['list'],
  key: Kind['key'],
  entry: Fields,
): Problem[] {
  const problems: Problem[] = [];
  const value = entry[key];
  const same = others[list].some((other) => other[key] === value);
  const holder =
    key === 'number' && typeof value === 'string'
      ? holderOf(others, value)
      : same
        ? `another ${entryNames[list]}`
        : undefined;
  if (holder !== undefined) problems.push(clash(`/${key}`, value, holder));
  const username = isFields(entry.sip) ? entry.sip.username : undefined;
  const other =
    username === undefined ? undefined : others.extensions.find(({ sip }) => sip?.username === username);
  if (other) problems.push(clash('/sip/username', username, `extension ${other.number}`));
  return problems;
}

function clash(path: string, value: unknown, holder: string): Problem {
  return { path, value: JSON.stringify(value), expected: `one that nobody has; ${holder} has this one` };
}

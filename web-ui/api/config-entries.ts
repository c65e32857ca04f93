/** Extensions and conferences in the configuration, one by one. Secrets are taken and never told. */
import { changesBetween } from '../../firmware/config/config-changes.js';
import { freeNumber, holderOf } from '../../firmware/config/number-holder.js';
import type { Problem } from '../../firmware/config/problem.js';
import { configSchema, type Conference, type Config, type Extension } from '../../firmware/config/schema.js';
import { ConfigError } from '../../firmware/config/schema-check.js';
import { validateConfig } from '../../firmware/config/validate.js';
import { ApiError, type ApiRequest, type Route } from './route.js';
import type { ApiSources } from './sources.js';

type Fields = Record<string, unknown>;

/** What differs between the lists. */
type Kind<Entry> = {
  list: 'extensions' | 'conferences';
  name: string;
  /** What is told of one: without secrets. */
  told: (entry: Entry) => object;
  /** What was sent, with the secrets that were not. */
  withSecrets: (sent: Fields, before: Entry | undefined) => Fields;
  /** The schema of what is sent. */
  body: object;
  /** What was sent, with what only the box can say; `by`: the administrator. */
  signed?: (sent: Fields, before: Entry | undefined, by: string) => Fields;
};

const items = {
  extensions: configSchema.properties.extensions.items,
  conferences: configSchema.properties.conferences.items,
};

const extensions: Kind<Extension> = {
  list: 'extensions',
  name: 'extension',
  body: items.extensions,
  told: (entry) => ({ ...entry, sip: { ...entry.sip, password: undefined } }),
  withSecrets: (sent, before) => {
    if (!isFields(sent.sip) || sent.sip.password !== undefined || !before) return sent;
    return { ...sent, sip: { ...sent.sip, password: before.sip.password } };
  },
};

const conferences: Kind<Conference> = {
  list: 'conferences',
  name: 'conference',
  body: {
    ...items.conferences,
    properties: {
      ...items.conferences.properties,
      recordAcknowledgement: {
        anyOf: [{ const: true }, items.conferences.properties.recordAcknowledgement],
        description: 'true: who sends this takes the liability for recording, and notifies the users',
      },
    },
  },
  told: (entry) => ({ ...entry, pin: undefined, hasPin: entry.pin !== undefined }),
  // As it is told, it may be sent back: with `hasPin`, which says nothing, and without the PIN, which stays.
  withSecrets: (sent, before) => {
    const entry = { ...sent };
    delete entry.hasPin;
    if (entry.pin === undefined && entry.type === 'static' && before?.pin !== undefined)
      entry.pin = before.pin;
    if (entry.pin === null) delete entry.pin;
    return entry;
  },
  // Who takes the liability is who says so, now; once it is taken it stays as long as there is recording.
  signed: (sent, before, by) => {
    const entry = { ...sent };
    const { recordAcknowledgement: said } = entry;
    const known = before?.recordAcknowledgement;
    if (said === true) entry.recordAcknowledgement = known ?? { by, at: new Date().toISOString() };
    else if (said !== undefined && JSON.stringify(said) !== JSON.stringify(known))
      throw new ConfigError([forged]);
    else entry.recordAcknowledgement = known;
    const off = entry.record === undefined || entry.record === 'off';
    if (off || entry.recordAcknowledgement === undefined) delete entry.recordAcknowledgement;
    return entry;
  },
};

const forged: Problem = {
  path: '/recordAcknowledgement',
  value: "somebody else's, or of another time",
  expected: 'true: who sends it takes the liability for recording, now',
};

const DRY_RUN = { dryRun: '1: only says what would change' };

export function configEntryRoutes(sources: ApiSources): Route[] {
  return [...routesOf(extensions, sources), ...routesOf(conferences, sources)];
}

function routesOf<Entry extends Extension | Conference>(kind: Kind<Entry>, sources: ApiSources): Route[] {
  const { list, name } = kind;
  const entries = () => sources.config()[list] as readonly Entry[];
  const indexOf = (number: string) => entries().findIndex((entry) => entry.number === number);
  const found = ({ params: { number } }: ApiRequest): number => {
    const at = indexOf(number);
    if (at < 0) throw new ApiError(404, `there is no ${name} ${number}`);
    return at;
  };
  const apply = (request: ApiRequest, after: unknown) => {
    const before = sources.config();
    const changes = changesBetween(before, validateConfig(after));
    if (request.query.get('dryRun') !== '1') sources.versions.save(after, request.by);
    return { changes };
  };
  const path = `config/${list}`;
  const role = 'administrator';
  return [
    {
      method: 'GET',
      path,
      role,
      summary: `Every ${name} as it is configured, and a free number for another one.`,
      answer: () => ({ [list]: entries().map(kind.told), freeNumber: freeNumber(sources.config(), list) }),
    },
    {
      method: 'GET',
      path: `${path}/:number`,
      role,
      summary: `One ${name} as it is configured.`,
      answer: (request) => kind.told(entries()[found(request)]),
    },
    {
      method: 'PUT',
      path: `${path}/:number`,
      role,
      summary: `Makes or replaces the ${name} of this number.`,
      query: DRY_RUN,
      body: kind.body,
      answer: (request) => {
        const { number } = request.params;
        if (!isFields(request.body))
          throw new ConfigError([{ path: '', value: 'not an object', expected: 'an object { }' }]);
        const at = indexOf(number);
        const sent = kind.withSecrets({ number, ...request.body }, entries()[at]);
        const entry = kind.signed?.(sent, entries()[at], request.by) ?? sent;
        const after = structuredClone(sources.config()) as Config & Record<typeof list, Fields[]>;
        const index = at < 0 ? after[list].length : at;
        after[list].splice(at < 0 ? index : at, 1);
        refuseClashes(after, entry);
        after[list].splice(index, 0, entry);
        return withOwnPaths(`/${list}/${index}`, () => apply(request, after));
      },
    },
    {
      method: 'DELETE',
      path: `${path}/:number`,
      role,
      summary: `Removes a ${name}; calls go on.`,
      query: DRY_RUN,
      answer: (request) => {
        const at = found(request);
        const after = structuredClone(sources.config()) as Config & Record<typeof list, Fields[]>;
        after[list].splice(at, 1);
        return apply(request, after);
      },
    },
  ];
}

/** What another one has already is a problem of this entry, not of that one. */
function refuseClashes(others: Config, entry: Fields): void {
  const problems: Problem[] = [];
  const { number, sip } = entry;
  const holder = typeof number === 'string' ? holderOf(others, number) : undefined;
  if (holder !== undefined) problems.push(clash('/number', number, holder));
  const username = isFields(sip) ? sip.username : undefined;
  const other = others.extensions.find((one) => one.sip.username === username);
  if (other) problems.push(clash('/sip/username', username, `extension ${other.number}`));
  if (problems.length > 0) throw new ConfigError(problems);
}

function clash(path: string, value: unknown, holder: string): Problem {
  return { path, value: JSON.stringify(value), expected: `one that nobody has; ${holder} has this one` };
}

/** Problems within the entry are told by paths into it. */
function withOwnPaths<Result>(base: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(
      error.problems.map((problem) =>
        problem.path.startsWith(`${base}/`) ? { ...problem, path: problem.path.slice(base.length) } : problem,
      ),
    );
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** JSON schemas of what the API tells; a test holds real answers against them. */
import type { HistoryRecord } from '../../firmware/call/history.js';
import { configSchema } from '../../firmware/config/schema.js';

type Schema = Record<string, unknown>;

const text = { type: 'string' };
const whole = { type: 'integer' };
const real = { type: 'number' };
const yes = { type: 'boolean' };
const time = { type: 'string', format: 'date-time' };
const seconds = { type: 'integer', minimum: 0 };

/** An object of these fields; those whose name ends with `?` may be absent. */
function object(fields: Record<string, Schema>, description?: string): Schema {
  const properties = Object.fromEntries(
    Object.entries(fields).map(([name, one]) => [name.replace('?', ''), one]),
  );
  const required = Object.keys(fields).filter((name) => !name.endsWith('?'));
  return { type: 'object', required, properties, ...(description === undefined ? {} : { description }) };
}

const list = (items: Schema): Schema => ({ type: 'array', items });
const counters: Schema = { type: 'object', additionalProperties: { type: 'number' } };

const quality = object(
  {
    'rxLoss?': real,
    'rxJitterMs?': real,
    'rxMos?': real,
    'txLoss?': real,
    'txJitterMs?': real,
    'txMos?': real,
    'roundTripMs?': real,
    'delayMs?': real,
  },
  'of the last seconds; what is not known is absent. rx is what that party says, tx what it hears; loss is 0 to 1',
);
const media = object({
  rxPackets: whole,
  txPackets: whole,
  rxLost: whole,
  rxDropped: whole,
  levelDbm0: real,
  speaking: yes,
  quality,
});

const participant = object({
  id: whole,
  number: text,
  name: text,
  place: { enum: ['entering', 'inside'] },
  held: yes,
  muted: yes,
  gainDb: real,
  'codec?': text,
  srtp: yes,
  seconds,
  'media?': media,
});

export const conferencesResult = list(
  object({
    id: { type: 'string', description: 'what the paths of the API call it' },
    number: text,
    'conference?': { type: 'string', description: 'number within a dynamic conference' },
    description: text,
    type: { enum: ['static', 'dynamic'] },
    'maxParticipants?': whole,
    locked: yes,
    'recording?': object({
      state: { enum: ['off', 'waiting', 'recording', 'paused', 'stopped', 'failed'] },
      'id?': { type: 'string', description: 'of the recording that goes on' },
      'trouble?': { type: 'string', description: 'why it cannot be recorded, in words' },
    }),
    seconds,
    participants: list(participant),
  }),
);

export const callsResult = list(
  object({
    id: whole,
    direction: { enum: ['incoming', 'outgoing'] },
    number: text,
    name: text,
    with: {
      type: 'string',
      description: 'the called number of an incoming call, the caller of an outgoing one',
    },
    state: { enum: ['offered', 'alerting', 'early', 'answered', 'held', 'ended'] },
    'codec?': text,
    srtp: yes,
    seconds,
    'media?': media,
  }),
);

export const phonesResult = list(
  object({
    username: text,
    phones: list(object({ contact: text, address: text, userAgent: text, expiresInSeconds: whole })),
  }),
);

export const statusResult = object({
  version: text,
  uptimeSeconds: seconds,
  alarms: list(object({ code: text, text })),
  calls: whole,
  conferences: whole,
  phones: list(object({ username: text, phones: whole })),
  trunks: list(
    object({
      name: text,
      state: { enum: ['off', 'registering', 'registered', 'reachable', 'unreachable', 'refused'] },
      'at?': text,
      'lastError?': text,
    }),
  ),
  sip: object({
    dialogs: whole,
    subscriptions: whole,
    transactions: whole,
    'tlsPort?': whole,
    refusedSources: whole,
    dropped: whole,
    overflowed: whole,
    connections: counters,
  }),
  media: { ...counters, description: 'counters of the media plane' },
  timers: whole,
});

export const dialPlanResult = list(
  object({
    number: { type: 'string', description: 'of a route: how the dialled numbers begin' },
    has: { enum: ['extension', 'conference', 'service', 'route'] },
    description: text,
  }),
);
export const explainResult = object({ steps: list(text), result: text });

const cause = { type: 'string', description: 'why it ended' };
const callRecord: Record<string, Schema> = {
  kind: { const: 'call' },
  id: whole,
  began: time,
  'ended?': time,
  direction: { enum: ['incoming', 'outgoing'] },
  number: text,
  name: text,
  with: text,
  address: text,
  'codec?': text,
  'answered?': time,
  'seconds?': seconds,
  'cause?': cause,
};
const conferenceRecord: Record<string, Schema> = {
  kind: { const: 'conference' },
  id: whole,
  began: time,
  'ended?': time,
  conference: text,
  description: text,
  'seconds?': seconds,
  'cause?': cause,
  'participants?': list(object({ number: text, name: text, joined: time, left: time })),
};

const page = (record: Record<string, Schema>) =>
  object({ total: whole, records: list(object(record)), 'next?': whole });
export const historyResults: Record<HistoryRecord['kind'], Schema> = {
  call: page(callRecord),
  conference: page(conferenceRecord),
};

const { extensions, conferences, trunks, routes, services, permissionGroups } = configSchema.properties;
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
};
export const entriesResult = (listName: keyof typeof entryResults) =>
  object({ [listName]: list(entryResults[listName]), 'freeNumber?': text });

export const versionsResult = list(object({ version: whole, saved: time, 'by?': text }));

function without(properties: Record<string, Schema>, secret: string): Record<string, Schema> {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => name !== secret));
}

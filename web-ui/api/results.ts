/** JSON schemas of what the API tells; a test holds real answers against them. */
import type { HistoryRecord } from '../../firmware/call/history.js';
import { levels } from '../../firmware/recent-log.js';

export type Schema = Record<string, unknown>;

export const text = { type: 'string' };
export const whole = { type: 'integer' };
const real = { type: 'number' };
export const yes = { type: 'boolean' };
export const time = { type: 'string', format: 'date-time' };
const seconds = { type: 'integer', minimum: 0 };

/** An object of these fields; those whose name ends with `?` may be absent. */
export function object(fields: Record<string, Schema>, description?: string): Schema {
  const properties = Object.fromEntries(
    Object.entries(fields).map(([name, one]) => [name.replace('?', ''), one]),
  );
  const required = Object.keys(fields).filter((name) => !name.endsWith('?'));
  return { type: 'object', required, properties, ...(description === undefined ? {} : { description }) };
}

export const list = (items: Schema): Schema => ({ type: 'array', items });
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

export const audioPortsResult = list(
  object({
    number: text,
    name: text,
    role: { enum: ['room', 'doorStation', 'paging'] },
    'calls?': { type: 'string', description: 'whom its button calls' },
    state: { enum: ['opening', 'there', 'gone'], description: 'of its devices' },
    trouble: { type: 'string', description: 'why they are gone; empty for nothing' },
    buttonTrouble: { type: 'string', description: 'why its button cannot be read; empty for nothing' },
    'call?': object({ id: whole, state: text }, 'that it is in, as among the calls'),
    xruns: object(
      { capture: whole, playback: whole },
      'how often sound was lost at its devices, since the start',
    ),
    'sound?': object(
      { rxLevelDbm0: real, txLevelDbm0: real, slips: whole, overruns: whole, underruns: whole },
      'rx is the microphone, tx the loudspeaker; slips are samples, the others frames of 20 ms',
    ),
  }),
);

const lineFields: Record<string, Schema> = {
  'name?': { type: 'string', description: 'absent if nothing is configured for it' },
  card: text,
  place: { type: 'integer', description: 'on the card, as its face is labelled' },
  kind: { enum: ['fxs', 'fxo'], description: 'a phone or the exchange is attached' },
  'extension?': text,
  'to?': { type: 'string', description: 'where its callers get' },
  state: { enum: ['missing', 'unused', 'idle', 'ringing', 'inUse', 'tested'] },
  offHook: { type: 'boolean', description: 'the loop is closed: by the phone, or by the box' },
  ringing: { type: 'boolean', description: 'ringing voltage: from the box, or from the exchange' },
  battery: { type: 'boolean', description: 'from the box, or from the exchange' },
  reversed: { type: 'boolean', description: 'the battery is the other way round' },
  lamp: { type: 'boolean', description: 'of a phone: messages wait' },
  alarm: { type: 'string', description: 'what is wrong with it; empty for nothing' },
  'call?': object({ id: whole, state: text }, 'that is on it, as among the calls'),
  'test?': object({
    test: text,
    hz: real,
    levelDbm0: real,
    heard: { type: 'string', description: 'the tone of the exchange that is recognised; empty for none' },
  }),
};

export const linesResult = list(
  object({
    ...lineFields,
    'sound?': object(
      {
        rxLevelDbm0: real,
        txLevelDbm0: real,
        'echoLossDb?': real,
        'echoEnhancementDb?': real,
        slips: whole,
        overruns: whole,
        underruns: whole,
      },
      'rx comes from the line, tx goes into it. echoLossDb: how much softer an echo comes back; echoEnhancementDb: how much softer it is made, both only where an echo is taken out. slips are samples, the others frames of 20 ms',
    ),
  }),
);

const heardTone = object(
  { frequenciesHz: list(real), onOffMs: list(whole), levelDbm0: real },
  'as it was heard; without times it does not stop',
);

export const learnedResult = object({
  tones: object({ 'dial?': heardTone, 'ringBack?': heardTone, 'busy?': heardTone, 'reorder?': heardTone }),
  polarity: { type: 'boolean', description: 'the battery was turned round when the call was answered' },
  changes: {
    type: 'array',
    items: text,
    description: 'what is different in the configuration now, in words',
  },
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

export const cutOffResult = list(object({ extension: text, since: time }));

const alarm = object({ id: whole, code: text, text, raised: time, 'cleared?': time });

export const statusResult = object({
  version: text,
  uptimeSeconds: seconds,
  alarms: list(alarm),
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
    port: whole,
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

export const alarmsResult = object({ standing: list(alarm), past: list(alarm) });

const bytes: Schema = { type: 'integer', minimum: 0, description: 'bytes' };
const part: Schema = { type: 'number', description: 'parts of 1' };
export const systemResult = object({
  uptimeSeconds: seconds,
  version: text,
  'cpu?': object({ main: part, media: part }, 'of one core each; absent for some seconds after a start'),
  ticks: object({
    load: part,
    'p50Ms?': real,
    'longestMs?': real,
    longestEverMs: real,
    latestMs: real,
    late: whole,
    skipped: whole,
    realtime: yes,
    ioUring: yes,
    'onCpu?': { ...whole, description: 'the CPU on which alone they are; absent if that may be any' },
  }),
  ports: whole,
  memory: object({ program: bytes, free: bytes, total: bytes }),
  'disk?': object({ free: bytes, total: bytes }),
  'temperatureC?': real,
  'flashUsed?': { ...part, description: 'of the life of the flash, as it says itself' },
  flash: object({ writes: whole, bytes }),
  lastHour: list(
    object({ at: time, mainCpu: part, mediaCpu: part, tickP50Ms: real, tickLongestMs: real, callers: whole }),
  ),
});

export const logResult = object({
  lines: list(object({ id: whole, time, level: { enum: [...levels] }, part: text, text, more: text })),
  parts: { ...list(text), description: 'every part that has said something' },
});

export const dialPlanResult = list(
  object({
    number: { type: 'string', description: 'of a route: how the dialled numbers begin' },
    has: { enum: ['extension', 'conference', 'audio port', 'service', 'route'] },
    description: text,
  }),
);
export const freeNumbersResult = list(
  object({
    digits: whole,
    ranges: list({ ...list(text), minItems: 2, maxItems: 2, description: 'the first and the last number' }),
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
  'quality?': object({
    'mos?': real,
    'worstMos?': real,
    'loss?': real,
    'jitterMs?': real,
    'roundTripMs?': real,
    'theirMos?': real,
    'theirLoss?': real,
  }),
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
  'participants?': list(object({ number: text, name: text, 'call?': whole, joined: time, left: time })),
};

export const disksResult = list(
  object({ mountedAt: text, freeBytes: whole, bundles: { ...list(text), description: 'files' } }),
);
/** What was left on a disk. */
export const leftResult = object({ file: text });

const planned = object({ why: text, atLatest: time }, 'as soon as nobody is in a call, at the latest then');
export const restartResult = object({ possible: yes, 'planned?': planned });
export const updateResult = object({
  version: { type: 'string', description: 'that runs' },
  state: { enum: ['none', 'receiving', 'ready', 'installing', 'installed', 'failed'] },
  'bundle?': object({ compatible: text, version: text, description: text }),
  'percent?': whole,
  'trouble?': text,
  'booted?': { type: 'string', description: 'the slot that runs; absent on a machine without slots' },
  'slots?': list(object({ name: text, isBooted: yes, isGood: yes, 'version?': text })),
  'restart?': planned,
});

/** One of the past. */
export const recordResults: Record<HistoryRecord['kind'], Schema> = {
  call: object(callRecord),
  conference: object(conferenceRecord),
};
/** A page of them. */
export const pastResult = (kind: HistoryRecord['kind']) =>
  object({ total: whole, records: list(recordResults[kind]), 'next?': whole });

export const phoneSetupResult = object({
  address: { type: 'string', description: 'where it registers' },
  port: { type: 'integer', description: 'of UDP and TCP' },
  'tlsPort?': { type: 'integer', description: 'absent if there is no TLS' },
  username: text,
  password: text,
});

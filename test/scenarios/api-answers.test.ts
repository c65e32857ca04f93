/** What the box answers is what its description says: every route asked for real, every answer held against its schema. */
import { Ajv } from 'ajv';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Box, phones, type Room } from '../support/box.js';
import { makeRecording } from '../support/recording-folder.js';
import { Receiver } from '../support/receiver.js';
import { toneSource } from '../support/tone.js';

const test = suite('answers of the API');

type Schema = { [name: string]: unknown; type?: string; properties?: Record<string, Schema> };
type Content = Record<string, { schema: Schema }>;
type Operation = { requestBody?: { content: Content }; responses: Record<string, { content?: Content }> };
type Document = { paths: Record<string, Record<string, Operation>> };

const receiver = await Receiver.open();
let box: Box;
let document: Document;
let recording = '';
/** What the paths of routes name, as it is while they are asked. */
let id = 0;
let leg = 0;
let past: { call: number; conference: number };
let network: object;
let backup: object;
const PASSPHRASE = 'correct horse';
test.before(async () => {
  box = await Box.start({
    version: 1,
    extensions: phones(3),
    conferences: [
      {
        number: '800',
        description: 'Weekly',
        type: 'static',
        maxParticipants: 9,
        record: 'moderator',
        recordAcknowledgement: { by: 'admin', at: '2026-11-24T12:00:00Z' },
      },
      { number: '801', type: 'dynamic' },
    ],
    services: [{ number: '*4', service: 'askForConference' }],
    trunks: [{ name: 'main', type: 'peer', server: '127.0.0.9', port: 9, transport: 'udp' }],
    routes: [{ prefix: '9', trunks: ['main'] }],
    lines: [{ name: 'first', card: 'simulated', place: 1, kind: 'fxs', extension: '101' }],
    audioPorts: [{ number: '602', role: 'room', capture: 'nowhere', playback: 'nowhere2', calls: '800' }],
  });
  const talkers = [{ name: 'Ann', number: '101', hz: 440, talked: [[0, 1] as [number, number]] }];
  recording = makeRecording(path.join(box.directory, 'recordings'), { talkers }).id;
  document = await box.get<Document>('openapi.json');
  const over = await (await box.phone('101')).dial('800');
  await over.hangUp();
  const talker = await (await box.phone('101')).dial('800');
  talker.ear.source = toneSource(440, 8000);
  const host = await (await box.phone('102')).dial('801');
  host.ear.keys('55##');
  await (await box.phone('103')).dial('800');
  const [room] = await box.until<Room[]>(
    'conferences',
    (rooms) =>
      rooms.length === 2 &&
      rooms.every(({ participants }) => participants.every(({ place }) => place === 'inside')),
  );
  ({ id } = room.participants[0]);
  leg = room.participants[1].id;
  const [call] = (await box.get<Past>('history/calls')).records;
  const [conference] = (await box.get<Past>('history/conferences')).records;
  past = { call: call.id, conference: conference.id };
  network = await box.get('config/network');
  backup = (await (await box.ask('backup', 'POST', { passphrase: PASSPHRASE })).json()) as object;
});
test.after(async () => {
  receiver.close();
  // It was reset, so nobody may ask any more whether all is closed.
  await box.discard();
});

/** Nothing may be told that is not described. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (schema === null || typeof schema !== 'object') return schema;
  const one = schema as Schema;
  const inner = Object.fromEntries(Object.entries(one).map(([name, value]) => [name, closed(value)]));
  return one.properties && one.type === 'object' ? { additionalProperties: false, ...inner } : inner;
}

const ajv = new Ajv({
  allErrors: true,
  strict: false,
  formats: {
    'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
    instant: /^\d{4}-\d\d-\d\d/,
    webUrl: /^https?:/,
    timeZone: /^[A-Z]/,
    ip: /^[\da-f.:]+$/,
    network: /\/\d+$/,
    host: /./,
    addressOrNetwork: /./,
    hostPort: /./,
  },
});

type Past = { records: { id: number }[] };
/** `refused`: it cannot be done here, and the answer says why. */
type Question = { what: string; body?: object; refused?: boolean };

const entry = (path: string, one: string, body: object) => ({
  [`put /config/${path}`]: () => ({ what: `config/${one}`, body }),
  [`get /config/${path.split('/')[0]}`]: () => ({ what: `config/${one.split('/')[0]}` }),
  [`get /config/${path}`]: () => ({ what: `config/${one}` }),
  [`delete /config/${path}`]: () => ({ what: `config/${one}` }),
});
const section = (name: string, body: () => object) => ({
  [`get /config/${name}`]: () => ({ what: `config/${name}` }),
  [`put /config/${name}`]: () => ({ what: `config/${name}`, body: body() }),
});

/** How each route is asked so that it says yes: one that is new has to be thought about here too. In this order. */
const QUESTIONS: Record<string, () => Question> = {
  'get /openapi.json': () => ({ what: 'openapi.json' }),
  'get /status': () => ({ what: 'status' }),
  'get /conferences': () => ({ what: 'conferences' }),
  'get /calls': () => ({ what: 'calls' }),
  'get /phones': () => ({ what: 'phones' }),
  'get /phones/cut-off': () => ({ what: 'phones/cut-off' }),
  'post /phones/{extension}/release': () => ({ what: 'phones/101/release' }),
  'post /phones/{extension}/message-waiting': () => ({
    what: 'phones/101/message-waiting',
    body: { waiting: true },
  }),
  'get /dial-plan': () => ({ what: 'dial-plan' }),
  'get /dial-plan/free': () => ({ what: 'dial-plan/free' }),
  'get /lines': () => ({ what: 'lines' }),
  'post /lines/{name}/test': () => ({ what: 'lines/first/test', body: { test: 'tone' } }),
  'delete /lines/{name}/test': () => ({ what: 'lines/first/test' }),
  // It is a phone's.
  'post /lines/{name}/learn': () => ({ what: 'lines/first/learn', body: { number: '1' }, refused: true }),
  'get /audio-ports': () => ({ what: 'audio-ports' }),
  // Its device is not there.
  'post /audio-ports/{number}/press': () => ({ what: 'audio-ports/602/press', refused: true }),
  'get /system': () => ({ what: 'system' }),
  'get /alarms': () => ({ what: 'alarms' }),
  'get /log': () => ({ what: 'log?limit=5' }),
  'get /dial-plan/explain': () => ({ what: 'dial-plan/explain?from=101&number=9123' }),
  'get /events': () => ({ what: 'events' }),
  'get /history/calls': () => ({ what: 'history/calls?limit=2' }),
  'get /history/calls/{id}': () => ({ what: `history/calls/${past.call}` }),
  'get /history/conferences': () => ({ what: 'history/conferences' }),
  'get /history/conferences/{id}': () => ({ what: `history/conferences/${past.conference}` }),
  'get /config/extensions': () => ({ what: 'config/extensions' }),
  'get /config/extensions/{number}': () => ({ what: 'config/extensions/101' }),
  'put /config/extensions/{number}': () => ({
    what: 'config/extensions/110',
    body: { sip: { username: '110', password: 'secret-110' } },
  }),
  'post /config/extensions/{number}/phone': () => ({ what: 'config/extensions/110/phone', body: {} }),
  'delete /config/extensions/{number}': () => ({ what: 'config/extensions/110' }),
  'put /config/conferences/{number}': () => ({
    what: 'config/conferences/810',
    body: { type: 'static', pin: '1234', maxParticipants: 5 },
  }),
  'get /config/conferences': () => ({ what: 'config/conferences' }),
  'get /config/conferences/{number}': () => ({ what: 'config/conferences/810' }),
  'delete /config/conferences/{number}': () => ({ what: 'config/conferences/810' }),
  ...entry('trunks/{name}', 'trunks/second', { type: 'peer', server: '127.0.0.8', port: 9 }),
  ...entry('routes/{prefix}', 'routes/7', { trunks: ['main'] }),
  ...entry('services/{number}', 'services/*5', { service: 'askForConference' }),
  ...entry('lines/{name}', 'lines/hall', { card: 'other', place: 1, kind: 'fxs', extension: '101' }),
  ...entry('permissionGroups/{name}', 'permissionGroups/office', { rules: [{ allow: '9' }] }),
  ...entry('audioPorts/{number}', 'audioPorts/601', { role: 'paging', playback: 'nowhere' }),
  ...entry('administrators/{name}', 'administrators/nora', { role: 'viewer', password: 'long enough' }),
  ...section('network', () => network),
  ...section('media', () => ({ codecs: ['PCMU'] })),
  ...section('security', () => ({ trustedNetworks: ['10.0.0.0/8'] })),
  ...section('console', () => ({ idleMinutes: 30 })),
  ...section('recordings', () => ({ keepDays: 30 })),
  ...section('time-and-language', () => ({ country: 'de', timeZone: 'Europe/Berlin' })),
  'get /config/versions': () => ({ what: 'config/versions' }),
  'get /config/versions/{version}/changes': () => ({ what: 'config/versions/9/changes' }),
  'post /config/versions/{version}/restore': () => ({ what: 'config/versions/9/restore' }),
  'post /simulated-card': () => ({ what: 'simulated-card', body: { command: '1 state' } }),
  'post /config/tokens': () => ({
    what: 'config/tokens',
    body: { name: 'one', scope: 'viewer', expires: '2099-12-31' },
  }),
  'get /config/tokens': () => ({ what: 'config/tokens' }),
  'delete /config/tokens/{name}': () => ({ what: 'config/tokens/one' }),
  'put /config/webhooks/{name}': () => ({ what: 'config/webhooks/crm', body: { url: receiver.url } }),
  'get /config/webhooks': () => ({ what: 'config/webhooks' }),
  'get /config/webhooks/{name}': () => ({ what: 'config/webhooks/crm' }),
  'post /config/webhooks/{name}/test': () => ({ what: 'config/webhooks/crm/test' }),
  'get /config/webhooks/{name}/deliveries': () => ({ what: 'config/webhooks/crm/deliveries' }),
  'delete /config/webhooks/{name}': () => ({ what: 'config/webhooks/crm' }),
  'post /conferences/{number}/participants/{id}/mute': () => ({
    what: `conferences/800/participants/${id}/mute`,
  }),
  'post /conferences/{number}/participants/{id}/unmute': () => ({
    what: `conferences/800/participants/${id}/unmute`,
  }),
  'post /conferences/{number}/participants/{id}/volume': () => ({
    what: `conferences/800/participants/${id}/volume`,
    body: { gainDb: 3 },
  }),
  'post /conferences/{number}/recording': () => ({
    what: 'conferences/800/recording',
    body: { action: 'start' },
  }),
  'post /conferences/{number}/lock': () => ({ what: 'conferences/800/lock' }),
  'post /conferences/{number}/unlock': () => ({ what: 'conferences/800/unlock' }),
  'post /conferences/{number}/announce': () => ({
    what: 'conferences/800/announce',
    body: { announcement: 'attention' },
  }),
  'post /conferences/{number}/participants/{id}/remove': () => ({
    what: `conferences/800/participants/${id}/remove`,
  }),
  'post /calls/{id}/hang-up': () => ({ what: `calls/${leg}/hang-up` }),
  'post /conferences/{number}/end': () => ({ what: 'conferences/801-55/end' }),
  'get /recordings': () => ({ what: 'recordings' }),
  'get /recordings/{id}': () => ({ what: `recordings/${recording}` }),
  'get /recordings/{id}/peaks': () => ({ what: `recordings/${recording}/peaks` }),
  'get /recordings/{id}/files/{file}': () => ({ what: `recordings/${recording}/files/mix.wav` }),
  'get /recordings/{id}/zip': () => ({ what: `recordings/${recording}/zip` }),
  'delete /recordings/{id}': () => ({ what: `recordings/${recording}` }),
  'get /recording-access': () => ({ what: 'recording-access' }),
  'post /backup': () => ({ what: 'backup', body: { passphrase: PASSPHRASE } }),
  'post /backup/restore': () => ({ what: 'backup/restore', body: { backup, passphrase: PASSPHRASE } }),
  'get /disks': () => ({ what: 'disks' }),
  // No disk is plugged in here.
  'post /backup/to-disk': () => ({
    what: 'backup/to-disk',
    body: { passphrase: PASSPHRASE, disk: '/nowhere' },
    refused: true,
  }),
  'post /support-bundle/to-disk': () => ({
    what: 'support-bundle/to-disk',
    body: { disk: '/nowhere' },
    refused: true,
  }),
  'get /support-bundle': () => ({ what: 'support-bundle' }),
  'get /restart': () => ({ what: 'restart' }),
  'post /restart': () => ({ what: 'restart', body: { waitMinutes: 60 }, refused: true }),
  'delete /restart': () => ({ what: 'restart' }),
  'get /update': () => ({ what: 'update' }),
  'post /update': () => ({ what: 'update', body: Buffer.from('no bundle'), refused: true }),
  'post /update/from-disk': () => ({
    what: 'update/from-disk',
    body: { file: '/nowhere.raucb' },
    refused: true,
  }),
  'post /update/install': () => ({ what: 'update/install', body: {}, refused: true }),
  'delete /update': () => ({ what: 'update' }),
  'post /factory-reset': () => ({ what: 'factory-reset', body: { confirm: 'reset' } }),
};

test('every route is asked', () =>
  assert.equal(
    Object.keys(QUESTIONS).sort(),
    Object.entries(document.paths)
      .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`))
      .sort(),
  ));

// The box takes its schemas as they are: to look at them costs it a tenth of a second at each start.
test('what it takes is described by a schema that is one', () => {
  for (const [path, methods] of Object.entries(document.paths))
    for (const { requestBody } of Object.values(methods)) {
      const schema = requestBody?.content['application/json']?.schema;
      if (schema) assert.ok(ajv.validateSchema(schema), `${path}: ${ajv.errorsText()}`);
    }
});

test('the past as CSV, and errors, are as described too', async () => {
  const csv = await box.ask('history/calls?format=csv');
  assert.match(csv.headers.get('content-type')!, /^text\/csv/);
  assert.ok(document.paths['/history/calls'].get.responses['200'].content!['text/csv']);
  await csv.text();
  const { schemas } = (document as unknown as { components: { schemas: { Error: Schema } } }).components;
  const check = ajv.compile(closed(schemas.Error) as object);
  for (const [what, method, body] of [
    ['config/conferences/820', 'PUT', { type: 'round' }],
    ['conferences/899/lock', 'POST', {}],
  ] as const)
    assert.ok(check(await (await box.ask(what, method, body)).json()), ajv.errorsText(check.errors));
});

test('and answers what it says', async () => {
  for (const [route, question] of Object.entries(QUESTIONS)) {
    const [method, path] = route.split(' ');
    const { what, body, refused } = question();
    const answer = await box.ask(what, method.toUpperCase(), body);
    const described = document.paths[path][method].responses[refused ? '4XX' : String(answer.status)];
    assert.is(refused ?? false, answer.status === 409, route);
    assert.ok(described, `${route}: ${answer.status} ${answer.status < 300 ? '' : await answer.text()}`);
    const type = (answer.headers.get('content-type') ?? '').split(';')[0];
    assert.equal(
      type,
      described.content ? Object.keys(described.content).find((one) => one === type) : '',
      route,
    );
    // What an error looks like is asked above.
    if (refused) continue;
    if (type !== 'application/json') {
      await answer.body?.cancel();
      continue;
    }
    const check = ajv.compile(closed(described.content![type].schema) as object);
    const told = await answer.json();
    if (path === '/openapi.json') continue; // its schema says no more than that it is one
    assert.ok(check(told), `${route}: ${ajv.errorsText(check.errors)}\n${JSON.stringify(told)}`);
  }
});

test.run();

/** A client of the live events beside a box at work. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Box, phones, type Room } from '../support/box.js';
import { EventReader } from '../support/event-reader.js';
import { toneSource } from '../support/tone.js';

const test = suite('live events of a box');

let box: Box;
test.before(async () => {
  box = await Box.start({
    version: 1,
    extensions: phones(4),
    conferences: [
      { number: '800', description: 'Open', type: 'static' },
      { number: '801', description: 'Ad hoc', type: 'dynamic' },
    ],
  });
});
test.after(() => box.stop());

type Fields = Record<string, unknown>;

/** Reads until the rebuilt state is as expected; then breaks the connection. */
async function watch(reader: EventReader, holds: () => boolean, query = ''): Promise<void> {
  const answer = await box.ask(`events${query}`, 'GET', undefined, 'admin', reader.lastId);
  assert.is(answer.status, 200);
  assert.match(answer.headers.get('content-type')!, /^text\/event-stream/);
  const decoder = new TextDecoder();
  for await (const chunk of answer.body! as unknown as AsyncIterable<Uint8Array>) {
    reader.take(decoder.decode(chunk, { stream: true }));
    if (holds()) break;
  }
  reader.broken();
}

/** Fields that the API tells now and the events tell too. */
async function told(): Promise<Map<string, Fields>> {
  const state = new Map<string, Fields>();
  const plain = (fields: Fields) => without(fields, 'seconds', 'media', 'participants');
  for (const room of await box.get<(Room & Fields)[]>('conferences')) {
    state.set(`conferences/${room.id}`, plain(room));
    for (const one of room.participants)
      state.set(`participants/${one.id}`, { ...plain(one), conference: room.id });
  }
  for (const call of await box.get<Fields[]>('calls')) state.set(`calls/${String(call.id)}`, plain(call));
  for (const { username, phones: all } of await box.get<{ username: string; phones: Fields[] }[]>('phones'))
    state.set(`registrations/${username}`, {
      username,
      phones: all.map((phone) => without(phone, 'expiresInSeconds')),
    });
  return state;
}

/** What the reader has rebuilt, without the times of day. */
function rebuilt({ state }: EventReader): Map<string, Fields> {
  return new Map(
    [...state].map(([key, value]) => {
      const fields = without(value as Fields, 'since');
      const all = fields.phones as Fields[] | undefined;
      if (all) fields.phones = all.map((phone) => without(phone, 'expires'));
      return [key, fields];
    }),
  );
}

const without = (fields: Fields, ...names: string[]): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
const sorted = (state: Map<string, Fields>) => [...state].sort(([a], [b]) => a.localeCompare(b));
const has = (reader: EventReader, count: number, kind: string) =>
  [...reader.state.keys()].filter((key) => key.startsWith(kind)).length === count;

test('calls, rooms, moderation and goodbyes are rebuilt exactly, over broken connections too', async () => {
  const reader = new EventReader();
  const calls = [];
  for (const number of ['101', '102', '103']) calls.push(await (await box.phone(number)).dial('800'));
  const host = await (await box.phone('104')).dial('801');
  host.ear.keys('55##');
  await watch(reader, () => has(reader, 4, 'participants/') && has(reader, 2, 'conferences/'));
  await box.until<Room[]>('conferences', (rooms) =>
    rooms.every(({ participants }) => participants.every(({ place }) => place === 'inside')),
  );
  await watch(reader, () =>
    sorted(rebuilt(reader)).every(([, { place }]) => (place ?? 'inside') === 'inside'),
  );
  assert.equal(sorted(rebuilt(reader)), sorted(await told()));

  const [room] = await box.get<Room[]>('conferences');
  await box.ask(`conferences/800/participants/${room.participants[0].id}/mute`, 'POST');
  await box.ask('conferences/800/lock', 'POST');
  await calls[1].reinvite('sendonly');
  await host.hangUp();
  await watch(reader, () => has(reader, 1, 'conferences/') && has(reader, 3, 'calls/'));
  assert.equal(sorted(rebuilt(reader)), sorted(await told()));
  const numbers = [...reader.state.values()].filter((value) => (value as Fields).muted);
  assert.is(numbers.length, 1);

  await box.ask('conferences/800/end', 'POST');
  await Promise.all(calls.map((call) => call.ended));
  await watch(reader, () => has(reader, 0, 'calls/'));
  assert.equal(sorted(rebuilt(reader)), sorted(await told()));
  assert.ok(has(reader, 4, 'registrations/'));
  assert.is(reader.snapshots, 1, 'it always went on where it was');
});

test('a change is told within 300 ms, and who talks when it is asked for', async () => {
  const reader = new EventReader();
  const call = await (await box.phone('101')).dial('800');
  call.ear.source = toneSource(600, 4000);
  await watch(reader, () => Object.keys(reader.levels).length === 1, '?levels=1');
  const [level] = Object.values(reader.levels);
  assert.ok(level > -25 && level < -10, `${level} dBm0`);
  let doneMs = Infinity;
  let seenMs = 0;
  const seen = watch(reader, () => {
    const locked = (reader.state.get('conferences/800') as Fields).locked === true;
    if (locked) seenMs = performance.now();
    return locked;
  });
  await box.ask('conferences/800/lock', 'POST');
  doneMs = performance.now();
  await seen;
  assert.ok(seenMs - doneMs < 300, `${Math.round(seenMs - doneMs)} ms`);
  await call.hangUp();
});

test.run();

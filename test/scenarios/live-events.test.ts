/** A client of the live events beside a box at work. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Box, phones, type Room } from '../support/box.js';
import { EventReader } from '../support/event-reader.js';
import type { TestCall } from '../support/test-call.js';
import { toneSource } from '../support/tone.js';

const test = suite('live events of a box');

let box: Box;
test.before(async () => {
  box = await Box.start({
    version: 1,
    extensions: phones(4, 20),
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

type Action = { what: string; at: number };
const CHECK: Action = { what: 'check', at: 0 };
const action = fc.record<Action>({
  what: fc.constantFrom(
    ...['join', 'join', 'join', 'open', 'open', 'leave', 'hold', 'resume', 'remove', 'end', 'check'],
    ...['mute', 'unmute', 'lock', 'unlock', 'unlock', 'unlock', 'volume', 'announce'],
  ),
  at: fc.nat(1000),
});

test('whatever moderators and callers do, one that stays and one that comes back have what a fresh GET tells', async () => {
  const seed = Date.now() & 0x7fffffff;
  const phonesOf = await Promise.all(['101', '102', '103', '104'].map((number) => box.phone(number)));
  const calls = new Set<TestCall>();
  const of = <Item>(items: Iterable<Item>, at: number): Item | undefined => {
    const all = [...items];
    return all[at % Math.max(1, all.length)];
  };
  const dial = async (number: string, at: number) => {
    if (calls.size >= 8) return undefined;
    const call = await of(phonesOf, at)!.dial(number);
    calls.add(call);
    void call.ended.then(() => calls.delete(call));
    return call;
  };
  const moderate = async ({ what, at }: Action) => {
    const room = of(await box.get<Room[]>('conferences'), at);
    const one = room && of(room.participants, at);
    if (!room || !one) return;
    const member = ['mute', 'unmute', 'remove', 'volume'].includes(what);
    const body = { volume: { gainDb: (at % 25) - 12 }, announce: { announcement: 'attention' } }[what];
    const path = member ? `participants/${one.id}/${what}` : what;
    // Who has left meanwhile is not there: 404 is an answer too.
    await (await box.ask(`conferences/${room.id}/${path}`, 'POST', body)).text();
  };
  const text = (state: Map<string, Fields>) =>
    JSON.stringify(sorted(state).map(([key, value]) => [key, tidy(value)]));

  const [steady, coming] = [new EventReader(), new EventReader()];
  let finished = false;
  let met = () => {};
  let wanted = '';
  const staying = (async () => {
    while (!finished)
      await watch(steady, () => {
        if (text(rebuilt(steady)) === wanted) met();
        return finished;
      }).catch(() => steady.broken());
  })();
  const check = async () => {
    // Until all is still: who is put out or stands before a locked door is spoken to first.
    await box.until<Room[]>('conferences', (rooms) => {
      const all = rooms.flatMap(({ participants }) => participants);
      return all.length === calls.size && all.every(({ place }) => place === 'inside');
    });
    await box.until<object[]>('calls', (legs) => legs.length === calls.size);
    const isMet = new Promise<void>((resolve) => (met = resolve));
    wanted = text(await told());
    if (text(rebuilt(steady)) === wanted) met();
    await watch(coming, () => text(rebuilt(coming)) === wanted);
    await isMet;
    assert.is(text(rebuilt(coming)), wanted);
  };

  try {
    const begin = ['join', 'open', 'join'].flatMap((what, at) => [{ what, at }, CHECK]);
    for (const one of [...begin, ...fc.sample(action, { numRuns: 70, seed }), CHECK]) {
      if (one.what === 'check') await check();
      else if (one.what === 'join') await dial('800', one.at);
      else if (one.what === 'open') (await dial('801', one.at))?.ear.keys(`${10 + (one.at % 3)}##`);
      else if (one.what === 'leave') await of(calls, one.at)?.hangUp();
      else if (one.what === 'hold') await of(calls, one.at)?.reinvite('sendonly');
      else if (one.what === 'resume') await of(calls, one.at)?.reinvite('sendrecv');
      else await moderate(one);
    }
    assert.ok(
      coming.changes > 0 && steady.changes > 10,
      `only ${coming.changes} and ${steady.changes} changes`,
    );
  } catch (error) {
    throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
  } finally {
    finished = true;
    await (await box.ask('conferences/800/lock', 'POST')).text(); // something to wake the one that stays
    for (const call of calls) await call.hangUp();
    await staying;
  }
});

/** The same fields in one order. */
function tidy(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).sort(([a], [b]) => a.localeCompare(b)));
}

test.run();

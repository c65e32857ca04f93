/** After a power cut those who were in a room get their seats again, and nobody else does. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ConferenceDirectory } from '../../firmware/call/conference-directory.js';
import { KeptSeats } from '../../firmware/call/kept-seats.js';
import type { Leg } from '../../firmware/call/leg.js';
import { ManualClock } from '../../firmware/clock.js';
import type { Conference } from '../../firmware/config/schema.js';
import { GuessGuard } from '../../firmware/guess-guard.js';
import { deafMedia } from '../support/deaf-media.js';

const test = suite('kept seats');

const HOUR_MS = 3_600_000;
const common = { description: '', record: 'off', levelling: false, noiseGate: false } as const;
const forTwo: Conference = { ...common, number: '800', type: 'static', pin: '1234', maxParticipants: 2 };
const adHoc: Conference = { ...common, number: '801', type: 'dynamic' };

/** A box with these seats from before; callers are extensions, or outside if they have no digits. */
function start(before?: object, timeMs = () => 1e12) {
  const clock = new ManualClock();
  const seats = new KeptSeats(clock, timeMs);
  let changes = 0;
  if (before) seats.restore(JSON.parse(JSON.stringify(before)));
  seats.onChanged = () => (changes += 1);
  const callers: string[] = [];
  const extensionOf = (id: number) => (/^\d+$/.test(callers[id]) ? callers[id] : undefined);
  const guard = new GuessGuard(clock);
  const rooms = new ConferenceDirectory(deafMedia, clock, guard, seats, extensionOf);
  const leg = (caller: string) =>
    ({ id: callers.push(caller) - 1, sources: [caller], port: 1 }) as unknown as Leg;
  const says = (caller: string, conference: Conference, number: string, pin: string) => {
    const who = leg(caller);
    const verdict = rooms.admit(who, conference, number, pin);
    if (verdict === 'welcome' || verdict === 'opened') rooms.dispatch({ type: 'enter', leg: who.id });
    return verdict;
  };
  /** Dials a conference and gets in without a word, or not. */
  const comesBack = (caller: string, conference: Conference) => {
    const who = leg(caller);
    const number = rooms.keptNumber(who, conference);
    return number === undefined ? 'asked' : says(caller, conference, number, '');
  };
  return { clock, seats, rooms, says, comesBack, changes: () => changes };
}

function meeting() {
  const box = start();
  assert.is(box.says('101', forTwo, '', '1234'), 'welcome');
  assert.is(box.says('102', forTwo, '', '1234'), 'welcome');
  assert.is(box.says('103', adHoc, '42', '777'), 'opened');
  assert.is(box.says('outside', adHoc, '42', '777'), 'welcome');
  return box;
}

test('who was inside comes back without a PIN, once, and to the number it had; others are asked', () => {
  const { comesBack } = start(meeting().seats.snapshot());
  assert.is(comesBack('101', forTwo), 'welcome');
  assert.is(comesBack('101', forTwo), 'asked', 'it had one seat');
  assert.is(comesBack('103', adHoc), 'welcome');
  assert.is(comesBack('103', forTwo), 'asked', 'it was not there');
  assert.is(comesBack('104', adHoc), 'asked');
  assert.is(comesBack('outside', adHoc), 'asked', 'nobody knows who that is');
});

test('a room keeps its PIN, its lock and the seats of those who are not back yet', () => {
  const before = meeting();
  before.rooms.lock(before.rooms.find('801-42')!, true);
  const { says, comesBack, rooms } = start(before.seats.snapshot());
  assert.is(says('outside', adHoc, '42', '999'), 'wrongPin', 'not a new room of the same number');
  assert.is(says('outside', adHoc, '42', '777'), 'locked');
  assert.is(says('104', forTwo, '', '1234'), 'full');
  assert.is(comesBack('103', adHoc), 'welcome');
  assert.ok(rooms.find('801-42')!.state.locked);
  assert.is(rooms.find('801-42')!.pin, '777');
});

test('who was muted, or made louder, is so again', () => {
  const before = meeting();
  before.rooms.dispatch({ type: 'mute', leg: 0, muted: true });
  before.rooms.dispatch({ type: 'volume', leg: 1, gainDb: 6 });
  const { comesBack, rooms } = start(before.seats.snapshot());
  comesBack('101', forTwo);
  comesBack('102', forTwo);
  assert.equal(
    rooms.find('800')!.state.members.map(({ muted, gainDb }) => [muted, gainDb]),
    [
      [true, 0],
      [false, 6],
    ],
  );
});

test('two minutes, and all is as if nobody had been there', () => {
  const { clock, seats, says, comesBack, changes } = start(meeting().seats.snapshot());
  clock.advance(119_000);
  assert.is(comesBack('101', forTwo), 'welcome');
  clock.advance(1000);
  assert.is(changes(), 2, 'who is back, and that the time is over');
  assert.is(comesBack('102', forTwo), 'asked');
  assert.is(says('104', forTwo, '', '1234'), 'welcome');
  assert.is(says('105', adHoc, '42', '1'), 'opened');
  assert.is((seats.snapshot() as { rooms: object[] }).rooms.length, 2);
});

test('a second cut within the two minutes loses nobody', () => {
  const again = start(meeting().seats.snapshot());
  again.comesBack('101', forTwo);
  const { comesBack } = start(again.seats.snapshot());
  assert.equal(
    [comesBack('101', forTwo), comesBack('102', forTwo), comesBack('103', adHoc)],
    ['welcome', 'welcome', 'welcome'],
  );
});

test('who left has no seat; a room that is empty is not kept; what is the same is not written', () => {
  const before = meeting();
  const changes = before.changes();
  before.rooms.dispatch({ type: 'hold', leg: 1, held: true });
  assert.is(before.changes(), changes, 'on hold is where it was');
  before.rooms.dispatch({ type: 'leave', leg: 0 });
  before.rooms.dispatch({ type: 'leave', leg: 2 });
  before.rooms.dispatch({ type: 'leave', leg: 3 });
  const { comesBack } = start(before.seats.snapshot());
  assert.equal([comesBack('101', forTwo), comesBack('103', adHoc)], ['asked', 'asked']);
  assert.is(comesBack('102', forTwo), 'welcome');
});

test('a day later nobody comes back; a clock that was not set does not matter', () => {
  const snapshot = meeting().seats.snapshot();
  assert.is(start(snapshot, () => 1e12 + 25 * HOUR_MS).comesBack('101', forTwo), 'asked');
  assert.is(start(snapshot, () => 0).comesBack('101', forTwo), 'welcome');
});

test('a document that is none is refused whole', () => {
  const bad = [
    null,
    {},
    { savedAt: 1, rooms: [{}] },
    { savedAt: 1, rooms: [{ conference: '800', seats: [1] }] },
  ];
  for (const one of bad) assert.throws(() => new KeptSeats(new ManualClock()).restore(one));
});

test.run();

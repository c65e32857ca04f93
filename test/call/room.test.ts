import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { emptyRoom, room, type RoomEvent } from '../../firmware/call/room.js';

const test = suite('room');

/** Rows like `enter 1` and the effects they have. */
function play(rows: [text: string, effects: string][]) {
  let state = emptyRoom;
  for (const [text, expected] of rows) {
    const [type, leg, flag] = text.split(' ');
    const on = (flag ?? leg) === 'on';
    const event = {
      type,
      leg: Number(leg),
      held: on,
      muted: on,
      locked: on,
      gainDb: Number(flag),
    } as RoomEvent;
    const step = room(state, event);
    const words = step.effects.map((effect) => Object.values(effect).join(' '));
    assert.is(words.join(', '), expected, text);
    state = step.state;
  }
  return state;
}

test('the first is alone, the second is company, the last one leaves it empty', () => {
  play([
    ['seat 1', ''],
    ['enter 1', 'attach 1, chime enter 1, alone 1'],
    ['seat 2', ''],
    ['enter 2', 'attach 2, chime enter 2, company 1'],
    ['seat 3', ''],
    ['enter 3', 'attach 3, chime enter 3'],
    ['leave 1', 'detach 1, chime leave 1'],
    ['leave 3', 'detach 3, chime leave 3, alone 2'],
    ['leave 2', 'detach 2, chime leave 2, company 2, empty'],
  ]);
});

test('one who hangs up at the door is not heard of, and gives the seat back', () => {
  const state = play([
    ['seat 1', ''],
    ['enter 1', 'attach 1, chime enter 1, alone 1'],
    ['seat 2', ''],
    ['leave 2', ''],
  ]);
  assert.is(state.members.length, 1);
});

test('held: out of the mix, with the seat; back when resumed; leaving while held detaches nothing', () => {
  play([
    ['seat 1', ''],
    ['enter 1', 'attach 1, chime enter 1, alone 1'],
    ['seat 2', ''],
    ['enter 2', 'attach 2, chime enter 2, company 1'],
    ['hold 2 on', 'detach 2'],
    ['hold 2 on', ''],
    ['hold 2 off', 'attach 2'],
    ['hold 2 on', 'detach 2'],
    ['leave 2', 'chime leave 2, alone 1'],
  ]);
});

test('on hold alone: no music meanwhile, and again afterwards', () => {
  play([
    ['seat 1', ''],
    ['enter 1', 'attach 1, chime enter 1, alone 1'],
    ['hold 1 on', 'detach 1, company 1'],
    ['hold 1 off', 'attach 1, alone 1'],
  ]);
});

test('muted once, unmuted once, and told so inside', () => {
  play([
    ['seat 1', ''],
    ['mute 1 on', 'mute 1 true'],
    ['mute 1 on', ''],
    ['enter 1', 'attach 1, chime enter 1, alone 1, tell 1 muted'],
    ['mute 1 off', 'mute 1 false, tell 1 unmuted'],
    ['mute 1 on', 'mute 1 true, tell 1 muted'],
    ['mute 9 on', ''],
  ]);
});

test('whoever leaves is neither muted nor louder any more', () => {
  play([
    ['seat 1', ''],
    ['enter 1', 'attach 1, chime enter 1, alone 1'],
    ['volume 1 6', 'volume 1 6'],
    ['volume 1 6', ''],
    ['mute 1 on', 'mute 1 true, tell 1 muted'],
    ['leave 1', 'mute 1 false, volume 1 0, detach 1, chime leave 1, company 1, empty'],
  ]);
});

test('locked once, unlocked once, and everybody inside is told', () => {
  const locked = play([
    ['lock on', 'tell conference-locked-now'],
    ['lock on', ''],
    ['seat 1', ''],
    ['enter 1', 'attach 1, chime enter 1, alone 1'],
    ['hold 1 on', 'detach 1, company 1'],
  ]);
  assert.ok(locked.locked);
  play([
    ['lock on', 'tell conference-locked-now'],
    ['lock off', 'tell conference-unlocked-now'],
  ]);
});

test.run();

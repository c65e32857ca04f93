import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as fc from 'fast-check';
import {
  notRecording,
  recording,
  type Insider,
  type RecordingEffect,
  type RecordingEvent,
  type RecordingState,
} from '../../firmware/recording/consent.js';
import type { TimerEffect, TimerEvent } from '../../firmware/machine.js';

const test = suite('consent to a recording');

type Line = [event: string, effects?: string];

/** `a b- C`: a is inside, b on hold, and C speaks wideband. */
const names = 'abcdefgh';
function insiders(text: string): Insider[] {
  return text.split(' ').map((word) => ({
    leg: names.indexOf(word[0].toLowerCase()),
    held: word.endsWith('-'),
    wide: word[0] !== word[0].toLowerCase(),
  }));
}

function eventOf(text: string): RecordingEvent | TimerEvent {
  const [type, ...rest] = text.split(' ');
  if (type === 'inside') return { type, insiders: rest.length > 0 ? insiders(rest.join(' ')) : [] };
  if (type === 'heard') return { type, leg: names.indexOf(rest[0]) };
  if (type === 'timer') return { type, name: rest[0] };
  return { type } as RecordingEvent;
}

function inWords(effect: RecordingEffect | TimerEffect): string {
  if ('leg' in effect) return `${effect.type} ${names[effect.leg]}`;
  if (effect.type === 'begin') return `begin ${effect.rateHz}`;
  if (effect.type === 'end') return `end (${effect.reason})`;
  if (effect.type === 'tell') return effect.announcement;
  if (effect.type === 'startTimer' || effect.type === 'stopTimer') return `${effect.type} ${effect.name}`;
  return effect.type;
}

/** Plays a table; timers are in it only where a line says so. */
function play(lines: Line[], { always = false, tone = false } = {}): RecordingState {
  let state = notRecording({ always, tone });
  for (const [event, expected = ''] of lines) {
    const step = recording(state, eventOf(event));
    state = step.state;
    const effects = step.effects
      .map(inWords)
      .filter((one) => expected.includes('Timer') || !one.includes('Timer'));
    assert.is(effects.join(', '), expected, event);
  }
  return state;
}

const begun: Line[] = [
  ['inside a b'],
  ['start', 'notify a, notify b'],
  ['heard a', 'begin 8000, store a'],
  ['heard b', 'store b'],
];

test('a moderator starts it: each is stored from the end of its own notice', () => {
  assert.is(play(begun).phase, 'recording');
});

test('always: it waits for two, since whoever is alone hears music', () => {
  const lines: Line[] = [
    ['inside'],
    ['inside a'],
    ['inside a b', 'notify a, notify b'],
    ['heard b', 'begin 8000, store b'],
  ];
  assert.is(play(lines, { always: true }).phase, 'recording');
});

test('who comes late hears the notice, the others do not again', () => {
  play([...begun, ['inside a b c', 'notify c'], ['heard c', 'store c']]);
});

test('on hold during the notice: again from its beginning, when it is back', () => {
  play([
    ['inside a b c'],
    ['start', 'notify a, notify b, notify c'],
    ['heard a', 'begin 8000, store a'],
    ['inside a b c-', 'hush c'],
    ['heard c', ''],
    ['heard b', 'store b'],
    ['inside a b c', 'notify c'],
    ['heard c', 'store c'],
  ]);
});

test('on hold when the notice would come: when it is back', () => {
  play([
    ['inside a b-'],
    ['start', 'notify a'],
    ['heard a', 'begin 8000, store a'],
    ['inside a b', 'notify b'],
  ]);
});

test('on hold after the notice: it has heard it', () => {
  play([...begun, ['inside a- b'], ['inside a b']]);
});

test('hung up during the notice: does not count, nor does it count for the next one who comes', () => {
  play([
    ['inside a b c'],
    ['start', 'notify a, notify b, notify c'],
    ['inside a b', 'hush c'],
    ['heard c'],
    ['inside a b c', 'notify c'],
  ]);
});

test('alone in the middle of the notice: the notice comes when somebody else does', () => {
  play([
    ['inside a b'],
    ['start', 'notify a, notify b'],
    ['inside a', 'hush b, hush a'],
    ['heard a'],
    ['inside a d', 'notify a, notify d'],
  ]);
});

test('a notice that may have been cut is heard again', () => {
  play([
    ['inside a b'],
    ['start', 'notify a, notify b'],
    ['heard a', 'begin 8000, store a'],
    ['broken', 'hush b, notify b'],
    ['heard b', 'store b'],
  ]);
});

test('paused: nothing is stored, and everybody hears the notice again before it goes on', () => {
  play([
    ...begun,
    ['pause', 'pause, recording-paused'],
    ['heard a'],
    ['inside a b c'],
    ['resume', 'notify a, notify b, notify c'],
    ['heard c', 'resume, store c'],
    ['heard a', 'store a'],
  ]);
});

test('paused before anybody consented', () => {
  play([
    ['inside a b'],
    ['start', 'notify a, notify b'],
    ['pause', 'hush a, hush b, recording-paused'],
    ['heard a'],
    ['resume', 'notify a, notify b'],
    ['heard a', 'begin 8000, store a'],
  ]);
});

test('stopped: told so; started again it is another one, with notices', () => {
  const state = play([
    ...begun,
    ['stop', 'end (stopped by a moderator), recording-stopped'],
    ['resume'],
    ['pause'],
    ['start', 'notify a, notify b'],
    ['heard b', 'begin 8000, store b'],
  ]);
  assert.is(state.phase, 'recording');
});

test('it cannot be written: told so, nothing is stored any more, a moderator may try again', () => {
  play([
    ...begun,
    ['inside a b c', 'notify c'],
    ['trouble', 'hush c, recording-stopped'],
    ['heard c'],
    ['trouble'],
    ['start', 'notify a, notify b, notify c'],
  ]);
});

test('who leaves is stored no more, and what is left ends with the last one', () => {
  const lines: Line[] = [...begun, ['inside b', 'leave a'], ['inside', 'leave b, end (everybody left)']];
  assert.is(play(lines).phase, 'off');
  assert.is(
    play(
      [
        ['inside a b', 'notify a, notify b'],
        ['inside', 'hush a, hush b'],
      ],
      { always: true },
    ).phase,
    'waiting',
  );
});

test('a phone changes its codec to wideband: another recording goes on once it has consented', () => {
  play([
    ...begun,
    ['inside a B', 'end (a voice needs a higher rate), begin 16000, store a, store b'],
    ['inside A B'],
    ['inside a b', ''],
  ]);
  play([
    ['inside a b', ''],
    ['start', 'notify a, notify b'],
    ['heard a', 'begin 8000, store a'],
    ['inside a B'],
    ['heard b', 'end (a voice needs a higher rate), begin 16000, store a, store b'],
  ]);
  play([...begun, ['pause', 'pause, recording-paused'], ['inside a B'], ['resume', 'notify a, notify b']]);
});

test('somebody with wideband comes: another recording goes on without a gap, at the higher rate', () => {
  const after: Line[] = [
    ['inside a b C', 'notify c'],
    ['heard c', 'end (a voice needs a higher rate), begin 16000, store a, store b, store c'],
    ['inside a b C D', 'notify d'],
    ['heard d', 'store d'],
  ];
  play([...begun, ...after]);
  play([['inside a B'], ['start', 'notify a, notify b'], ['heard a', 'begin 16000, store a']]);
});

test('a tone every 15 s where the country wants one, only while something is stored', () => {
  const lines: Line[] = [
    ['inside a b'],
    ['start', 'notify a, notify b'],
    ['heard a', 'begin 8000, store a, startTimer longest, startTimer tone'],
    ['heard b', 'store b'],
    ['timer tone', 'beep, startTimer tone'],
    ['pause', 'pause, stopTimer tone, stopTimer longest, recording-paused'],
    ['timer tone'],
    ['resume', 'notify a, notify b'],
    ['heard a', 'resume, store a, startTimer longest, startTimer tone'],
  ];
  play(lines, { tone: true });
});

test('a recording of twelve hours goes on as another one', () => {
  play([
    ...begun,
    ['timer longest', 'end (it has become long), begin 8000, store a, store b, startTimer longest'],
  ]);
});

test('whatever happens, who is stored has heard the last notice to its end', () => {
  const some = fc
    .subarray([...'abcdef'])
    .chain((inside) =>
      fc
        .tuple(...inside.map((one) => fc.constantFrom(one, `${one}-`, one.toUpperCase())))
        .map((all) => `inside ${all.join(' ')}`),
    );
  const event = fc.oneof(
    { weight: 3, arbitrary: some.map((text) => text.trim()) },
    { weight: 4, arbitrary: fc.constantFrom(...[...'abcdef'].map((one) => `heard ${one}`)) },
    fc.constantFrom('start', 'pause', 'resume', 'stop', 'broken', 'trouble', 'timer longest'),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), fc.boolean(), (events, always) => {
      let state = notRecording({ always, tone: false });
      /** As one who stands beside it would know it. */
      const hearing = new Set<number>();
      const consented = new Set<number>();
      let storing = false;
      for (const text of events) {
        const sent = eventOf(text);
        if (sent.type === 'heard' && 'leg' in sent && hearing.delete(sent.leg)) consented.add(sent.leg);
        const step = recording(state, sent);
        state = step.state;
        for (const effect of step.effects) {
          if (effect.type === 'notify') hearing.add(effect.leg);
          else if (effect.type === 'hush') hearing.delete(effect.leg);
          else if (effect.type === 'leave') consented.delete(effect.leg);
          else if (effect.type === 'begin' || effect.type === 'resume') storing = true;
          else if (effect.type === 'pause') storing = false;
          else if (effect.type === 'end') storing = false;
          else if (effect.type === 'store') assert.ok(storing && consented.has(effect.leg), text);
          if (effect.type === 'tell') consented.clear();
        }
        if (sent.type === 'trouble') storing = false;
        for (const { leg, held, consent } of state.inside)
          if (consent === 'hearing') assert.ok(hearing.has(leg) && !held && state.inside.length > 1);
      }
    }),
  );
});

test.run();

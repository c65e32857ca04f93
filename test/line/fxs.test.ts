/** Phones on their lines, by event scripts. */
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fxs, fxsStart, type FxsEvent, type FxsSettings } from '../../firmware/line/fxs.js';
import type { TimerEvent } from '../../firmware/machine.js';

const test = suite('phone line');

type Row = [FxsEvent | TimerEvent, string];

const settings: FxsSettings = {
  bellMs: [400, 200, 400, 2000],
  firstDigitMs: 16000,
  betweenDigitsMs: 8000,
  hotLine: '',
  callWaiting: true,
};
const offHook: FxsEvent = { type: 'offHook' };
const onHook: FxsEvent = { type: 'onHook' };
const flash: FxsEvent = { type: 'flash' };
const digit = (key: string): FxsEvent => ({ type: 'digit', digit: key });
const judged = (number: 'whole' | 'begun' | 'none'): FxsEvent => ({ type: 'judged', number });
const call = (id: number): FxsEvent => ({ type: 'call', call: id });
const placed = (id: number): FxsEvent => ({ type: 'placed', call: id });
const ended = (id: number, tone?: 'busy'): FxsEvent => ({ type: 'ended', call: id, tone });
const joined = (id: number): FxsEvent => ({ type: 'joined', call: id });
const timer = (name: string): TimerEvent => ({ type: 'timer', name });

const dials: Row[] = [
  [offHook, 'tone dial, startTimer digit 16000'],
  [digit('8'), 'quiet, startTimer digit 8000, look 8'],
  [judged('begun'), ''],
  [digit('0'), 'startTimer digit 8000, look 80'],
  [judged('whole'), 'stopTimer digit, quiet, place 80'],
  [placed(1), ''],
];
const second: Row[] = [
  ...dials,
  [flash, 'hold 1, tone recallDial, startTimer digit 16000'],
  [digit('9'), 'quiet, startTimer digit 8000, look 9'],
  [judged('whole'), 'stopTimer digit, quiet, place 9'],
  [placed(2), ''],
];
const idleAgain = 'stopTimer digit, stopTimer reorder, quiet';
const back = 'stopTimer digit, stopTimer reorder, quiet, resume 1';

const scripts: [title: string, rows: Row[]][] = [
  ['it dials and hangs up', [...dials, [onHook, `${idleAgain}, release 1`], [offHook, dials[0][1]]]],
  [
    'a number that # ends, and one that ends by itself',
    [
      ...dials.slice(0, 3),
      [digit('#'), 'stopTimer digit, quiet, place 8'],
      [placed(1), ''],
      [onHook, `${idleAgain}, release 1`],
      ...dials.slice(0, 3),
      [timer('digit'), 'stopTimer digit, quiet, place 8'],
    ],
  ],
  [
    'no digit, reorder, howler, silence, hung up at last',
    [
      dials[0],
      [timer('digit'), 'stopTimer digit, tone reorder, startTimer reorder 20000'],
      [digit('1'), ''],
      [timer('reorder'), 'tone howler, startTimer reorder 60000'],
      [timer('reorder'), 'quiet'],
      [onHook, idleAgain],
    ],
  ],
  [
    'a number that is none',
    [...dials.slice(0, 2), [judged('none'), 'stopTimer digit, tone reorder, startTimer reorder 20000']],
  ],
  [
    'it rings in the cadence of the country, the caller is told once in the long silence',
    [
      [call(7), 'ring true, startTimer bell 400'],
      [timer('bell'), 'ring false, startTimer bell 200'],
      [timer('bell'), 'ring true, startTimer bell 400'],
      [timer('bell'), 'ring false, startTimer bell 2000, startTimer callerId 500'],
      [timer('callerId'), 'callerId 7'],
      [timer('bell'), 'ring true, startTimer bell 400'],
      [timer('bell'), 'ring false, startTimer bell 200'],
      [timer('bell'), 'ring true, startTimer bell 400'],
      [timer('bell'), 'ring false, startTimer bell 2000'],
      [offHook, 'stopTimer bell, stopTimer callerId, ring false, answer 7'],
      [ended(7), 'disconnect, tone dial, startTimer digit 16000'],
    ],
  ],
  [
    'the caller gives up',
    [
      [call(7), 'ring true, startTimer bell 400'],
      [call(8), 'release 8'],
      [ended(7), 'stopTimer bell, stopTimer callerId, ring false'],
      [offHook, dials[0][1]],
    ],
  ],
  ['flash for hold, and back', [...dials, [flash, second[6][1]], [flash, back]]],
  [
    'three-way: flash, dial, flash; and a fourth in the same way',
    [
      ...second,
      [flash, 'join 1,2'],
      [joined(2), ''],
      [ended(1), ''],
      [flash, 'hold 2, tone recallDial, startTimer digit 16000'],
      ...second.slice(7, 9),
      [placed(3), ''],
      [flash, 'join 2,3'],
      [joined(2), ''],
      [onHook, `${idleAgain}, release 2`],
    ],
  ],
  ['two calls that cannot be joined stay as they are', [...second, [flash, 'join 1,2'], [ended(2), back]]],
  [
    'a number that is busy',
    [...dials, [ended(1, 'busy'), 'stopTimer digit, tone busy, startTimer reorder 20000']],
  ],
  ['the second party is not to be had', [...second, [ended(2), back]]],
  [
    'whoever hangs up with a call on hold is rung again',
    [...second, [onHook, `${idleAgain}, release 2, ring true, startTimer bell 400`]],
  ],
  [
    'call waiting: flash takes it, the first is on hold',
    [
      ...dials,
      [call(5), 'tone callWaiting'],
      [call(6), 'release 6'],
      [flash, 'hold 1, answer 5'],
      [ended(5), back],
    ],
  ],
  [
    'whoever waits gives up',
    [...dials, [call(5), 'tone callWaiting'], [ended(5), 'quiet'], [flash, second[6][1]]],
  ],
  [
    'hung up while somebody waits: it rings',
    [
      ...dials,
      [call(5), 'tone callWaiting'],
      [onHook, `${idleAgain}, release 1, ring true, startTimer bell 400`],
      [offHook, 'stopTimer bell, stopTimer callerId, ring false, answer 5'],
    ],
  ],
  [
    'hung up before the call was placed',
    [...dials.slice(0, 5), [onHook, idleAgain], [placed(1), 'release 1']],
  ],
  [
    'somebody waits, and the first hangs up: flash takes the other',
    [
      ...dials,
      [call(5), 'tone callWaiting'],
      [ended(1), 'disconnect, tone dial, startTimer digit 16000'],
      [flash, 'stopTimer digit, stopTimer reorder, quiet, answer 5'],
    ],
  ],
  ['a phone that is dialling is busy', [...dials.slice(0, 2), [call(5), 'release 5']]],
];

for (const [title, rows] of scripts)
  test(title, () => {
    const next = fxs(settings);
    let state = fxsStart;
    for (const [event, expected] of rows) {
      const step = next(state, event);
      state = step.state;
      const words = step.effects.map((effect) => Object.values(effect).join(' '));
      assert.is(words.join(', '), expected, JSON.stringify(event));
    }
  });

test('without call waiting a phone in use is busy', () => {
  const next = fxs({ ...settings, callWaiting: false });
  const talking = dials.reduce((state, [event]) => next(state, event).state, fxsStart);
  assert.equal(next(talking, call(5)).effects, [{ type: 'release', call: 5 }]);
});

test('a hot line dials when it is lifted', () => {
  const { effects } = fxs({ ...settings, hotLine: '800' })(fxsStart, offHook);
  assert.equal(effects.at(-1), { type: 'place', digits: '800' });
});

test('whatever happens in whatever order: hung up and every call ended, the phone is idle', () => {
  const id = fc.integer({ min: 1, max: 4 });
  const events = fc.oneof(
    fc.constantFrom<FxsEvent | TimerEvent>(offHook, onHook, flash, digit('1'), digit('#'), judged('whole')),
    fc.constantFrom<TimerEvent>(timer('digit'), timer('reorder'), timer('bell'), timer('callerId')),
    id.map(call),
    id.map(placed),
    id.map((call) => ended(call)),
    id.map(joined),
  );
  fc.assert(
    fc.property(fc.array(events, { maxLength: 60 }), (all) => {
      const next = fxs(settings);
      let state = all.reduce((before, event) => next(before, event).state, fxsStart);
      state = next(state, onHook).state;
      for (let round = 0; round < 2; round++)
        for (let call = 1; call <= 4; call++) state = next(state, ended(call)).state;
      if (state.name !== 'idle') state = next(state, onHook).state;
      assert.is(state.name, 'idle', JSON.stringify(state));
    }),
    { numRuns: 2000 },
  );
});

test.run();

/** Exchange lines, by event scripts. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fxo, fxoStart, type FxoEvent } from '../../firmware/line/fxo.js';
import type { CallerId } from '../../firmware/line/caller-id-message.js';
import type { TimerEvent } from '../../firmware/machine.js';

const test = suite('exchange line');

type Row = [FxoEvent | TimerEvent, string];

const ring: FxoEvent = { type: 'ring', on: true };
const ringOff: FxoEvent = { type: 'ring', on: false };
const answer: FxoEvent = { type: 'answer' };
const seize: FxoEvent = { type: 'seize', digits: '0123' };
const hangUp: FxoEvent = { type: 'hangUp' };
const timer = (name: string): TimerEvent => ({ type: 'timer', name });
const tone = (heard: Extract<FxoEvent, { type: 'tone' }>['tone']): FxoEvent => ({
  type: 'tone',
  tone: heard,
});
const battery = (on: boolean): FxoEvent => ({ type: 'battery', on });
const caller: FxoEvent = { type: 'callerId', caller: { number: '089' } };

const over = (reason: string) =>
  'stopTimer dialTone, hook false, stopTimer loop, stopTimer dialToneBack, stopTimer max, ' +
  `released ${reason}, startTimer guard 2000`;

const comes: Row[] = [
  [ring, 'stopTimer caller, startTimer ring 8000'],
  [ringOff, 'startTimer ring 8000'],
  [ring, 'startTimer ring 8000, offer'],
  [answer, 'stopTimer ring, hook true, startTimer max 3600000'],
];
const goes: Row[] = [
  [seize, 'stopTimer caller, hook true, startTimer dialTone 8000'],
  [tone('dial'), 'stopTimer dialTone, dial 0123'],
  [tone(''), ''],
  [{ type: 'dialled' }, 'startTimer max 3600000'],
];

const scripts: [title: string, rows: Row[]][] = [
  ['a call comes, without a caller: offered at the second ring', [...comes, [hangUp, over('hungUp')]]],
  [
    'the caller is told between the first ring and the second',
    [
      [ring, 'stopTimer caller, startTimer ring 8000'],
      [caller, 'offer 089'],
      [ring, 'startTimer ring 8000'],
    ],
  ],
  [
    'the caller is told before the first ring',
    [
      [caller, 'startTimer caller 6000'],
      [ring, 'stopTimer caller, startTimer ring 8000, offer 089'],
    ],
  ],
  [
    'a caller without a ring is forgotten',
    [
      [caller, 'startTimer caller 6000'],
      [timer('caller'), ''],
      [ring, 'stopTimer caller, startTimer ring 8000'],
    ],
  ],
  [
    'it rings no more: missed',
    [
      ...comes.slice(0, 3),
      [timer('ring'), 'missed'],
      [ring, 'stopTimer caller, startTimer ring 8000'],
      [timer('ring'), ''],
    ],
  ],
  [
    'the loop is broken',
    [...comes, [battery(false), 'startTimer loop 90'], [timer('loop'), over('loopBreak')]],
  ],
  [
    'a short break is none',
    [
      ...comes,
      [battery(false), 'startTimer loop 90'],
      [battery(true), 'stopTimer loop'],
      [hangUp, over('hungUp')],
    ],
  ],
  ['busy tone', [...comes, [tone('busy'), over('tone')], [timer('guard'), ''], [seize, goes[0][1]]]],
  ['reorder', [...goes, [tone('ringBack'), 'stopTimer dialToneBack'], [tone('reorder'), over('tone')]]],
  [
    'dial tone that stays',
    [...comes, [tone('dial'), 'startTimer dialToneBack 1500'], [timer('dialToneBack'), over('tone')]],
  ],
  [
    'dial tone that goes again: a note of music',
    [...comes, [tone('dial'), 'startTimer dialToneBack 1500'], [tone(''), 'stopTimer dialToneBack']],
  ],
  ['silence', [...comes, [{ type: 'silent' }, over('silence')]]],
  ['the longest call', [...comes, [timer('max'), over('maxLength')]]],
  ['polarity of a call that came', [...comes, [{ type: 'polarity' }, over('polarity')]]],
  [
    'polarity of a call that went: answer, then hang-up',
    [...goes, [{ type: 'polarity' }, 'answered'], [{ type: 'polarity' }, over('polarity')]],
  ],
  [
    'an emergency: the number is dialled without dial tone, also on a line that was just left',
    [
      ...goes,
      [hangUp, over('hungUp')],
      [{ ...seize, urgent: true }, ''],
      [timer('guard'), goes[0][1]],
      [timer('dialTone'), 'dial 0123'],
      [{ type: 'dialled' }, 'startTimer max 3600000'],
    ],
  ],
  [
    'no dial tone: the line is given back',
    [
      goes[0],
      [timer('dialTone'), 'stopTimer dialTone, hook false, refused noDialTone, startTimer guard 2000'],
      [ringOff, ''],
      [timer('guard'), ''],
      goes[0],
    ],
  ],
  [
    'wanted before the exchange knows that it was left: taken then; given up meanwhile: not',
    [
      ...goes,
      [hangUp, over('hungUp')],
      [seize, ''],
      [timer('guard'), goes[0][1]],
      [hangUp, 'stopTimer dialTone, hook false, released hungUp, startTimer guard 2000'],
      [seize, ''],
      [hangUp, ''],
      [timer('guard'), ''],
      goes[0],
    ],
  ],
  [
    'the next caller comes at once, before who wants the line',
    [
      ...comes,
      [hangUp, over('hungUp')],
      [caller, 'startTimer caller 6000'],
      [seize, ''],
      [ring, 'stopTimer guard, refused inUse, stopTimer caller, startTimer ring 8000, offer 089'],
    ],
  ],
  [
    'a caller told right behind a call, who does not ring',
    [
      ...comes,
      [hangUp, over('hungUp')],
      [caller, 'startTimer caller 6000'],
      [timer('caller'), ''],
      [timer('guard'), ''],
      [ring, comes[0][1]],
    ],
  ],
  ['seized while it rings: refused', [comes[0], [seize, 'refused inUse']]],
  [
    'glare: it rang when it was seized',
    [
      goes[0],
      [ring, 'stopTimer dialTone, glare, startTimer max 3600000'],
      [tone('dial'), 'startTimer dialToneBack 1500'],
    ],
  ],
  [
    'the caller hangs up while the number is dialled',
    [...goes.slice(0, 2), [hangUp, 'stopTimer dialTone, hook false, released hungUp, startTimer guard 2000']],
  ],
  [
    'what means nothing',
    [
      [answer, ''],
      [hangUp, ''],
      [tone('busy'), ''],
      [battery(false), ''],
    ],
  ],
];

/** Of a caller its number. */
function word(value: unknown): string {
  if (typeof value === 'object') return (value as CallerId).number ?? '';
  return value === undefined ? '' : JSON.stringify(value).replaceAll('"', '');
}

for (const [title, rows] of scripts)
  test(title, () => {
    const next = fxo({ maxCallMs: 3_600_000, polarity: true });
    let state = fxoStart;
    for (const [event, expected] of rows) {
      const step = next(state, event);
      state = step.state;
      const words = step.effects.map((effect) =>
        Object.values<unknown>(effect).map(word).join(' ').trimEnd(),
      );
      assert.is(words.join(', '), expected, JSON.stringify(event));
    }
  });

test('where polarity says nothing, a reversal is nothing, and a call may last for ever', () => {
  const next = fxo({ maxCallMs: 0, polarity: false });
  const talking = { ...fxoStart, name: 'talking' } as const;
  assert.equal(next(talking, { type: 'polarity' }), { state: talking, effects: [] });
  const ringing = { ...fxoStart, name: 'ringing' } as const;
  assert.not.ok(next(ringing, answer).effects.some((effect) => effect.type === 'startTimer'));
});

test.run();

/** Which provider takes a call, by event scripts. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hunt, huntStart, type HuntEvent } from '../../firmware/call/hunt.js';
import type { TimerEvent } from '../../firmware/machine.js';

const test = suite('hunt');

const start: HuntEvent = { type: 'start' };
const ended = (way: number, cause: Extract<HuntEvent, { type: 'ended' }>['cause']): HuntEvent => ({
  type: 'ended',
  way,
  cause,
});
const progress = (way: number): HuntEvent => ({ type: 'progress', way });
const answered = (way: number): HuntEvent => ({ type: 'answered', way });
const timer = (name: string): TimerEvent => ({ type: 'timer', name });
const quiet = 'stopTimer sign, stopTimer ring';

const scripts: [title: string, rows: [HuntEvent | TimerEvent, string][]][] = [
  [
    'the first takes it',
    [
      [start, 'try 0, startTimer sign 6000'],
      [progress(0), 'stopTimer sign, startTimer ring 120000'],
      [answered(0), `${quiet}, talk`],
      [ended(0, 'normal'), `${quiet}, giveUp normal`],
      [ended(0, 'normal'), ''],
    ],
  ],
  [
    'the first has no line free, the second takes it',
    [
      [start, 'try 0, startTimer sign 6000'],
      [ended(0, 'congestion'), 'try 1, startTimer sign 15000'],
      [answered(1), `${quiet}, talk`],
    ],
  ],
  [
    'the first refuses us',
    [
      [start, 'try 0, startTimer sign 6000'],
      [ended(0, 'barred'), 'try 1, startTimer sign 15000'],
    ],
  ],
  [
    'the first is silent: dropped, and its late answer means nothing',
    [
      [start, 'try 0, startTimer sign 6000'],
      [timer('sign'), 'drop 0, try 1, startTimer sign 15000'],
      [answered(0), ''],
      [ended(0, 'normal'), ''],
      [timer('sign'), `drop 1, ${quiet}, giveUp noAnswer`],
    ],
  ],
  [
    'the called party is busy: nobody else is asked',
    [
      [start, 'try 0, startTimer sign 6000'],
      [progress(0), 'stopTimer sign, startTimer ring 120000'],
      [ended(0, 'busy'), `${quiet}, giveUp busy`],
    ],
  ],
  [
    'an unknown number is unknown at once',
    [
      [start, 'try 0, startTimer sign 6000'],
      [ended(0, 'unknownNumber'), `${quiet}, giveUp unknownNumber`],
    ],
  ],
  [
    'it rings and rings',
    [
      [start, 'try 0, startTimer sign 6000'],
      [progress(0), 'stopTimer sign, startTimer ring 120000'],
      [timer('ring'), `drop 0, ${quiet}, giveUp noAnswer`],
    ],
  ],
];
for (const [title, rows] of scripts)
  test(title, () => {
    let state = huntStart([6000, 15_000]);
    for (const [event, expected] of rows) {
      const step = hunt(state, event);
      state = step.state;
      const words = step.effects.map((effect) => Object.values(effect).join(' '));
      assert.is(words.join(', '), expected, event.type);
    }
  });

test('no way at all', () => {
  const { effects } = hunt(huntStart([]), start);
  assert.equal(effects.at(-1), { type: 'giveUp', cause: 'unavailable' });
});

test.run();

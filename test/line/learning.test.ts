/** What a call teaches of an exchange line, by event scripts. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isLike, learning, learningStart, type LearningEvent } from '../../firmware/line/learning.js';
import type { TimerEvent } from '../../firmware/machine.js';
import { tonePlanOf, type HeardTone } from '../../firmware/tone-plans.js';

const test = suite('a line is learned');

const plan = tonePlanOf('de');
const heard = (...onOffMs: number[]): HeardTone => ({ frequenciesHz: [425], onOffMs, levelDbm0: -18 });
const tone = (...onOffMs: number[]): LearningEvent => ({ type: 'tone', tone: heard(...onOffMs) });
const start: LearningEvent = { type: 'start' };
const dialled: LearningEvent = { type: 'dialled' };
const polarity: LearningEvent = { type: 'polarity' };
const timer = (name: string): TimerEvent => ({ type: 'timer', name });

/** The last effects of a script, and how its last event was answered. */
function outcome(...events: (LearningEvent | TimerEvent)[]): string {
  let state = learningStart;
  let last = '';
  for (const event of events) {
    const step = learning(plan)(state, event);
    state = step.state;
    last = step.effects
      .map((effect) => {
        if (effect.type === 'startTimer') return `start ${effect.name} ${effect.ms}`;
        if (effect.type === 'stopTimer') return `stop ${effect.name}`;
        if (effect.type === 'failed') return `failed ${effect.why}`;
        if (effect.type === 'dial') return 'dial';
        const { tones, polarity: turns } = effect.learned;
        return `done ${Object.keys(tones).join('+')}${turns ? ', polarity' : ''}`;
      })
      .join(', ');
  }
  return last;
}

const scripts: [title: string, events: (LearningEvent | TimerEvent)[], outcome: string][] = [
  ['dial tone is waited for', [start], 'start dialTone 12000'],
  ['its number is dialled', [start, tone()], 'stop dialTone, dial'],
  ['no dial tone', [start, timer('dialTone')], 'stop dialTone, failed noDialTone'],
  ['somebody calls', [start, { type: 'ring' }], 'stop dialTone, failed called'],
  ['what sounds while it dials is nothing', [start, tone(), tone(480, 480)], ''],
  ['it listens', [start, tone(), dialled], 'start listen 60000'],
  ['its own number: busy', [start, tone(), dialled, tone(480, 480)], 'stop listen, done dial+busy'],
  ['fast: reorder', [start, tone(), dialled, tone(240, 240)], 'stop listen, done dial+reorder'],
  [
    'unlike in the country, slow: busy',
    [start, tone(), dialled, tone(350, 350)],
    'stop listen, done dial+busy',
  ],
  ['unlike in the country, fast', [start, tone(), dialled, tone(150, 150)], 'stop listen, done dial+reorder'],
  ['a ring goes on', [start, tone(), dialled, tone(1000, 4000)], ''],
  [
    'rings, is answered, and hung up by a tone',
    [start, tone(), dialled, tone(1000, 4000), polarity, tone(480, 480)],
    'stop listen, done dial+ringBack+busy, polarity',
  ],
  [
    'answered and hung up by the battery',
    [start, tone(), dialled, polarity, polarity],
    'stop listen, done dial, polarity',
  ],
  [
    'the loop breaks',
    [start, tone(), dialled, { type: 'battery', on: true }, { type: 'battery', on: false }],
    'stop listen, done dial',
  ],
  ['dial tone again', [start, tone(), dialled, tone()], 'stop listen, done dial'],
  ['nothing more for a minute', [start, tone(), dialled, timer('listen')], 'stop listen, done dial'],
];
for (const [title, events, expected] of scripts) test(title, () => assert.is(outcome(...events), expected));

test('like a tone of the table: wherever its rhythm begins, a little off', () => {
  assert.ok(isLike(heard(500, 470), plan.busy));
  assert.not.ok(isLike(heard(530, 480), plan.busy));
  assert.not.ok(isLike({ ...heard(480, 480), frequenciesHz: [440] }, plan.busy));
  assert.ok(isLike(heard(750, 250, 250, 250), tonePlanOf('br').reorder));
  assert.ok(isLike(heard(), plan.dial));
  assert.not.ok(isLike(heard(480, 480), plan.dial));
});

test.run();

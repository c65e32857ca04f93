import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { TimerEvent } from '../../firmware/machine.js';
import {
  reliableProvisional,
  type ReliableProvisionalEvent,
  type ReliableProvisionalState,
} from '../../firmware/sip/reliable-provisional.js';
import type { SessionTerms } from '../../firmware/sip/session-expires.js';
import {
  sessionTimer,
  type SessionTimerEvent,
  type SessionTimerState,
} from '../../firmware/sip/session-timer.js';

const test = suite('session timer');

const ours: SessionTerms = { seconds: 120, refresher: 'us', mutual: true };
const theirs: SessionTerms = { ...ours, refresher: 'them' };
const unknowing: SessionTerms = { ...ours, mutual: false };
const refused = (status: number, minSeconds = 90) =>
  ({ type: 'refused', status, minSeconds, retryMs: 1000 }) as const;
const timer = (name: string) => ({ type: 'timer', name }) as const;

/** Effects as words: `start refresh 60000`, `refresh 120`, `expired`. */
const scripts: [title: string, rows: [event: SessionTimerEvent | TimerEvent, effects: string][]][] = [
  [
    'ours to refresh: at half the time, again and again',
    [
      [{ type: 'agreed', terms: ours }, 'start expire 88000, start refresh 60000'],
      [timer('refresh'), 'refresh 120'],
      [{ type: 'agreed', terms: ours }, 'start expire 88000, start refresh 60000'],
    ],
  ],
  [
    'theirs to refresh: without it, the end',
    [
      [{ type: 'agreed', terms: theirs }, 'start expire 88000, stop refresh'],
      [timer('expire'), 'stop refresh, stop expire, expired'],
      [timer('expire'), ''],
    ],
  ],
  [
    'a short interval ends after two thirds',
    [[{ type: 'agreed', terms: { ...theirs, seconds: 90 } }, 'start expire 60000, stop refresh']],
  ],
  [
    'glare, or another exchange: after a while again',
    [
      [{ type: 'agreed', terms: ours }, 'start expire 88000, start refresh 60000'],
      [timer('refresh'), 'refresh 120'],
      [{ type: 'busy', retryMs: 700 }, 'start refresh 700'],
      [timer('refresh'), 'refresh 120'],
      [refused(491), 'start refresh 1000'],
      [refused(491), ''],
      [timer('refresh'), 'refresh 120'],
      [refused(500), 'start refresh 1000'],
    ],
  ],
  [
    'too short for them: longer, once',
    [
      [{ type: 'agreed', terms: ours }, 'start expire 88000, start refresh 60000'],
      [timer('refresh'), 'refresh 120'],
      [refused(422, 300), 'refresh 300'],
      [refused(422, 300), ''],
    ],
  ],
  [
    'the peer knows nothing of the call',
    [
      [{ type: 'agreed', terms: ours }, 'start expire 88000, start refresh 60000'],
      [timer('refresh'), 'refresh 120'],
      [refused(481), 'stop refresh, stop expire, expired'],
    ],
  ],
  [
    'a peer without timers that refuses lives',
    [
      [{ type: 'agreed', terms: unknowing }, 'start expire 88000, start refresh 60000'],
      [timer('refresh'), 'refresh 120'],
      [refused(488), 'start expire 88000, start refresh 60000'],
      [timer('refresh'), 'refresh 120'],
      [{ type: 'failed' }, 'stop refresh, stop expire, expired'],
    ],
  ],
  [
    'off: nothing happens',
    [
      [refused(491), ''],
      [timer('refresh'), ''],
      [{ type: 'failed' }, ''],
    ],
  ],
];

for (const [title, rows] of scripts)
  test(title, () => {
    let state: SessionTimerState = { name: 'off' };
    for (const [event, expected] of rows) {
      const step = sessionTimer(state, event);
      const words = step.effects.map((effect) => {
        if (effect.type === 'startTimer') return `start ${effect.name} ${effect.ms}`;
        if (effect.type === 'stopTimer') return `stop ${effect.name}`;
        return effect.type === 'refresh' ? `refresh ${effect.terms.seconds}` : effect.type;
      });
      assert.is(words.join(', '), expected, JSON.stringify(event));
      state = step.state;
    }
  });

const provisionals: [event: ReliableProvisionalEvent | TimerEvent, effects: string][][] = [
  [
    [{ type: 'send', rseq: 7 }, 'send, start repeat 500, start giveUp 32000'],
    [timer('repeat'), 'send, start repeat 1000'],
    [timer('repeat'), 'send, start repeat 2000'],
    [{ type: 'prack', rseq: 8 }, ''],
    [{ type: 'prack', rseq: 7 }, 'stop repeat, stop giveUp, acknowledged'],
    [{ type: 'prack', rseq: 7 }, ''],
    [timer('repeat'), ''],
  ],
  [
    [{ type: 'send', rseq: 7 }, 'send, start repeat 500, start giveUp 32000'],
    [timer('giveUp'), 'stop repeat, stop giveUp, noPrack'],
    [{ type: 'prack', rseq: 7 }, ''],
  ],
];
for (const [at, rows] of provisionals.entries())
  test(`a reliable provisional response, ${at === 0 ? 'acknowledged' : 'never acknowledged'}`, () => {
    let state: ReliableProvisionalState = { name: 'idle' };
    for (const [event, expected] of rows) {
      const step = reliableProvisional(state, event);
      const words = step.effects.map((effect) =>
        effect.type === 'startTimer'
          ? `start ${effect.name} ${effect.ms}`
          : effect.type === 'stopTimer'
            ? `stop ${effect.name}`
            : effect.type,
      );
      assert.is(words.join(', '), expected, JSON.stringify(event));
      state = step.state;
    }
  });

test.run();

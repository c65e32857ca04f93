/** Our registration by event scripts. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { registration, registrationStart, type RegistrationEvent } from '../../firmware/sip/registration.js';
import type { TimerEvent } from '../../firmware/machine.js';

const test = suite('registration');

/** Rows of: event, state afterwards, effects in words. */
function play(rows: [RegistrationEvent | TimerEvent, string, string][]): void {
  let state = registrationStart;
  for (const [event, name, effects] of rows) {
    const step = registration(state, event);
    state = step.state;
    assert.is(state.name, name, event.type);
    const words = step.effects.map((effect) => Object.values(effect).join(' '));
    assert.is(words.join(', '), effects, event.type);
  }
}
const again = { type: 'timer', name: 'again' } as const;

test('registers, refreshes after 80 % of what was granted, un-registers', () =>
  play([
    [{ type: 'start' }, 'registering', 'stopTimer again, register 3600'],
    [{ type: 'accepted', expiresSeconds: 100 }, 'registered', 'startTimer again 80000'],
    [again, 'registering', 'stopTimer again, register 3600'],
    [{ type: 'accepted', expiresSeconds: 100 }, 'registered', 'startTimer again 80000'],
    [{ type: 'lost' }, 'registering', 'stopTimer again, register 3600'],
    [{ type: 'stop' }, 'off', 'stopTimer again, register 0'],
    [{ type: 'accepted', expiresSeconds: 100 }, 'off', ''],
  ]));

test('waits longer after each failure, never the same time, and not forever', () =>
  play([
    [{ type: 'start' }, 'registering', 'stopTimer again, register 3600'],
    [{ type: 'unreachable', chance: 0 }, 'waiting', 'startTimer again 15000'],
    [again, 'registering', 'stopTimer again, register 3600'],
    [{ type: 'unreachable', chance: 1 }, 'waiting', 'startTimer again 60000'],
    [again, 'registering', 'stopTimer again, register 3600'],
    [{ type: 'refused', chance: 1, retryAfterSeconds: 300 }, 'waiting', 'startTimer again 300000'],
    ...Array.from({ length: 5 }, (): [TimerEvent | RegistrationEvent, string, string][] => [
      [again, 'registering', 'stopTimer again, register 3600'],
      [{ type: 'refused', chance: 1, retryAfterSeconds: 1800 }, 'waiting', 'startTimer again 1800000'],
    ]).flat(),
    [{ type: 'stop' }, 'off', 'stopTimer again'],
  ]));

test('a provider that wants a longer time (423) gets it at once', () =>
  play([
    [{ type: 'start' }, 'registering', 'stopTimer again, register 3600'],
    [
      { type: 'refused', chance: 0, minExpiresSeconds: 7200 },
      'registering',
      'stopTimer again, register 7200',
    ],
    [{ type: 'refused', chance: 0, minExpiresSeconds: 7200 }, 'waiting', 'startTimer again 15000'],
  ]));

test.run();

/** Event scripts of callers at the door of a conference. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { door, doorStart, type DoorEvent } from '../../firmware/call/door.js';
import type { TimerEvent } from '../../firmware/machine.js';

const test = suite('door');

/** `keys 12#` sends digits, `played`, `timer pause`, `verdict full`, `start pin`. */
function events(text: string): (DoorEvent | TimerEvent)[] {
  const [type, rest] = text.split(' ');
  if (type === 'keys') return [...rest].map((digit) => ({ type: 'digit', digit }));
  if (type === 'timer') return [{ type: 'timer', name: rest }];
  if (type === 'verdict') return [{ type: 'verdict', verdict: rest } as DoorEvent];
  if (type === 'putOut') return [{ type: 'putOut', why: rest } as DoorEvent];
  if (type === 'notFound') return [{ type: 'notFound' }];
  if (type === 'start') {
    const [, ask, number] = text.split(' ');
    return [{ type: 'start', ask, number } as DoorEvent];
  }
  return [{ type: 'played' }];
}

/** Rows: an event, and the last interesting effects it has (timers and hushes left out unless asked). */
function play(rows: [text: string, effects: string][], all = false): void {
  let state = doorStart;
  for (const [text, expected] of rows) {
    const words: string[] = [];
    for (const event of events(text)) {
      const step = door(state, event);
      state = step.state;
      for (const effect of step.effects) {
        if (effect.type === 'say')
          words.push(
            `say ${effect.announcements.map((one) => (typeof one === 'string' ? one : one.digits)).join('+')}`,
          );
        else if (effect.type === 'check') words.push(`check ${effect.number}/${effect.pin}`);
        else if (effect.type === 'find') words.push(`find ${effect.number}`);
        else if (effect.type === 'startTimer') words.push(...(all ? [`${effect.name}=${effect.ms}`] : []));
        else if (effect.type === 'stopTimer') words.push(...(all ? [`-${effect.name}`] : []));
        else if (effect.type !== 'hush' || all) words.push(effect.type);
      }
    }
    assert.is(words.join(', '), expected, text);
  }
}

test('static without a PIN: straight in', () =>
  play([
    ['start nothing', 'check /'],
    ['verdict welcome', 'enter'],
    ['keys 123#', ''],
  ]));

test('back to a seat: straight in, to the number that it had', () =>
  play([
    ['start nothing 42', 'check 42/'],
    ['verdict welcome', 'enter'],
  ]));

test('static with a PIN: asked, keyed, in', () =>
  play([
    ['start pin', 'say enter-pin'],
    ['played', ''],
    ['keys 1234', ''],
    ['keys #', 'check /1234'],
    ['verdict welcome', 'enter'],
  ]));

test('the first key stops the prompt; a pause of 4 s ends the entry; the last digit alone does not', () =>
  play(
    [
      ['start pin', 'say enter-pin'],
      ['keys 1', 'hush, -silence, pause=4000'],
      ['keys 2', 'hush, -silence, pause=4000'],
      ['timer pause', '-pause, check /12'],
    ],
    true,
  ));

test('who has guessed too much: goodbye, whatever was keyed', () =>
  play([
    ['start pin', 'say enter-pin'],
    ['keys 1234#', 'check /1234'],
    ['verdict refused', 'say goodbye'],
    ['played', 'hangUp'],
  ]));

test('three wrong PINs: goodbye', () =>
  play([
    ['start pin', 'say enter-pin'],
    ['keys 1#', 'check /1'],
    ['verdict wrongPin', 'say invalid-pin+enter-pin'],
    ['keys 2#', 'check /2'],
    ['verdict wrongPin', 'say invalid-pin+enter-pin'],
    ['keys #', 'check /'],
    ['verdict wrongPin', 'say invalid-pin+goodbye'],
    ['keys 1234#', ''],
    ['played', 'hangUp'],
  ]));

test('full: told so, goodbye', () =>
  play([
    ['start nothing', 'check /'],
    ['verdict full', 'say conference-full+goodbye'],
    ['played', 'hangUp'],
  ]));

test('dynamic: number, PIN, a new one is read back', () =>
  play([
    ['start number', 'say enter-conference-number'],
    ['keys 555#', 'say enter-pin-or-none'],
    ['keys 99#', 'check 555/99'],
    ['verdict opened', 'say new-conference+555'],
    ['played', 'enter'],
  ]));

test('dynamic: all keys at once, no PIN, a key cuts the reading back short', () =>
  play([
    ['start number', 'say enter-conference-number'],
    ['keys 555##', 'say enter-pin-or-none, check 555/'],
    ['verdict opened', 'say new-conference+555'],
    ['keys 1', 'enter'],
  ]));

test('which conference? its number, then its own door', () =>
  play([
    ['start conference', 'say enter-conference-number'],
    ['keys 800#', 'find 800'],
    ['start pin', 'say enter-pin'],
    ['keys 1234#', 'check /1234'],
    ['verdict welcome', 'enter'],
  ]));

test('which conference? all keys at once, a dynamic one has a number of its own', () =>
  play([
    ['keys 801#555#99#', ''],
    ['start conference', 'say enter-conference-number, find 801'],
    ['start number', 'say enter-conference-number, say enter-pin-or-none, check 555/99'],
    ['verdict opened', 'say new-conference+555'],
    ['played', 'enter'],
  ]));

test('which conference? one without a PIN is entered at once', () =>
  play([
    ['start conference', 'say enter-conference-number'],
    ['keys 802', ''],
    ['timer pause', 'find 802'],
    ['start nothing', 'check /'],
  ]));

test('which conference? none has that number: asked three times, keys after it mean nothing, then goodbye', () =>
  play([
    ['start conference', 'say enter-conference-number'],
    ['keys #', 'say enter-conference-number'],
    ['keys 900#1234#', 'find 900'],
    ['notFound', 'say enter-conference-number'],
    ['keys 901#', 'find 901'],
    ['notFound', 'say enter-conference-number'],
    ['keys 902#', 'find 902'],
    ['notFound', 'say goodbye'],
    ['played', 'hangUp'],
  ]));

test('locked: said so, goodbye', () =>
  play([
    ['start pin', 'say enter-pin'],
    ['keys 12#', 'check /12'],
    ['verdict locked', 'say conference-locked+goodbye'],
    ['played', 'hangUp'],
  ]));

test('put out from inside: told so, whatever is keyed; of a conference that ends just goodbye', () => {
  play([
    ['start nothing', 'check /'],
    ['verdict welcome', 'enter'],
    ['putOut removed', 'say removed+goodbye'],
    ['keys 1#', ''],
    ['played', 'hangUp'],
  ]);
  play([
    ['start nothing', 'check /'],
    ['verdict welcome', 'enter'],
    ['putOut ended', 'say goodbye'],
    ['played', 'hangUp'],
  ]);
});

test('a number that is missing or too long is asked again', () =>
  play([
    ['start number', 'say enter-conference-number'],
    ['keys #', 'say enter-conference-number'],
    ['keys 12345678901234567#', 'say enter-conference-number'],
    ['keys 1#', 'say enter-pin-or-none'],
  ]));

test('keys before the first word count', () =>
  play([
    ['keys 12', ''],
    ['start pin', 'say enter-pin'],
    ['keys 34#', 'check /1234'],
  ]));

test('a star takes back what was keyed; A to D mean nothing', () =>
  play([
    ['start pin', 'say enter-pin'],
    ['keys 99*1A2#', 'check /12'],
  ]));

test('nobody there: asked three times, then goodbye', () =>
  play([
    ['start pin', 'say enter-pin'],
    ['played', ''],
    ['timer silence', 'say enter-pin'],
    ['played', ''],
    ['timer silence', 'say enter-pin'],
    ['timer silence', 'say goodbye'],
    ['played', 'hangUp'],
  ]));

test.run();

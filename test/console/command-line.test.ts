/** What is typed, and which command it means. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { BoxApi, Command } from '../../firmware/console/command.js';
import { commandOf, commandsUnder, completions, wordsOf } from '../../firmware/console/command-line.js';
import { duration, plain, size, table } from '../../firmware/console/text.js';

const test = suite('command line');

const named = (words: string, args?: string, values?: string[]): Command => ({
  words,
  args,
  help: '',
  complete: values && (() => Promise.resolve(values)),
  run: () => {},
});
const commands = [
  named('status'),
  named('conferences', '[CONFERENCE]', ['800', '801', 'A room']),
  named('conferences mute', 'CONFERENCE PARTICIPANT', ['800']),
  named('conferences unmute', 'CONFERENCE PARTICIPANT'),
  named('config show', 'PART'),
  named('config set', 'PART [ENTRY] FIELD VALUE'),
  named('log'),
  named('log follow'),
];
const api = {} as BoxApi;

for (const [line, words] of [
  ['', []],
  ['  a  b ', ['a', 'b']],
  [`say "two words" 'a "b"' c\\ d ""`, ['say', 'two words', 'a "b"', 'c d', '']],
  [`x"y z"`, ['xy z']],
] as [string, string[]][])
  test(`words of ${JSON.stringify(line)}`, () => assert.equal(wordsOf(line), words));

test('an open quote is an error', () => {
  assert.throws(() => wordsOf('say "x'), /a " is open/);
});

for (const [line, words, args] of [
  ['status', 'status', []],
  ['st', 'status', []],
  ['conferences 800', 'conferences', ['800']],
  ['confe m 800 7', 'conferences mute', ['800', '7']],
  ['conferences unmute 800 7', 'conferences unmute', ['800', '7']],
  ['log', 'log', []],
  ['log f', 'log follow', []],
  ['config set network sipPort 5060', 'config set', ['network', 'sipPort', '5060']],
] as [string, string, string[]][])
  test(`${line} means ${words}`, () => {
    const meant = commandOf(commands, wordsOf(line));
    assert.equal([meant.command.words, meant.args], [words, args]);
  });

for (const [line, says] of [
  ['nothing', /there is no "nothing"; there is: status, conferences, config, log/],
  ['conf mute 800 7', /"conf" could be: conferences, config/],
  ['config', /config what\? One of: show, set/],
  ['config sh', /usage: config show PART/],
  ['config set a b', /usage: config set PART \[ENTRY\] FIELD VALUE/],
  ['status now', /usage: status/],
] as [string, RegExp][])
  test(`${line} says what would be right`, () => {
    assert.throws(() => commandOf(commands, wordsOf(line)), says);
  });

for (const [line, candidates, word] of [
  ['', ['status ', 'conferences ', 'config ', 'log '], ''],
  ['co', ['conferences ', 'config '], 'co'],
  ['conferences ', ['mute ', 'unmute ', '800 ', '801 ', '"A room" '], ''],
  ['conferences 8', ['800 ', '801 '], '8'],
  ['confe mu', ['mute '], 'mu'],
  ['conferences mute ', ['800 '], ''],
  ['log fol', ['follow '], 'fol'],
  ['nothing x', [], 'x'],
] as [string, string[], string][])
  test(`${JSON.stringify(line)} could go on`, async () => {
    assert.equal(await completions(commands, api, line), [candidates, word]);
  });

test('help finds what words begin', () => {
  assert.equal(
    commandsUnder(commands, ['conferences', 'mu']).map(({ words }) => words),
    ['conferences mute'],
  );
  assert.is(commandsUnder(commands, []).length, commands.length);
});

test('any line is words or says what is wrong', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 50 }), (line) => {
      try {
        commandOf(commands, wordsOf(line));
      } catch (error) {
        assert.is((error as Error).name, 'CommandError');
      }
    }),
  );
});

test('columns, times and sizes are easily read; nothing in them steers the terminal', () => {
  assert.is(
    table(
      ['A', 'LONG'],
      [
        ['x\u001b[2J', 1],
        [undefined, '2\n'],
      ],
    ),
    'A      LONG\nx?[2J  1\n       2?',
  );
  assert.equal([5, 187, 3609, 90_061].map(duration), ['0:05', '3:07', '1:00:09', '1 d 1:01:01']);
  assert.equal([999, 1500, 25_300_000_000].map(size), ['999 B', '1.5 KB', '25.3 GB']);
  assert.is(plain('\u009b1m'), '?1m');
});

test.run();

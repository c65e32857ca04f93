/** Lines that are typed at the console. */
import fc from 'fast-check';
import { commands } from '../../../firmware/console/commands.js';
import { commandOf, commandsUnder, completions, wordsOf } from '../../../firmware/console/command-line.js';
import { CommandError, type BoxApi } from '../../../firmware/console/command.js';
import { holds, same, unlessRefused, type Target } from '../target.js';

/** A box in which nothing is found. */
const api: BoxApi = { ask: () => Promise.reject(new Error('nothing')), changes: () => Promise.resolve([]) };
const known = [...new Set(commands.flatMap((command) => command.words.split(' ')))];

export const consoleLine: Target = {
  name: 'console lines',
  seeds: ['help', 'show status', 'conference mute 800 "a b"', "say 'x\\'"].map((text) => Buffer.from(text)),
  words: [...known.map((word) => `${word} `), ' ', '"', "'", '\\', '\\"', '\t', '800', '\u001b[A', 'é'],
  grammar: fc
    .array(
      fc.oneof(fc.constantFrom(...known, '"', "'", '\\', '""'), fc.string({ unit: 'binary', maxLength: 5 })),
      { maxLength: 8 },
    )
    .chain((all) => fc.constantFrom(' ', '').map((between) => Buffer.from(all.join(between)))),
  async take(input) {
    const line = input.toString().slice(0, 1000);
    const words = unlessRefused(() => wordsOf(line), CommandError);
    if (words) {
      const quoted = words.map((word) => `"${word.replace(/["\\]/g, '\\$&')}"`).join(' ');
      same(wordsOf(quoted), words, 'in quotes it is other words');
      const meant = unlessRefused(() => commandOf(commands, words), CommandError);
      if (meant) holds(meant.args.length <= words.length, 'more arguments than words');
      commandsUnder(commands, words);
    }
    const found = await completions(commands, api, line).catch((error: unknown) => {
      if (!(error instanceof CommandError)) throw error;
    });
    if (found)
      holds(
        found[0].every((one) => one.endsWith(' ')),
        'a word that could go on',
      );
  },
};

/** Every command of the console. */
import { type Command, CommandError } from './command.js';
import { commandsUnder } from './command-line.js';
import { caring } from './commands/caring.js';
import { configuring } from './commands/configuring.js';
import { lines } from './commands/lines.js';
import { moderating } from './commands/moderating.js';
import { network } from './commands/network.js';
import { watching } from './commands/watching.js';
import { table } from './text.js';

const usageOf = ({ words, args }: Command) => (args ? `${words} ${args}` : words);

const help: Command = {
  words: 'help',
  args: '[COMMAND] [WORD]',
  help: 'All commands, or how one is used.',
  run: ({ print }, typed) => {
    const shown = commandsUnder(commands, typed);
    if (shown.length === 0)
      throw new CommandError(`there is no "${typed.join(' ')}"; "help" shows what there is`);
    print(
      table(
        ['COMMAND', 'WHAT IT DOES'],
        shown.map((one) => [usageOf(one), one.help]),
      ),
    );
  },
};

export const commands: readonly Command[] = [
  ...watching,
  ...moderating,
  ...lines,
  ...network,
  ...configuring,
  ...caring,
  help,
];

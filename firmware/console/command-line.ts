/** Reads what was typed: which command is meant, what its arguments are, and how it could go on. */
import { type BoxApi, type Command, CommandError } from './command.js';

/** Words of a line; quotes keep blanks, a backslash takes what follows as it is. */
export function wordsOf(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < line.length; at += 1) {
    const letter = line[at];
    if (letter === '\\' && quote !== "'" && at + 1 < line.length) word = (word ?? '') + line[++at];
    else if (quote !== '' ? letter === quote : letter === '"' || letter === "'") {
      word ??= '';
      quote = quote === '' ? letter : '';
    } else if (quote === '' && /\s/.test(letter)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + letter;
  }
  if (quote !== '') throw new CommandError(`a ${quote} is open`);
  return word === undefined ? words : [...words, word];
}

/** The command that words mean, and its arguments. Throws CommandError, naming what could be meant. */
export function commandOf(
  commands: readonly Command[],
  typed: string[],
): { command: Command; args: string[] } {
  let left = commands;
  for (let depth = 0; ; depth += 1) {
    const here = left.find(({ words }) => words.split(' ').length === depth);
    const fitting = depth < typed.length ? next(left, depth, typed[depth]) : [];
    if (fitting.length === 0) {
      if (here) return checked(here, typed.slice(depth));
      const known = [...new Set(left.map(({ words }) => words.split(' ')[depth]))].join(', ');
      const before = typed.slice(0, depth).join(' ');
      if (depth === typed.length) throw new CommandError(`${before} what? One of: ${known}`);
      throw new CommandError(`there is no "${typed.slice(0, depth + 1).join(' ')}"; there is: ${known}`);
    }
    const meant = new Set(fitting.map(({ words }) => words.split(' ')[depth]));
    if (meant.size > 1) throw new CommandError(`"${typed[depth]}" could be: ${[...meant].join(', ')}`);
    left = fitting;
  }
}

/** The commands that words begin, all of them for none; those that could be meant. */
export function commandsUnder(commands: readonly Command[], typed: string[]): readonly Command[] {
  return typed.reduce((left, word, depth) => next(left, depth, word), commands);
}

/** What the last word of a line could become, and that word. */
export async function completions(
  commands: readonly Command[],
  api: BoxApi,
  line: string,
): Promise<[candidates: string[], word: string]> {
  const typed = wordsOf(line);
  const word = /\s$/.test(line) || typed.length === 0 ? '' : typed.pop()!;
  let left = commands;
  let depth = 0;
  for (; depth < typed.length; depth += 1) {
    const fitting = next(left, depth, typed[depth]);
    if (fitting.length === 0) break;
    left = fitting;
  }
  const here = left.find(({ words }) => words.split(' ').length === depth);
  const further = depth === typed.length ? next(left, depth, word) : [];
  const values = (await here?.complete?.(api, typed.slice(depth)).catch(() => [])) ?? [];
  const candidates = [
    ...new Set(further.map(({ words }) => words.split(' ')[depth])),
    ...values.filter((value) => value.startsWith(word)).map(quoted),
  ];
  return [candidates.map((one) => `${one} `), word];
}

/** Commands whose word at a depth begins like this, or is this. */
function next(commands: readonly Command[], depth: number, typed: string): readonly Command[] {
  const at = ({ words }: Command) => words.split(' ')[depth];
  const same = commands.filter((one) => at(one) === typed);
  return same.length > 0 ? same : commands.filter((one) => at(one)?.startsWith(typed));
}

function checked(command: Command, args: string[]): { command: Command; args: string[] } {
  const wanted = command.args?.split(' ') ?? [];
  const needed = wanted.filter((one) => !one.startsWith('['));
  const mostOf = command.args?.endsWith('...') ? Infinity : wanted.length;
  if (args.length < needed.length || args.length > mostOf)
    throw new CommandError(`usage: ${command.words}${command.args ? ` ${command.args}` : ''}`);
  return { command, args };
}

function quoted(text: string): string {
  return /[\s"'\\]/.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : text;
}

/** The last lines of the log, kept in memory for those who look: bounded, whatever is logged. */

export type Level = 'debug' | 'info' | 'warn' | 'error';
export type LogLine = {
  /** Grows by one with every line. */
  id: number;
  /** ISO 8601. */
  time: string;
  level: Level;
  /** Which part of the box says it. */
  part: string;
  text: string;
  /** What else it says, as JSON; empty if nothing. */
  more: string;
};

/** By the numbers of pino; a higher one is an error too. */
export const levels: readonly Level[] = ['debug', 'info', 'warn', 'error'];
const LEVEL_NUMBERS = [20, 30, 40];

const MAX_LINES = 1000;
/** A longer line is cut off; none of ours is so long, but what others send may be told. */
const MAX_CHARACTERS = 2000;

export class RecentLog {
  #lines: string[] = [];
  #total = 0;

  /** Keeps a line as pino writes it. */
  add(line: string): void {
    this.#lines[this.#total % MAX_LINES] = line.length > 4 * MAX_CHARACTERS ? cutOff(line) : line;
    this.#total += 1;
  }

  /** All that are kept, newest first. */
  *lines(): Generator<LogLine> {
    const oldest = Math.max(0, this.#total - MAX_LINES);
    for (let id = this.#total - 1; id >= oldest; id--) yield read(id, this.#lines[id % MAX_LINES]);
  }
}

/** What of a line says when, who and how bad it is still stands at its beginning. */
function cutOff(line: string): string {
  const { level, time, part, msg } = JSON.parse(line) as Record<string, unknown>;
  return JSON.stringify({ level, time, part, msg, more: 'too much to be kept' });
}

function read(id: number, line: string): LogLine {
  const { level, time, part, msg, ...more } = JSON.parse(line) as Record<string, unknown>;
  const at = LEVEL_NUMBERS.findIndex((number) => Number(level) <= number);
  return {
    id,
    time: new Date(Number(time)).toISOString(),
    level: levels[at] ?? 'error',
    part: typeof part === 'string' ? part : '',
    text: typeof msg === 'string' ? msg.slice(0, MAX_CHARACTERS) : '',
    more: Object.keys(more).length > 0 ? JSON.stringify(more).slice(0, MAX_CHARACTERS) : '',
  };
}

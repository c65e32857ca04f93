/** What a command of the console is, and what it works with. */

/** What the console asks of the API, by its own routes, such as `GET conferences`. Errors say in words what is wrong. */
export type BoxApi = {
  ask: <Result>(what: string, asked?: Asked) => Promise<Result>;
  /** What a route would change in the configuration, in words, or has changed. */
  changes: (what: string, asked: Asked, dryRun: boolean) => Promise<string[]>;
};
export type Asked = { params?: Record<string, string>; query?: Record<string, string>; body?: object };

/** Where a command is typed, as whoever has signed in. */
export type Terminal = {
  api: BoxApi;
  /** One line or several. */
  print: (text: string) => void;
  /** Asks a question; goes on only if the answer is yes, else rejects with CommandError. */
  confirm: (question: string) => Promise<void>;
  /** Asks for what is not shown while it is typed. */
  secret: (question: string) => Promise<string>;
  /** Aborted by Ctrl-C, and when the session ends. */
  interrupted: AbortSignal;
};

export type Command = {
  /** How it is typed: `conferences mute`. Each word may be shortened as long as it is clear what is meant. */
  words: string;
  /** What comes after the words, as help shows it: `CONFERENCE [PARTICIPANT]`. */
  args?: string;
  /** What it does, in one line. */
  help: string;
  /** What the next argument could be, after those that were typed. */
  complete?: (api: BoxApi, typed: string[]) => Promise<string[]>;
  /** Throws CommandError and what the API throws. */
  run: (terminal: Terminal, args: string[]) => Promise<void> | void;
};

/** A command cannot be carried out; the message says why and what would be right. */
export class CommandError extends Error {
  override name = 'CommandError';
}

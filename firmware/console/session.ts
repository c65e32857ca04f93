/** One session at a terminal: somebody signs in, types commands, and leaves. */
import type { Duplex } from 'node:stream';
import type { Clock, Timer } from '../clock.js';
import { CommandError, type BoxApi, type Command, type Terminal } from './command.js';
import { commandOf, completions, wordsOf } from './command-line.js';
import { LineReader, TerminalClosed } from './line-reader.js';
import { plain } from './text.js';

export type SessionParts = {
  /** What stands above the first prompt. */
  banner: string;
  clock: Clock;
  commands: readonly Command[];
  /** Who types nothing for so long is signed out, ms. */
  idleMs: () => number;
  /** The API for an administrator, or why it is nobody, in words. */
  signIn: (name: string, password: string) => Promise<{ api: BoxApi } | { refused: string }>;
  /** Somebody is in. */
  onSignedIn: (session: Session, name: string) => void;
  /** What a command threw that no user could have caused. */
  onFault: (error: unknown, command: string) => void;
};

/** After a wrong password nothing is taken for so long; each time twice as long, ms. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;

export class Session {
  readonly #reader: LineReader;
  #api?: BoxApi;
  #idle?: Timer;
  #running = new AbortController();

  constructor(
    stream: Duplex,
    private readonly parts: SessionParts,
  ) {
    this.#reader = new LineReader(stream, (line) => completions(parts.commands, this.#api!, line));
    this.#reader.onInterrupt = () => this.#running.abort();
    this.#reader.onActivity = () => this.#stay();
  }

  /** Goes on until whoever is there leaves, is put out, or the wire is gone. */
  async run(): Promise<void> {
    this.#stay();
    try {
      const name = await this.#signIn();
      this.parts.onSignedIn(this, name);
      this.#reader.write('Type "help" to see what can be done, Tab to complete, "exit" to leave.\n');
      for (;;) {
        const line = await this.#reader.read('parley> ', 'command');
        if (line.trim() === 'exit') return this.end('Goodbye.');
        await this.#carryOut(line);
      }
    } catch (error) {
      if (!(error instanceof TerminalClosed)) throw error;
    } finally {
      this.#idle?.cancel();
      this.#running.abort();
      this.#reader.close();
    }
  }

  /** Puts out whoever is there. */
  end(why: string): void {
    this.#reader.write(`\n${why}\n`);
    this.#reader.close();
    this.#running.abort();
  }

  /** The name of the administrator who has signed in. */
  async #signIn(): Promise<string> {
    this.#reader.write(`\n${this.parts.banner}\n`);
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      const name = (await this.#reader.read('login: ', 'answer')).trim();
      if (name === '') continue;
      const password = await this.#reader.read('Password: ', 'secret');
      const verdict = await this.parts.signIn(name, password);
      if ('api' in verdict) {
        this.#api = verdict.api;
        return name;
      }
      await new Promise<void>((over) => this.parts.clock.after(pauseMs, over));
      this.#reader.forget();
      this.#reader.write(`${verdict.refused}\n`);
    }
  }

  async #carryOut(line: string): Promise<void> {
    this.#running = new AbortController();
    try {
      const typed = wordsOf(line);
      if (typed.length === 0) return;
      const { command, args } = commandOf(this.parts.commands, typed);
      await command.run(this.#terminal(), args);
    } catch (error) {
      if (error instanceof TerminalClosed) throw error;
      const { message, name } = error as Error;
      this.#reader.write(`${message.split('\n').map(plain).join('\n')}\n`);
      if (!['CommandError', 'ApiError', 'ConfigError'].includes(name)) this.parts.onFault(error, line);
    }
  }

  #terminal(): Terminal {
    return {
      api: this.#api!,
      interrupted: this.#running.signal,
      print: (text) => this.#reader.write(`${text}\n`),
      confirm: async (question) => {
        const answer = await this.#reader.read(`${question} (yes/no) `, 'answer');
        if (!/^y(es)?$/i.test(answer.trim())) throw new CommandError('Nothing was done.');
      },
      secret: (question) => this.#reader.read(question, 'secret'),
    };
  }

  #stay(): void {
    this.#idle?.cancel();
    this.#idle = this.parts.clock.after(this.parts.idleMs(), () => this.end('Nothing was typed for long.'));
  }
}

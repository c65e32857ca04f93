/** A program that is spoken to in lines, and answers in lines. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';

export class ChildLines {
  readonly #process: ChildProcess;
  readonly #lines: Interface;
  readonly #exited: Promise<unknown>;

  constructor(program: string, args: readonly (string | number)[]) {
    this.#process = spawn(program, args.map(String), { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#process.stdout! });
    this.#exited = once(this.#process, 'exit');
  }

  say(line: string): void {
    this.#process.stdin!.write(`${line}\n`);
  }

  /** Its next line; to be asked for before it can come. Rejects if the program ends instead. */
  async next(): Promise<string> {
    const ended = this.#exited.then(() => Promise.reject(new Error(`${this.#process.spawnfile} ended`)));
    const [line] = (await Promise.race([once(this.#lines, 'line'), ended])) as [string];
    return line;
  }

  /** Ends its input, and waits for its end. */
  async close(): Promise<void> {
    this.#process.stdin!.end();
    await this.#exited;
  }
}

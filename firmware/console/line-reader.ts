/** Reads lines from a terminal at the other end of a wire, with editing, history and completion (Node's readline). */
import { createInterface, type Interface } from 'node:readline';
import { Transform, Writable, type Duplex } from 'node:stream';

/** Longest line that is taken; what noise adds to it is dropped. */
const MAX_LINE = 1000;
/** Lines that were pasted and wait. */
const MAX_WAITING = 100;
/** What a terminal that does not read may leave unsent, bytes; more is dropped. */
const MAX_UNSENT = 256 << 10;
const HISTORY = 200;
/** Octets that are read before others have their turn: where readline draws a long line anew, one takes 0.3 ms. */
export const AT_ONCE = 32;
/** Ctrl-Y brings back what was deleted, as often as it is keyed: a few octets would make a line of any length. */
const YANK = 0x19;

/** The terminal is gone, or the session was ended. */
export class TerminalClosed extends Error {
  override name = 'TerminalClosed';
}

export class LineReader {
  /** Ctrl-C while nothing is being read. */
  onInterrupt: () => void = () => {};
  /** Something was typed. */
  onActivity: () => void = () => {};
  readonly #input: Transform;
  readonly #readline: Interface;
  readonly #waiting: string[] = [];
  #reading?: { resolve: (line: string) => void; reject: (why: Error) => void };
  #closed = false;
  /** What is typed is shown only while something is read that is no secret. */
  #shows = false;
  #keeps = false;

  constructor(
    private readonly stream: Duplex,
    complete: (line: string) => Promise<[string[], string]>,
  ) {
    this.#input = this.#limited();
    this.#readline = createInterface({
      input: stream.pipe(this.#input),
      output: this.#output(),
      terminal: true,
      historySize: HISTORY,
      removeHistoryDuplicates: true,
      completer: (line: string, done: (error: null, found: [string[], string]) => void) => {
        const nothing: [string[], string] = [[], line];
        if (!this.#keeps) done(null, nothing);
        else
          void complete(line).then(
            (found) => done(null, found),
            () => done(null, nothing),
          );
      },
    });
    this.#readline.on('line', (line) => this.#take(line));
    this.#readline.on('close', () => this.close());
    this.#readline.on('history', (history) => void (this.#keeps || history.shift()));
    this.#readline.on('SIGINT', () => this.#interrupt());
    // Without these, Ctrl-Z would stop the whole box.
    this.#readline.on('SIGTSTP', () => {});
    this.#readline.on('SIGCONT', () => {});
  }

  /**
   * The next line. `secret` shows nothing of it; `command` takes part in history and completion. Rejects with
   * TerminalClosed.
   */
  read(prompt: string, kind: 'command' | 'answer' | 'secret'): Promise<string> {
    if (this.#closed) return Promise.reject(new TerminalClosed());
    this.#keeps = kind === 'command';
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) {
      this.write(kind === 'secret' ? `${prompt}\n` : `${prompt}${waiting}\n`);
      return Promise.resolve(waiting);
    }
    this.#shows = true;
    this.#readline.setPrompt(prompt);
    this.#readline.prompt();
    this.#shows = kind !== 'secret';
    return new Promise((resolve, reject) => (this.#reading = { resolve, reject }));
  }

  /** Forgets what was typed ahead. */
  forget(): void {
    this.#waiting.length = 0;
  }

  write(text: string): void {
    if (!this.#closed && this.stream.writable && this.stream.writableLength < MAX_UNSENT)
      this.stream.write(text.replace(/\r?\n/g, '\r\n'));
  }

  /** Lets go of the stream, which stays open. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.stream.unpipe(this.#input);
    this.#readline.close();
    this.#reading?.reject(new TerminalClosed());
  }

  #take(line: string): void {
    const reading = this.#reading;
    if (reading && !this.#shows) this.write('\n');
    this.#shows = false;
    this.#reading = undefined;
    if (reading) reading.resolve(line);
    else if (this.#waiting.length < MAX_WAITING) this.#waiting.push(line);
  }

  #interrupt(): void {
    this.forget();
    this.#clear();
    if (!this.#reading) return this.onInterrupt();
    this.write('^C\n');
    this.#readline.prompt();
  }

  #clear(): void {
    this.#readline.write(null, { ctrl: true, name: 'e' });
    this.#readline.write(null, { ctrl: true, name: 'u' });
  }

  /** What comes in, without what makes a line too long, and never so much at once that anybody would wait for it. */
  #limited(): Transform {
    let length = 0;
    const fits = (octet: number) => {
      length = octet === 0x0d || octet === 0x0a || octet === 0x03 ? 0 : length + 1;
      return length <= MAX_LINE && octet !== YANK;
    };
    const limited: Transform = new Transform({
      transform: (chunk: Buffer, _, done) => {
        this.onActivity();
        const goOn = (at: number): void => {
          // What the history gave can have been typed on.
          if (this.#readline.line.length > MAX_LINE) this.#clear();
          limited.push(chunk.subarray(at, at + AT_ONCE).filter(fits));
          if (at + AT_ONCE < chunk.length) setImmediate(goOn, at + AT_ONCE);
          else done();
        };
        goOn(0);
      },
    });
    return limited;
  }

  #output(): Writable {
    const output = new Writable({
      write: (chunk: Buffer, _, done) => {
        if (this.#shows) this.write(chunk.toString());
        done();
      },
    });
    return Object.assign(output, { columns: 80 });
  }
}

/**
 * Lines kept on flash, in segments of which the oldest is dropped: JSON, one a line, only ever appended. Written when
 * `flush` says so, or 64 KiB wait, so that flash is spared; a power cut costs what waited, and at worst leaves half a
 * line, which nobody reads.
 */
import * as fs from 'node:fs';
import path from 'node:path';
import { makeFolder, syncFolder } from '../flash-folder.js';
import { wroteToFlash } from '../flash-wear.js';

const MAX_WAITING_CHARACTERS = 64 << 10;
const SEGMENT_BYTES = 256 << 10;
const MAX_SEGMENTS = 16;
/** A file of more bytes is none of ours. */
const MAX_FILE_BYTES = 1 << 20;

export class AppendLog {
  /** Every write since the start. */
  writes = 0;
  /** What went wrong last; undefined while all is well. */
  failure: string | undefined;
  #waiting = '';
  #writing: Promise<void> = Promise.resolve();
  #segments: number[] = [];
  #bytes = 0;
  #torn = false;

  private constructor(private readonly directory: string) {}

  /**
   * Opens the log in a directory, made if it is missing; `read` is given every line that is there, oldest first. Never
   * throws: what cannot be read is left out, and what cannot be written is said by `failure`.
   */
  static open(directory: string, read: (line: unknown) => void): AppendLog {
    const log = new AppendLog(directory);
    try {
      makeFolder(directory);
      log.#segments = fs
        .readdirSync(directory)
        .flatMap((name) => /^(\d{1,10})\.jsonl$/.exec(name)?.[1] ?? [])
        .map(Number)
        .sort((a, b) => a - b);
    } catch (error) {
      log.failure = (error as Error).message;
    }
    for (const segment of log.#segments) log.#read(segment, read);
    return log;
  }

  /** What is wrong with it, for the administrator. */
  get alarms(): { code: string; text: string }[] {
    if (this.failure === undefined) return [];
    return [{ code: 'history-flash', text: `some of the history is not kept: ${this.failure}` }];
  }

  /** Keeps a line; it is on flash after the next flush. */
  append(line: object): void {
    this.#waiting += `${JSON.stringify(line)}\n`;
    if (this.#waiting.length >= MAX_WAITING_CHARACTERS) void this.flush();
  }

  /** Writes what waits; resolves when it is on flash, or could not be written. */
  flush(): Promise<void> {
    const text = this.#waiting;
    this.#waiting = '';
    if (text !== '') this.#writing = this.#writing.then(() => this.#tryToWrite(text));
    return this.#writing;
  }

  /** Forgets everything. Throws the system's error. */
  async clear(): Promise<void> {
    this.#waiting = '';
    await this.#writing;
    while (this.#segments.length > 0)
      await fs.promises.rm(this.#file(this.#segments.shift()!), { force: true });
  }

  #read(segment: number, read: (line: unknown) => void): void {
    this.#bytes = 0;
    this.#torn = false;
    try {
      const file = this.#file(segment);
      this.#bytes = fs.statSync(file).size;
      if (this.#bytes > MAX_FILE_BYTES) throw new Error(`${path.basename(file)} is too large`);
      const text = fs.readFileSync(file, 'utf8');
      this.#torn = text !== '' && !text.endsWith('\n');
      for (const line of text.split('\n')) {
        const parsed = parse(line);
        if (parsed !== undefined) read(parsed);
      }
    } catch (error) {
      this.failure = (error as Error).message;
    }
  }

  async #tryToWrite(text: string): Promise<void> {
    try {
      await this.#write(text);
      this.writes += 1;
      this.failure = undefined;
    } catch (error) {
      this.failure = (error as Error).message;
      this.#torn = true;
    }
  }

  async #write(text: string): Promise<void> {
    const fresh = this.#segments.length === 0 || this.#bytes >= SEGMENT_BYTES;
    if (fresh) {
      this.#segments.push((this.#segments.at(-1) ?? 0) + 1);
      this.#bytes = 0;
      this.#torn = false;
    }
    while (this.#segments.length > MAX_SEGMENTS)
      await fs.promises.rm(this.#file(this.#segments.shift()!), { force: true });
    // What a power cut left of a line ends here.
    const bytes = Buffer.from(this.#torn ? `\n${text}` : text);
    const file = await fs.promises.open(this.#file(this.#segments.at(-1)!), 'a', 0o600);
    try {
      await file.appendFile(bytes);
      await file.sync();
      wroteToFlash(bytes.length);
    } finally {
      await file.close();
    }
    this.#torn = false;
    this.#bytes += bytes.length;
    if (fresh) syncFolder(this.directory);
  }

  #file(segment: number): string {
    return path.join(this.directory, `${String(segment).padStart(10, '0')}.jsonl`);
  }
}

function parse(line: string): unknown {
  try {
    return line === '' ? undefined : JSON.parse(line);
  } catch {
    return undefined;
  }
}

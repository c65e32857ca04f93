/**
 * Lines kept on flash, in segments of which the oldest is dropped: JSON, one a line, only ever appended. Written when
 * `flush` says so, or 64 KiB wait, so that flash is spared; a power cut costs what waited, and at worst leaves half a
 * line, which nobody reads. What cannot be written waits for the next flush.
 */
import * as fs from 'node:fs';
import path from 'node:path';
import { makeFolder } from '../flash-folder.js';
import { wroteToFlash } from '../flash-wear.js';

const MAX_WRITE_CHARACTERS = 64 << 10;
/** More cannot wait for flash that does not take it; the oldest are lost. */
const MAX_KEPT_CHARACTERS = 256 << 10;
const SEGMENT_BYTES = 256 << 10;
const MAX_SEGMENTS = 16;
/** A file of more bytes is none of ours. */
const MAX_FILE_BYTES = 1 << 20;

/** What it asks of the system to write. */
export type LogCalls = Pick<typeof fs.promises, 'open' | 'rm'>;

export class AppendLog {
  /** Every write since the start. */
  writes = 0;
  /** What went wrong last; undefined while all is well. */
  failure: string | undefined;
  #waiting = '';
  #writing: Promise<void> = Promise.resolve();
  #segments: number[] = [];
  /** Of lines that are kept in the newest segment: beyond may be what a cut or a failure left; Infinity if it is unreadable. */
  #bytes = 0;
  /** The segments' names outlast a power cut. */
  #isNamed = false;

  private constructor(
    private readonly directory: string,
    private readonly calls: LogCalls,
  ) {}

  /**
   * Opens the log in a directory, made if it is missing; `read` is given every line that is there, oldest first. Never
   * throws: what cannot be read is left out, and what cannot be written is said by `failure`.
   */
  static open(directory: string, read: (line: unknown) => void, calls: LogCalls = fs.promises): AppendLog {
    const log = new AppendLog(directory, calls);
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
    if (this.#waiting.length >= MAX_WRITE_CHARACTERS && this.failure === undefined) void this.flush();
  }

  /** Writes what waits; resolves when it is on flash, or could not be written. */
  flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#tryToWrite());
    return this.#writing;
  }

  /** Forgets everything. Throws the system's error. */
  async clear(): Promise<void> {
    await this.#writing;
    this.#waiting = '';
    while (this.#segments.length > 0) await this.#dropOldest();
  }

  #read(segment: number, read: (line: unknown) => void): void {
    this.#bytes = Infinity;
    try {
      const file = this.#file(segment);
      if (fs.statSync(file).size > MAX_FILE_BYTES) throw new Error(`${path.basename(file)} is too large`);
      const bytes = fs.readFileSync(file);
      this.#bytes = bytes.lastIndexOf('\n') + 1;
      for (const line of bytes.toString('utf8', 0, this.#bytes).split('\n')) {
        const parsed = parse(line);
        if (parsed !== undefined) read(parsed);
      }
    } catch (error) {
      this.failure = (error as Error).message;
    }
  }

  async #tryToWrite(): Promise<void> {
    try {
      while (this.#waiting !== '') {
        const lines = atMost(MAX_WRITE_CHARACTERS, this.#waiting);
        await this.#write(Buffer.from(lines));
        this.#waiting = this.#waiting.slice(lines.length);
        this.writes += 1;
        this.failure = undefined;
      }
    } catch (error) {
      this.failure = (error as Error).message;
      this.#waiting = newest(MAX_KEPT_CHARACTERS, this.#waiting);
    }
  }

  async #write(bytes: Buffer): Promise<void> {
    if (this.#segments.length === 0 || this.#bytes >= SEGMENT_BYTES) this.#begin();
    while (this.#segments.length > MAX_SEGMENTS) await this.#dropOldest();
    const file = await this.calls.open(this.#file(this.#segments.at(-1)!), 'a', 0o600);
    try {
      const { size } = await file.stat();
      if (size > this.#bytes) {
        await file.truncate(this.#bytes);
        await file.sync();
      }
      this.#bytes = Math.min(this.#bytes, size);
      await file.appendFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    if (!this.#isNamed) await this.#syncNames();
    this.#bytes += bytes.length;
    wroteToFlash(bytes.length);
  }

  #begin(): void {
    this.#segments.push((this.#segments.at(-1) ?? 0) + 1);
    this.#bytes = 0;
    this.#isNamed = false;
  }

  async #syncNames(): Promise<void> {
    const folder = await this.calls.open(this.directory, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
    this.#isNamed = true;
  }

  async #dropOldest(): Promise<void> {
    await this.calls.rm(this.#file(this.#segments[0]), { force: true });
    this.#segments.shift();
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

/** The first lines that have together at most so many characters, but one at least. */
function atMost(characters: number, lines: string): string {
  return lines.slice(0, lines.lastIndexOf('\n', characters - 1) + 1 || lines.indexOf('\n') + 1);
}

/** The last lines that have together at most so many characters. */
function newest(characters: number, lines: string): string {
  if (lines.length <= characters) return lines;
  return lines.slice(lines.indexOf('\n', lines.length - characters - 1) + 1);
}

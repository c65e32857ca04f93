/**
 * The recordings that are kept, each a folder named by its id. Only ids and names of files that the box itself has
 * made reach the file system, and no link is followed, since the disk may have been in other hands.
 */
import * as fs from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { createLog } from '../log.js';
import { THE_BOX, type AccessLog } from './access-log.js';
import { requireDisk, type Place } from './disks.js';
import { PEAKS_FILE, type Peaks } from './peaks.js';
import { filesOf, MAX_DOCUMENT_BYTES, readDocument } from './read-document.js';
import { RECORDING_ID, type RecordingDocument } from './recording-document.js';
import { overdue, quotaWarning, usedBytes, type Kept, type RetentionLimits } from './retention.js';
import { Waveforms } from './waveforms.js';

const log = createLog('recording');

/** What a list of recordings tells of one. */
export type RecordingSummary = Kept &
  Pick<RecordingDocument, 'number' | 'name' | 'description' | 'startedAt' | 'endReason'> & {
    /** Length of the sound. */
    seconds: number;
    participants: { name: string; number: string }[];
  };

export type RecordedFile = { name: string; bytes: number; changedMs: number };

/** `absent`: there is no such recording or file; `goesOn`: it has to end first; `unreadable`: its document is not ours. */
export class RecordingError extends Error {
  override name = 'RecordingError';

  constructor(
    readonly kind: 'absent' | 'goesOn' | 'unreadable',
    message: string,
  ) {
    super(message);
  }
}

/** What a folder is called between being deleted and being gone: a power cut then leaves no half recording. */
const DELETED = '.deleted';
const BLOCK_BYTES = 512;

type Known = { changedMs: number; kept: Kept; summary?: RecordingSummary };
export type Alarm = { code: string; text: string };

export class RecordingStore {
  readonly waveforms = new Waveforms();
  /** By id. */
  #known = new Map<string, Known>();
  #failures = new Map<string, string>();
  #tidying: Promise<void> = Promise.resolve();

  constructor(
    private readonly options: {
      /** Where they are kept. Made by whoever records, never here: a missing disk is said. */
      place: () => Place;
      limits: () => RetentionLimits;
      /** Time of day, ms since 1970. */
      nowMs: () => number;
      access: AccessLog;
    },
  ) {}

  /** What the last look and the last tidying found wrong, for the administrator. */
  get alarms(): Alarm[] {
    const failures = [...this.#failures].map(([code, text]) => ({ code, text }));
    const warning = quotaWarning(this.#kept(), this.options.limits());
    return warning === undefined ? failures : [...failures, { code: 'recordings-quota', text: warning }];
  }

  /** Bytes of the disk that all of them take, by the last look. */
  get usedBytes(): number {
    return usedBytes(this.#kept());
  }

  /** Newest first, those that go on too. */
  async list(): Promise<RecordingSummary[]> {
    await this.#look();
    return [...this.#known.values()]
      .flatMap(({ summary }) => summary ?? [])
      .sort((a, b) => (a.id < b.id ? 1 : -1));
  }

  /** One recording. Throws RecordingError. */
  async find(id: string): Promise<RecordingDocument> {
    const folder = await this.#folderOf(id);
    const json = await fs.promises.open(path.join(folder, 'recording.json'), READ).catch(() => {
      throw new RecordingError('absent', `recording ${id} has no recording.json`);
    });
    try {
      const { size } = await json.stat();
      if (size > MAX_DOCUMENT_BYTES) throw new Error('recording.json is too large');
      return readDocument(await json.readFile('utf8'), id);
    } catch (error) {
      throw new RecordingError('unreadable', (error as Error).message);
    } finally {
      await json.close();
    }
  }

  /** As `find`, of one that has ended: only those are given out. */
  async findEnded(id: string): Promise<RecordingDocument> {
    const document = await this.find(id);
    if (document.endedAt !== null) return document;
    throw new RecordingError('goesOn', `recording ${id} still goes on`);
  }

  /** The files of one that has ended, as they are on the disk. Throws RecordingError. */
  async files(id: string): Promise<RecordedFile[]> {
    const names = filesOf(await this.findEnded(id));
    const folder = await this.#folderOf(id);
    const files = await Promise.all(
      names.map(async (name) => {
        const stat = await statOf(path.join(folder, name));
        return stat?.isFile() && stat.size > 0 ? [{ name, bytes: stat.size, changedMs: stat.mtimeMs }] : [];
      }),
    );
    return files.flat();
  }

  /** The bytes of one of `files` from `from` to `to`, both included. Throws RecordingError. */
  async read(id: string, { name, bytes }: RecordedFile, from = 0, to = bytes - 1): Promise<Readable> {
    const folder = await this.#folderOf(id);
    const file = await fs.promises.open(path.join(folder, name), READ).catch((error: Error) => {
      throw new RecordingError('absent', error.message);
    });
    return file.createReadStream({ start: from, end: to });
  }

  /** What its waveforms are drawn of; undefined while they are being made. Throws RecordingError. */
  async peaks(document: RecordingDocument): Promise<Peaks | undefined> {
    return this.waveforms.of(await this.#folderOf(document.id), document);
  }

  /** Deletes one that does not go on. Throws RecordingError, or the system's error. */
  async delete(id: string, by: string): Promise<void> {
    const folder = await this.#folderOf(id);
    await this.findEnded(id).catch((error) => {
      // What cannot be read can be deleted all the same.
      if (!(error instanceof RecordingError) || error.kind !== 'unreadable') throw error;
    });
    const gone = folder + DELETED;
    await fs.promises.rename(folder, gone);
    this.#known.delete(id);
    this.options.access.add({ by, what: 'deleted', recording: id });
    await fs.promises.rm(gone, { recursive: true });
  }

  /**
   * Deletes what is overdue and has waveforms made where they are missing. To be called after each recording that
   * ends, and now and then. Never throws: what goes wrong is an alarm.
   */
  tidy(): Promise<void> {
    this.#tidying = this.#tidying.then(() => this.#tidy());
    return this.#tidying;
  }

  async #tidy(): Promise<void> {
    try {
      await this.#look();
      this.#failures.delete('recordings-delete');
      const { path: folder } = this.options.place();
      for (const name of await namesIn(folder))
        if (name.endsWith(DELETED) && RECORDING_ID.test(name.slice(0, -DELETED.length)))
          await fs.promises.rm(path.join(folder, name), { recursive: true });
      for (const { id, why } of overdue(this.#kept(), this.options.limits(), this.options.nowMs())) {
        log.info({ id, why }, 'a recording is deleted');
        await this.delete(id, THE_BOX).catch((error) => {
          if (!(error instanceof RecordingError)) throw error; // else somebody was quicker
        });
      }
    } catch (error) {
      this.#failures.set(
        'recordings-delete',
        `a recording cannot be deleted: ${(error as Error).message}; the disk will be full`,
      );
    }
    for (const { id, endedAt } of this.#kept())
      if (endedAt !== null && !(await statOf(path.join(this.options.place().path, id, PEAKS_FILE))))
        await this.find(id)
          .then((document) => this.peaks(document))
          .catch(ignore);
  }

  /** Oldest first: ids begin with the time. */
  #kept(): Kept[] {
    return [...this.#known.values()].map(({ kept }) => kept).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Finds out what is there now; what has not changed since the last look is not read again. */
  async #look(): Promise<void> {
    const place = this.options.place();
    const folder = place.path;
    const known = new Map<string, Known>();
    const broken: string[] = [];
    try {
      requireDisk(place);
      for (const id of await fs.promises.readdir(folder)) {
        if (!RECORDING_ID.test(id)) continue;
        const now = await this.#lookAt(id);
        if (!now) continue;
        known.set(id, now);
        if (!now.summary) broken.push(id);
      }
      this.#failures.delete('recordings-folder');
    } catch (error) {
      if (place.flash === undefined && (error as NodeJS.ErrnoException).code === 'ENOENT')
        this.#failures.delete('recordings-folder');
      else
        this.#failures.set(
          'recordings-folder',
          `recordings are not there: ${(error as Error).message}. Plug the disk in, or name another recordings.folder`,
        );
    }
    this.#known = known;
    if (broken.length === 0) this.#failures.delete('recordings-unreadable');
    else
      this.#failures.set('recordings-unreadable', `what is not as the box writes it: ${broken.join(', ')}`);
  }

  async #lookAt(id: string): Promise<Known | undefined> {
    const folder = path.join(this.options.place().path, id);
    const changedMs = (await statOf(path.join(folder, 'recording.json')))?.mtimeMs;
    // A folder without it is one that begins.
    if (changedMs === undefined) return undefined;
    const before = this.#known.get(id);
    if (before?.changedMs === changedMs && before.kept.endedAt !== null) return before;
    const bytes = await bytesIn(folder);
    try {
      const summary = summaryOf(await this.find(id), bytes);
      return { changedMs, kept: summary, summary };
    } catch {
      return { changedMs, kept: { id, endedAt: null, bytes } };
    }
  }

  /** Throws RecordingError unless there is a folder of that id. */
  async #folderOf(id: string): Promise<string> {
    if (RECORDING_ID.test(id)) {
      const folder = path.join(this.options.place().path, id);
      if ((await statOf(folder))?.isDirectory()) return folder;
    }
    throw new RecordingError('absent', 'there is no such recording (any more)');
  }
}

const READ = fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW;

function ignore(): void {}

/** Undefined for what is not there; of a link, not of what it leads to. */
function statOf(file: string): Promise<fs.Stats | undefined> {
  return fs.promises.lstat(file).catch(() => undefined);
}

function namesIn(folder: string): Promise<string[]> {
  return fs.promises.readdir(folder).catch(() => []);
}

/** What a folder takes of the disk: holes in files take nothing. */
async function bytesIn(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await namesIn(folder))
    bytes += ((await statOf(path.join(folder, name)))?.blocks ?? 0) * BLOCK_BYTES;
  return bytes;
}

function summaryOf(document: RecordingDocument, bytes: number): RecordingSummary {
  const { id, number, name, description, startedAt, endedAt, endReason, samples, rateHz, tracks } = document;
  return {
    id,
    number,
    name,
    description,
    startedAt,
    endedAt,
    endReason,
    seconds: Math.round(samples / rateHz),
    bytes,
    participants: tracks.map(({ name, number }) => ({ name, number })),
  };
}

/** The waveforms of recordings: made once, one recording after the other, in the background; then read. */
import { once } from 'node:events';
import * as fs from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { createLog } from '../log.js';
import { PEAKS_FILE, type Peaks } from './peaks.js';
import type { PeaksDone, PeaksWork } from './peaks-worker.js';
import { soundFiles, type RecordingDocument } from './recording-document.js';

const log = createLog('recording');
const program = new URL('./peaks-worker.js', import.meta.url);
const MAX_BYTES = 16 << 20;

export class Waveforms {
  /** By folder: being made or waiting for it, or failed; those are not tried again before the next start. */
  readonly #begun = new Set<string>();
  #work: Promise<void> = Promise.resolve();
  #thread: Promise<Worker> | undefined;

  /** Resolves when the thread that makes them is ready. It stays: each that came and went would leave some memory behind. */
  start(): Promise<Worker> {
    return (this.#thread ??= this.#launch());
  }

  async #launch(): Promise<Worker> {
    const thread = new Worker(program, { name: 'peaks' });
    const gone = () => (this.#thread = undefined);
    thread.on('error', gone).on('exit', gone);
    await once(thread, 'message');
    thread.unref();
    return thread;
  }

  /** The peaks of a recording that has ended; undefined while they are not there yet, but then they are made. */
  async of(folder: string, document: RecordingDocument): Promise<Peaks | undefined> {
    const peaks = await read(folder);
    if (peaks?.samples === document.samples) return peaks;
    if (!this.#begun.has(folder)) {
      this.#begun.add(folder);
      this.#work = this.#work.then(() => this.#make(folder, document));
    }
    return undefined;
  }

  /** Ends the thread; what it has not made is made when it is asked for again. */
  async stop(): Promise<void> {
    await (await this.#thread)?.terminate();
  }

  /** Resolves when all that was wanted is made. */
  get made(): Promise<void> {
    return this.#work;
  }

  async #make(folder: string, document: RecordingDocument): Promise<void> {
    const work: PeaksWork = { folder, samples: document.samples, files: soundFiles(document) };
    try {
      const thread = await this.start();
      thread.ref();
      thread.postMessage(work);
      const [failure] = (await once(thread, 'message')) as [PeaksDone];
      thread.unref();
      if (failure !== undefined) throw new Error(failure);
      this.#begun.delete(folder);
    } catch (err) {
      log.warn({ err, folder }, 'the waveform of a recording could not be made');
    }
  }
}

async function read(folder: string): Promise<Peaks | undefined> {
  const file = path.join(folder, PEAKS_FILE);
  try {
    if ((await fs.promises.lstat(file)).size > MAX_BYTES) return undefined;
    const peaks = JSON.parse(await fs.promises.readFile(file, 'utf8')) as Peaks;
    return peaks.version === 1 && Object.values(peaks.files).every(isRow) ? peaks : undefined;
  } catch {
    return undefined; // not there yet, or torn by a power cut: it is made anew
  }
}

function isRow(row: unknown): boolean {
  return Array.isArray(row) && row.every((peak) => typeof peak === 'number' && peak >= 0 && peak <= 255);
}

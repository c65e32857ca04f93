/**
 * Writes all recordings that go on: takes what waits in the ring, brings it to flash every second, and when one is over makes
 * its checksums. Waits for flash as long as flash wants; whoever speaks does not. Knows neither threads nor clocks.
 */
import { FRAME_MS } from '../media/frame.js';
import { RingReader, ticksOf, type RingSink } from '../media/recording-ring.js';
import type { RecordedTrack, RecordingDocument } from './recording-document.js';
import { RecordingFolder, type FolderCalls } from './recording-folder.js';
import { seal } from './seal.js';

export type WriterCommand =
  | { type: 'begin'; recording: number; document: RecordingDocument }
  | {
      type: 'track';
      recording: number;
      track: Pick<RecordedTrack, 'track' | 'name' | 'number' | 'joinedAt'>;
    }
  | { type: 'left'; recording: number; track: number; leftAt: string }
  | { type: 'end'; recording: number; reason: string };

export type WriterEvent =
  /** A recording has ended since it cannot be written. */
  | { type: 'failed'; recording: number; why: string }
  /** A recording is over, or given up, and its number is free. */
  | { type: 'closed'; recording: number; id: string }
  /** Of a recording of the past, or one that is over: what could not be done. */
  | { type: 'trouble'; id: string; why: string };

const SYNC_MS = 1000;
/** What is behind by more is given up: flash is too slow, and a power cut would cost too much. */
const MAX_LAG_TICKS = 5000 / FRAME_MS;
/** Flash that is left for the configuration, bytes. */
const RESERVE_BYTES = 32 << 20;
/** The tick says when nothing follows; if it cannot, this is waited for it. */
const END_MS = 5000;
/** An end that could not be written is tried again. */
const RETRY_MS = 10_000;
/** Records read between two looks at the time. */
const RECORDS = 4096;
/** Checksums are made for so long at a time. */
const SEAL_MS = 20;

type Open = {
  folder: RecordingFolder;
  reason: string | undefined;
  /** When what is missing at the end is no longer waited for. */
  endByMs: number;
};

export class RecordingWriter implements RingSink {
  #ring: RingReader;
  #open = new Map<number, Open>();
  /** Those whose end could not be written yet, since flash was full. */
  #unended = new Map<number, { folder: RecordingFolder; retryMs: number }>();
  #seals: { id: string; steps: Generator<void, void> }[] = [];
  #syncMs: number;

  constructor(
    /** Where recordings can be kept now. Throws if they cannot. */
    private readonly ready: () => string,
    private readonly block: Int32Array,
    private readonly calls: FolderCalls,
    private readonly emit: (event: WriterEvent) => void,
    private readonly nowMs: () => number,
  ) {
    this.#ring = new RingReader(block);
    this.#syncMs = nowMs();
  }

  /** Up to where the ring is full; what is told afterwards belongs to what comes later. */
  get ringEnd(): number {
    return this.#ring.end;
  }

  handle(command: WriterCommand): void {
    const { recording } = command;
    if (command.type === 'begin') return this.#begin(recording, command.document);
    const open = this.#open.get(recording);
    if (!open) return;
    if (command.type === 'track') open.folder.addTrack(command.track);
    else if (command.type === 'left') open.folder.left(command.track, command.leftAt);
    else {
      open.reason = command.reason;
      open.endByMs = this.nowMs() + END_MS;
    }
  }

  /** Takes what waits in the ring up to `end`; once a second brings it to flash. False if there is nothing else to do. */
  pass(end: number): boolean {
    const more = this.#ring.read(this, end, RECORDS);
    const nowMs = this.nowMs();
    if (nowMs - this.#syncMs >= SYNC_MS) {
      this.#syncMs = nowMs;
      this.#sync();
    }
    for (const [recording, { endByMs }] of this.#open) if (nowMs >= endByMs) this.#end(recording);
    return more || this.#seal();
  }

  /** Ends everything, with what has come; checksums that are not made by `endMs` are made after the next start. */
  close(endMs: number): void {
    while (this.#ring.read(this, this.ringEnd, RECORDS));
    for (const recording of [...this.#open.keys()]) this.#end(recording);
    while (this.nowMs() < endMs && this.#seal());
  }

  /** Makes the checksums of a recording that is over, when there is time. */
  sealLater(folder: string, document: RecordingDocument): void {
    this.#seals.push({ id: document.id, steps: seal(folder, document, this.calls) });
  }

  frame(recording: number, tick: number, track: number, frame: Int16Array, speaking: boolean): void {
    this.#with(recording, (folder) => folder.frame(track, tick, frame, speaking));
  }

  tick(recording: number, tick: number): void {
    if (ticksOf(this.block, recording) - tick > MAX_LAG_TICKS) this.#fail(recording, 'flash is too slow');
    this.#with(recording, (folder) => folder.tick(tick));
  }

  stretch(recording: number, tick: number, wallMs: number): void {
    this.#with(recording, (folder) => folder.stretch(tick, new Date(wallMs).toISOString()));
  }

  consent(recording: number, tick: number, track: number, wallMs: number): void {
    this.#with(recording, (folder) => folder.consent(track, tick, new Date(wallMs).toISOString()));
  }

  end(recording: number, ticks: number): void {
    // That of another one which had this number is none of ours.
    if (this.#open.get(recording)?.folder.ticks === ticks) this.#end(recording);
  }

  #begin(recording: number, document: RecordingDocument): void {
    try {
      const directory = this.#askForRoom();
      const folder = new RecordingFolder(directory, document, this.calls, this.nowMs());
      this.#open.set(recording, { folder, reason: undefined, endByMs: Infinity });
    } catch (error) {
      this.emit({ type: 'failed', recording, why: inWords(error) });
      this.emit({ type: 'closed', recording, id: document.id });
    }
  }

  #sync(): void {
    let full: unknown;
    try {
      if (this.#open.size > 0) this.#askForRoom();
    } catch (error) {
      full = error;
    }
    for (const recording of [...this.#open.keys()])
      if (full) this.#fail(recording, inWords(full));
      else this.#with(recording, (folder) => folder.sync(this.nowMs()));
    for (const [recording, { folder, retryMs }] of this.#unended)
      if (this.nowMs() >= retryMs) this.#finish(recording, folder, '');
  }

  /** The folder for a recording. Throws if so little is free that the box itself needs it, or all is gone. */
  #askForRoom(): string {
    const directory = this.ready();
    const { bavail, bsize } = this.calls.statfsSync(directory);
    if (bavail * bsize < RESERVE_BYTES) throw new Error('flash is full');
    return directory;
  }

  #with(recording: number, action: (folder: RecordingFolder) => void): void {
    const open = this.#open.get(recording);
    if (!open) return;
    try {
      action(open.folder);
    } catch (error) {
      this.#fail(recording, inWords(error));
    }
  }

  #fail(recording: number, why: string): void {
    const open = this.#open.get(recording);
    if (!open) return;
    this.#open.delete(recording);
    this.emit({ type: 'failed', recording, why });
    this.#finish(recording, open.folder, why);
  }

  #end(recording: number): void {
    const open = this.#open.get(recording);
    if (!open) return;
    this.#open.delete(recording);
    this.#finish(recording, open.folder, open.reason ?? 'the box was stopped');
  }

  #finish(recording: number, folder: RecordingFolder, reason: string): void {
    try {
      folder.finish(reason, new Date().toISOString());
      this.sealLater(folder.folder, folder.document);
    } catch (error) {
      if (!this.#unended.has(recording))
        this.emit({ type: 'trouble', id: folder.document.id, why: inWords(error) });
      if (isFull(error)) {
        this.#unended.set(recording, { folder, retryMs: this.nowMs() + RETRY_MS });
        return;
      }
      // The disk is gone, or broken: what is there is mended when it is back. It must not be held.
      folder.abandon();
    }
    this.#unended.delete(recording);
    this.emit({ type: 'closed', recording, id: folder.document.id });
  }

  /** Whether there is more of it. */
  #seal(): boolean {
    const untilMs = this.nowMs() + SEAL_MS;
    while (this.#seals.length > 0 && this.nowMs() < untilMs) {
      const { id, steps } = this.#seals[0];
      try {
        if (!steps.next().done) continue;
      } catch (error) {
        // It may have been deleted meanwhile.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
          this.emit({ type: 'trouble', id, why: inWords(error) });
      }
      this.#seals.shift();
    }
    return this.#seals.length > 0;
  }
}

function isFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');
}

/** What the system says, as an administrator would. */
function inWords(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (isFull(error)) return 'flash is full';
  if (code === 'ENOENT' || code === 'EIO' || code === 'ENODEV') return `flash cannot be written (${code})`;
  return message;
}

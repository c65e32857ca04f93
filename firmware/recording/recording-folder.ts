/** One recording as it is written: its folder, the sound of its tracks, the mix that is made of them, its document. */
import * as fs from 'node:fs';
import path from 'node:path';
import { flashSafeWrite, syncDirectory, type SaveCalls } from '../config/flash-safe-write.js';
import { FRAME_MS } from '../media/frame.js';
import { Limiter } from '../media/limiter.js';
import { addTo } from '../media/mixer.js';
import {
  DOCUMENT,
  MIX,
  trackFile,
  type RecordedTrack,
  type RecordingDocument,
} from './recording-document.js';
import { SoundFile, type SoundCalls } from './sound-file.js';
import { LINE_DELAY, TrackLine } from './track-line.js';

export type FolderCalls = SoundCalls & SaveCalls & Pick<typeof fs, 'mkdirSync' | 'statfsSync'>;

/** Pauses between words belong to what is said. */
const PAUSE_S = 0.5;
/** Who talked is written so often while nothing else changes. */
const TALK_MS = 30_000;

type Track = {
  told: RecordedTrack;
  line: TrackLine;
  file: SoundFile | undefined;
  /** What it says in the tick that is not over yet. */
  frame: Int16Array;
  speaks: boolean;
};

export class RecordingFolder {
  readonly folder: string;
  #tracks = new Map<number, Track>();
  #ticks = 0;
  #samples: number;
  #sum: Int32Array;
  #mixed: Int16Array;
  #limiter = new Limiter();
  #mix: SoundFile;
  /** What changed since the document was saved. */
  #unsaved: 'nothing' | 'talk' | 'facts' = 'nothing';
  #savedMs: number;

  /** Makes the folder. Throws the system's error, as the other methods do. */
  constructor(
    directory: string,
    readonly document: RecordingDocument,
    private readonly calls: FolderCalls,
    nowMs: number,
  ) {
    this.folder = path.join(directory, document.id);
    this.#samples = (document.rateHz / 1000) * FRAME_MS;
    this.#sum = new Int32Array(this.#samples);
    this.#mixed = new Int16Array(this.#samples);
    calls.mkdirSync(this.folder, { mode: 0o700 });
    this.#savedMs = nowMs;
    this.#save();
    syncDirectory(directory, calls);
    this.#mix = this.#open(MIX);
  }

  /** So many have come. */
  get ticks(): number {
    return this.#ticks;
  }

  /** Somebody is to be stored on a track. */
  addTrack(told: Pick<RecordedTrack, 'track' | 'name' | 'number' | 'joinedAt'>): void {
    if (this.#tracks.has(told.track)) return;
    const track: Track = {
      told: { ...told, leftAt: null, consents: [], talked: [] },
      line: new TrackLine(this.document.rateHz),
      file: undefined,
      frame: new Int16Array(0),
      speaks: false,
    };
    this.#tracks.set(told.track, track);
    this.document.tracks.push(track.told);
    this.#unsaved = 'facts';
  }

  left(track: number, leftAt: string): void {
    const told = this.#tracks.get(track)?.told;
    if (!told) return;
    told.leftAt = leftAt;
    this.#unsaved = 'facts';
  }

  stretch(tick: number, time: string): void {
    this.document.stretches.push({ at: tick * this.#samples, time });
    this.#unsaved = 'facts';
  }

  consent(number: number, tick: number, time: string): void {
    this.#tracks.get(number)?.told.consents.push({ time, at: tick * this.#samples });
    this.#unsaved = 'facts';
  }

  /** What a party says in a tick; `frame` is copied. */
  frame(number: number, tick: number, frame: Int16Array, speaking: boolean): void {
    const track = this.#tracks.get(number);
    if (!track) return;
    this.#upTo(tick);
    if (track.frame.length !== frame.length) track.frame = new Int16Array(frame.length);
    track.frame.set(frame);
    track.speaks = true;
    if (speaking) this.#talk(track.told, tick * this.#samples);
  }

  /** All that is said in a tick has been told. Ticks that are left out are silent. */
  tick(tick: number): void {
    this.#upTo(tick);
    this.#pass();
  }

  /** Brings what came so far to flash. */
  sync(nowMs: number): void {
    if (this.#unsaved === 'facts' || (this.#unsaved === 'talk' && nowMs - this.#savedMs >= TALK_MS)) {
      this.#savedMs = nowMs;
      this.#save();
    }
    this.#mix.sync();
    for (const { file } of this.#tracks.values()) file?.sync();
  }

  /** Nothing follows: all files get their length. If it throws, it may be called again. */
  finish(reason: string, endedAt: string): void {
    if (this.document.endedAt === null) this.#end(reason, endedAt);
    const { samples } = this.document;
    for (const track of this.#tracks.values()) {
      this.#fileOf(track).close(samples);
      track.line.close();
    }
    this.#mix.close(samples);
    this.#save();
  }

  /** Leaves all files as they are. */
  abandon(): void {
    this.#mix.abandon();
    for (const { file, line } of this.#tracks.values()) {
      file?.abandon();
      line.close();
    }
  }

  #end(reason: string, endedAt: string): void {
    const { document } = this;
    Object.assign(document, { endedAt, endReason: reason, samples: this.#ticks * this.#samples });
    for (const told of document.tracks) {
      told.leftAt ??= endedAt;
      for (const talk of told.talked) talk.to = Math.min(talk.to, document.samples);
    }
    this.#pass(); // what is still on the lines
  }

  #upTo(tick: number): void {
    while (this.#ticks < tick) this.#pass();
  }

  #pass(): void {
    const at = this.#ticks++ * this.#samples - LINE_DELAY[this.document.rateHz];
    let any = false;
    this.#sum.fill(0);
    for (const track of this.#tracks.values()) {
      const said = track.line.pass(track.speaks ? track.frame : null);
      track.speaks = false;
      if (!said) continue;
      any = true;
      addTo(this.#sum, said);
      put(this.#fileOf(track), at, said);
    }
    if (!any) return;
    this.#limiter.whole(this.#mixed, this.#sum);
    put(this.#mix, at, this.#mixed);
  }

  #talk(told: RecordedTrack, from: number): void {
    const to = from + this.#samples;
    const last = told.talked.at(-1);
    if (last && from - last.to <= PAUSE_S * this.document.rateHz) last.to = to;
    else told.talked.push({ from, to });
    if (this.#unsaved === 'nothing') this.#unsaved = 'talk';
  }

  /** Of whom there is a file, of them the document tells. */
  #fileOf(track: Track): SoundFile {
    if (!track.file) {
      if (this.#unsaved === 'facts') this.#save();
      track.file = this.#open(trackFile(track.told));
    }
    return track.file;
  }

  #open(name: string): SoundFile {
    return new SoundFile(path.join(this.folder, name), this.document.rateHz, this.calls);
  }

  #save(): void {
    saveDocument(this.folder, this.document, this.calls);
    this.#unsaved = 'nothing';
  }
}

/** Throws the system's error; then the document before still stands. */
export function saveDocument(folder: string, document: RecordingDocument, calls: SaveCalls): void {
  flashSafeWrite(path.join(folder, DOCUMENT), Buffer.from(`${JSON.stringify(document, null, 1)}\n`), calls);
}

/** Nothing comes before the beginning: what is on the lines then is silence. */
function put(file: SoundFile, at: number, samples: Int16Array): void {
  if (at >= 0) file.put(at, samples);
  else file.put(0, samples.subarray(-at));
}

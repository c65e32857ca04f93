/** The main thread's handle on the thread that writes recordings. */
import { randomBytes } from 'node:crypto';
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import { MAX_RECORDINGS, setTicks } from '../media/recording-ring.js';
import type { Place } from './disks.js';
import { begunDocument, type BegunRecording, type RecordedTrack } from './recording-document.js';
import type { RecorderThreadData, ThreadCommand, ThreadEvent } from './recorder-thread.js';
import type { WriterEvent } from './recording-writer.js';

const program = new URL('./recorder-thread.js', import.meta.url);
/** One that dies sooner is not started again. */
const LEAST_LIFE_MS = 10_000;

export type Alarm = { code: string; text: string };

export class Recorder {
  /** A recording can no longer be written: it has been ended, and why. */
  onFailed: (recording: number, why: string) => void = () => {};
  /** A recording is over: on flash from its beginning to its end, or as far as it could be. */
  onClosed: (id: string) => void = () => {};
  #thread: MessagePort | undefined;
  #numbers = new Map<number, string>();
  #lastNumber = 0;
  #trouble: string | undefined;
  #closing = false;
  #bell = new Int32Array(new SharedArrayBuffer(4));
  #exited: Promise<void> = Promise.resolve();

  /**
   * `block`: where what is recorded comes from; `place`: where it is kept. Resolves when what a power cut left there is
   * mended.
   */
  static async start(place: Place, block: Int32Array): Promise<Recorder> {
    const recorder = new Recorder(place, block);
    await recorder.#start();
    return recorder;
  }

  private constructor(
    private place: Place,
    private readonly block: Int32Array,
  ) {}

  get alarms(): Alarm[] {
    if (this.#trouble === undefined) return [];
    return [{ code: 'recording-failed', text: `recording failed: ${this.#trouble}` }];
  }

  /** Begins a recording; its number in the media plane, and its name, or undefined if there cannot be another one. */
  begin(room: Omit<BegunRecording, 'id' | 'startedAt'>): { recording: number; id: string } | undefined {
    const recording = this.#freeNumber();
    if (!this.#thread || recording === undefined) return undefined;
    const startedAt = new Date().toISOString();
    const id = `${startedAt.slice(0, 19).replace(/[-:]/g, '').replace('T', '-')}-${randomBytes(4).toString('hex')}`;
    this.#numbers.set(recording, id);
    setTicks(this.block, recording, 0);
    this.#trouble = undefined;
    const document = begunDocument({ id, ...room, startedAt });
    this.#tell({ type: 'begin', recording, document });
    return { recording, id };
  }

  /** What begins from now on is kept elsewhere. */
  keepIn(place: Place): void {
    this.place = place;
    this.#trouble = undefined;
    this.#tell({ type: 'keepIn', place });
  }

  /** Before what a party says is stored on that track. */
  addTrack(recording: number, track: Pick<RecordedTrack, 'track' | 'name' | 'number' | 'joinedAt'>): void {
    this.#tell({ type: 'track', recording, track });
  }

  left(recording: number, track: number): void {
    this.#tell({ type: 'left', recording, track, leftAt: new Date().toISOString() });
  }

  /** It is over when all that the media plane has stored of it is written. */
  end(recording: number, reason: string): void {
    this.#tell({ type: 'end', recording, reason });
  }

  /** Ends every recording; resolves when all that was stored is written. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#tell({ type: 'close' });
    Atomics.store(this.#bell, 0, 1);
    Atomics.notify(this.#bell, 0);
    await this.#exited;
  }

  /** As late as can be the same one again: something of the one before may still be on its way. */
  #freeNumber(): number | undefined {
    for (let more = 1; more <= MAX_RECORDINGS; more++) {
      const number = (this.#lastNumber + more) % MAX_RECORDINGS;
      if (!this.#numbers.has(number)) return (this.#lastNumber = number);
    }
    return undefined;
  }

  #tell(command: ThreadCommand): void {
    this.#thread?.postMessage(command);
  }

  /** Resolves when the thread takes what comes, or is gone. */
  #start(): Promise<void> {
    const startedMs = performance.now();
    const { port1, port2 } = new MessageChannel();
    const workerData: RecorderThreadData = {
      channel: port2,
      place: this.place,
      block: this.block,
      bell: this.#bell,
    };
    const worker = new Worker(program, { workerData, transferList: [port2], name: 'recorder' });
    let why = 'the thread that writes stopped';
    worker.on('error', (error) => (why = error.message));
    const ready = new Promise<void>((resolve) =>
      port1.on('message', (event: ThreadEvent) => {
        if (event.type === 'ready') resolve();
        else this.#take(event);
      }),
    );
    this.#thread = port1;
    this.#exited = new Promise((resolve) => worker.once('exit', () => resolve()));
    void this.#exited.then(() => {
      port1.close();
      this.#thread = undefined;
      if (this.#closing) return;
      this.#trouble = why;
      const lost = [...this.#numbers.keys()];
      this.#numbers.clear();
      if (performance.now() - startedMs >= LEAST_LIFE_MS) void this.#start();
      for (const recording of lost) this.onFailed(recording, why);
    });
    return Promise.race([ready, this.#exited]);
  }

  #take(event: WriterEvent): void {
    if (event.type === 'failed') {
      this.#trouble = event.why;
      this.onFailed(event.recording, event.why);
    } else if (event.type === 'closed') {
      this.#numbers.delete(event.recording);
      this.onClosed(event.id);
    } else if (event.type === 'trouble')
      this.#trouble = event.id === '' ? event.why : `${event.id}: ${event.why}`;
  }
}

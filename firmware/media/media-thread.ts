/** One media worker as its owner sees it: started, standing by, at work, gone. */
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import type { MediaCommand, MediaEvent } from './contract.js';
import type { MediaWorkerData } from './media-worker.js';

const program = new URL('./media-worker.js', import.meta.url);

export class MediaThread {
  /** Resolves when it is loaded and stands by; rejects if it cannot. */
  readonly ready: Promise<Extract<MediaEvent, { type: 'ready' }>>;
  /** Resolves when nothing of it is left, with what it died of. */
  readonly gone: Promise<Error>;
  /** It does not stand by yet. */
  loading = true;
  #worker: Worker;
  #channel: MessagePort;
  #stage = new Int32Array(new SharedArrayBuffer(4));

  constructor(
    shared: Omit<MediaWorkerData, 'channel' | 'stage'>,
    onEvent: (event: MediaEvent, from: MediaThread) => void,
  ) {
    const { port1, port2 } = new MessageChannel();
    if (shared.before) this.#stage[0] = 1;
    const workerData: MediaWorkerData = { ...shared, channel: port2, stage: this.#stage };
    this.#channel = port1;
    this.#worker = new Worker(program, { workerData, transferList: [port2], name: 'media' });
    let failure = new Error('the media worker stopped');
    this.#worker.on('error', (error) => (failure = error));
    const exited = new Promise<void>((resolve) => this.#worker.once('exit', () => resolve()));
    const closed = new Promise<void>((resolve) => this.#channel.once('close', resolve));
    this.ready = new Promise((resolve, reject) => {
      this.#channel.on('message', (event: MediaEvent) => {
        if (event.type === 'ready') {
          this.loading = false;
          resolve(event);
        } else onEvent(event, this);
      });
      void exited.then(() => reject(failure));
    });
    this.ready.catch(() => {});
    void exited.then(() => this.#channel.close());
    this.gone = Promise.all([exited, closed]).then(() => failure);
  }

  /** Where its prompts are: one that was not given those of a worker before waits for it. */
  learn(promptsDir: string): void {
    this.#channel.postMessage(promptsDir);
    this.#wake(1);
  }

  tell(command: MediaCommand): void {
    this.#channel.postMessage(command);
  }

  /** Begins to tick, with what it has been told. */
  go(): void {
    this.#wake(2);
  }

  /** Ends it where it stands; not while it loads: a library that is being loaded would end the whole process. */
  kill(): void {
    const end = () => void this.#worker.terminate();
    this.ready.then(end, end);
  }

  #wake(stage: 1 | 2): void {
    Atomics.store(this.#stage, 0, stage);
    Atomics.notify(this.#stage, 0);
  }
}

/** Updates of the firmware: a bundle is taken, verified, shown, and installed; then the machine restarts into it. */
import * as fs from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createLog } from '../log.js';
import { bundleIn, install, RaucError, slotsNow, type Bundle, type Slots } from './rauc.js';
import type { Restart } from './restart.js';

const log = createLog('update');

/** No bundle of ours is larger. */
export const MAX_BUNDLE_BYTES = 512 << 20;
/** The configuration and the history still have to fit. */
const SPARE_BYTES = 16 << 20;

/** `ready`: verified, and waits to be installed; `installed`: it runs after the next start. */
export type UpdateState = {
  state: 'none' | 'receiving' | 'ready' | 'installing' | 'installed' | 'failed';
  bundle?: Bundle;
  /** Of installing. */
  percent?: number;
  /** Why it failed. */
  trouble?: string;
};

/** It cannot be done now; the message says why, for people. */
export class UpdateError extends Error {
  override name = 'UpdateError';
}

export class Updates {
  #now: UpdateState = { state: 'none' };
  /** What is to be installed. */
  #file?: string;
  /** Where a bundle that is sent is kept until it is installed. */
  readonly #kept: string;

  constructor(
    private readonly options: {
      /** The data directory. */
      data: string;
      restart: Restart;
    },
  ) {
    this.#kept = path.join(options.data, 'update.raucb');
    // What a power cut has left of one.
    fs.rmSync(this.#kept, { force: true });
  }

  get now(): UpdateState {
    return this.#now;
  }

  /** The slots; undefined where there are none. */
  async slots(): Promise<Slots | undefined> {
    return slotsNow().catch(() => undefined);
  }

  /** Takes a bundle as it comes, of so many bytes. Rejects with UpdateError if it is none, or cut off. */
  async receive(bundle: Readable, bytes: number | undefined): Promise<UpdateState> {
    this.#mayBegin();
    this.#now = { state: 'receiving' };
    try {
      await this.#write(bundle, bytes);
    } catch (error) {
      this.forget();
      throw error instanceof UpdateError
        ? error
        : new UpdateError(`the bundle did not come whole: ${(error as Error).message}`);
    }
    return this.#verify(this.#kept);
  }

  /** Takes a bundle that lies on a disk, and is to stay there until it is installed. Rejects with UpdateError. */
  async take(file: string): Promise<UpdateState> {
    this.#mayBegin();
    this.#now = { state: 'receiving' };
    return this.#verify(file);
  }

  /** Forgets a bundle that is not installed yet. Throws UpdateError while one is. */
  forget(): void {
    if (this.#now.state === 'installing') throw new UpdateError('an update is being installed');
    fs.rmSync(this.#kept, { force: true });
    this.#file = undefined;
    this.#now = { state: 'none' };
  }

  /** Begins to install; calls go on. Once it is done the machine restarts, as `Restart.plan`. Throws UpdateError. */
  install(waitMinutes: number): void {
    const { bundle } = this.#now;
    if (this.#now.state !== 'ready' || this.#file === undefined)
      throw new UpdateError('there is no verified bundle to be installed');
    const file = this.#file;
    this.#now = { state: 'installing', bundle, percent: 0 };
    log.info({ ...bundle }, 'an update is being installed');
    install(file, (percent) => (this.#now = { ...this.#now, percent })).then(
      () => {
        this.#over({ state: 'installed', bundle });
        log.info({ ...bundle }, 'an update is installed');
        this.options.restart.plan(`update to ${bundle!.version}`, waitMinutes);
      },
      (error: Error) => {
        this.#over({ state: 'failed', bundle, trouble: error.message });
        log.error({ why: error.message }, 'an update could not be installed');
      },
    );
  }

  #over(now: UpdateState): void {
    fs.rmSync(this.#kept, { force: true });
    this.#file = undefined;
    this.#now = now;
  }

  #mayBegin(): void {
    if (this.#now.state === 'receiving' || this.#now.state === 'installing')
      throw new UpdateError('another update is being received or installed');
    this.forget();
  }

  async #write(bundle: Readable, bytes = 0): Promise<void> {
    const { bavail, bsize } = await fs.promises.statfs(this.options.data);
    const most = Math.min(MAX_BUNDLE_BYTES, bavail * bsize - SPARE_BYTES);
    const tooLarge = () => new UpdateError(`a bundle may have no more than ${most >> 20} MB here`);
    if (bytes > most) throw tooLarge();
    let taken = 0;
    const counted = async function* (parts: AsyncIterable<Buffer>) {
      for await (const part of parts) {
        taken += part.length;
        if (taken > most) throw tooLarge();
        yield part;
      }
    };
    await pipeline(bundle, counted, fs.createWriteStream(this.#kept, { mode: 0o600 }));
    if (taken < bytes) throw new Error('it was cut off');
  }

  async #verify(file: string): Promise<UpdateState> {
    try {
      this.#now = { state: 'ready', bundle: await bundleIn(file) };
      this.#file = file;
      return this.#now;
    } catch (error) {
      this.forget();
      if (!(error instanceof RaucError)) throw error;
      throw new UpdateError(`this bundle is not taken: ${error.message}`);
    }
  }
}

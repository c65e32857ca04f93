/** The configuration on flash: found at boot, saved whole, never lost. */
import { EventEmitter } from 'node:events';
import * as fs from 'node:fs';
import path from 'node:path';
import { makeFolder } from '../flash-folder.js';
import { administratorNamed, firstDocument } from './first-document.js';
import { flashSafeWrite, removeLeftovers, syncDirectory, type SaveCalls } from './flash-safe-write.js';
import { readDocument } from './read-document.js';
import type { Config } from './schema.js';
import { validateConfig } from './validate.js';

export type Alarm = { code: string; text: string };

/** `changed`: after every save that changed something. */
type Events = { changed: [before: Config, after: Config] };

/** Bad files that are kept aside, a name each. */
const BAD_NAMES = ['bad', ...Array.from({ length: 9 }, (_, at) => `bad.${at + 1}`)];

export class ConfigStore extends EventEmitter<Events> {
  /** Documents written since boot. */
  saves = 0;
  /** What went wrong at boot; stays visible. */
  readonly alarms: Alarm[] = [];
  /** Whether the document was made now: its passwords are to be shown to the owner, once. */
  isNew = false;
  #config!: Config;
  /** Whether the file may hold something else than `#config`. */
  #unsure = false;

  private constructor(
    private readonly file: string,
    private readonly calls: SaveCalls,
  ) {
    super();
  }

  /**
   * Opens the configuration in a directory, making both if missing. Boot order: current, previous, defaults; each
   * step down is an alarm, and the bad file is kept aside. Flash that cannot be written is an alarm too: the box runs.
   * Throws only if the directory cannot be made.
   */
  static async open(
    directory: string,
    environment: NodeJS.ProcessEnv = process.env,
    calls: SaveCalls = fs,
  ): Promise<ConfigStore> {
    makeFolder(directory);
    const store = new ConfigStore(path.join(directory, 'config.json'), calls);
    removeLeftovers(store.file, calls);
    await store.#boot(environment.PARLEY_ADMIN_PASSWORD || undefined, environment.PARLEY_FACTORY);
    return store;
  }

  /** Frozen: to change it, save a copy. */
  get config(): Config {
    return this.#config;
  }

  /**
   * Saves a candidate; one that is identical to what is there is not written. Synchronous, so saves come one after the
   * other. Throws ConfigError or the system's error: then the box goes on with the configuration it had.
   */
  save(candidate: unknown): Config {
    const after = validateConfig(candidate);
    const before = this.#config;
    const same = JSON.stringify(before) === JSON.stringify(after);
    if (same && !this.#unsure) return before;
    this.#write(after);
    if (!same) this.emit('changed', before, this.#config);
    return this.#config;
  }

  /** Removes what was there before the configuration in use. Throws the system's error. */
  forgetPast(): void {
    for (const name of ['previous', ...BAD_NAMES]) fs.rmSync(`${this.file}.${name}`, { force: true });
  }

  #write(config: Config): void {
    this.#unsure = true;
    flashSafeWrite(this.file, Buffer.from(`${JSON.stringify(config, null, 2)}\n`), this.calls);
    this.#unsure = false;
    this.saves += 1;
    this.#config = deepFreeze(config);
  }

  async #boot(wantedPassword?: string, factory?: string): Promise<void> {
    const fresh = !fs.existsSync(this.file) && !fs.existsSync(`${this.file}.previous`);
    const found = fresh ? undefined : (this.#read(this.file) ?? this.#read(`${this.file}.previous`));
    if (!fresh && !found) this.#alarm('config-defaults', 'no good configuration was found: this one is new');
    const config = found ?? firstDocument(factory);
    this.isNew = !found;
    // Without one the pages ask for it: see web-ui/pages/first-run.ts.
    const addAdministrator = config.administrators.length === 0 && wantedPassword !== undefined;
    if (addAdministrator) config.administrators.push(await administratorNamed('admin', wantedPassword));
    this.#config = deepFreeze(config);
    this.#onFlash('saved', () => {
      // Written too when only the previous one was good.
      if (this.isNew || addAdministrator || !fs.existsSync(this.file)) this.#write(config);
      fs.chmodSync(this.file, 0o600);
    });
  }

  /** The configuration in a file; undefined, with an alarm and the file put aside, if it is missing or bad. */
  #read(file: string): Config | undefined {
    const name = path.basename(file);
    if (!fs.existsSync(file)) {
      this.#alarm('config-missing', `${name} is missing`);
      return undefined;
    }
    try {
      const { config, leftOut } = readDocument(file);
      if (leftOut.length > 0)
        this.#alarm(
          'config-unknown',
          `${name} has what this firmware does not know, perhaps of a newer one; left out: ${leftOut.join(', ')}`,
        );
      return config;
    } catch (error) {
      this.#alarm('config-bad', `${name} could not be used: ${(error as Error).message}`);
      this.#onFlash('kept aside', () => this.#putAside(file));
      return undefined;
    }
  }

  #putAside(file: string): void {
    const suffix = BAD_NAMES.find((name) => !fs.existsSync(`${file}.${name}`)) ?? BAD_NAMES[0];
    this.calls.renameSync(file, `${file}.${suffix}`);
    syncDirectory(path.dirname(file), this.calls);
  }

  #onFlash(what: string, action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#alarm('config-flash', `the configuration could not be ${what}: ${(error as Error).message}`);
    }
  }

  #alarm(code: string, text: string): void {
    this.alarms.push({ code, text });
  }
}

function deepFreeze<T>(value: T): T {
  if (value !== null && typeof value === 'object') Object.values(Object.freeze(value)).forEach(deepFreeze);
  return value;
}
